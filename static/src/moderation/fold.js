// Search that forgives accents: a reader types "uy ban" and finds "Ủy ban", "Uỷ ban" and a decomposed "Uỷ ban".

const MARKS = /\p{M}+/gu;

/** The text without diacritics, in lower case, with single spaces. NFD takes accents off; đ has no decomposition. */
export function fold(text) {
  return text
    .normalize("NFD")
    .replace(MARKS, "")
    .toLowerCase()
    .replaceAll("đ", "d")
    .replace(/\s+/gu, " ")
    .trim();
}

/** The folded words of a query; "a phrase in quotes" stays together. */
export function terms(query) {
  const found = fold(query).match(/"[^"]+"|[^\s"]+/gu) ?? [];
  return found.map((term) => term.replaceAll('"', "").trim()).filter(Boolean);
}

/** Whether every term stands somewhere in a text that {@link fold} has folded. */
export function matches(folded, wanted) {
  return wanted.every((term) => folded.includes(term));
}
