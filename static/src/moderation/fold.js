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
