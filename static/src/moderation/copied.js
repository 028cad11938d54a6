// A paraphrase must not carry the author's own wording: writing style identifies.

export const COPY_LIMIT = 8;

/** Words as a reader counts them (Vietnamese: syllables), in lower case and NFC. */
export function words(text) {
  return text.normalize("NFC").toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

/**
 * Runs of more than `limit` consecutive words that stand in both texts, longest first, none inside another.
 * Returns [{start, length, text}]; start and length count words of the paraphrase.
 */
export function copiedRuns(original, paraphrase, limit = COPY_LIMIT) {
  const there = words(original);
  const here = words(paraphrase);
  const ends = runEnds(there, here).filter(({ length }) => length > limit);
  const chosen = [];
  for (const run of ends.sort((a, b) => b.length - a.length || a.start - b.start)) {
    const inside = chosen.some((other) => run.start < other.start + other.length && other.start < run.start + run.length);
    if (!inside) chosen.push(run);
  }
  return chosen.map((run) => ({ ...run, text: here.slice(run.start, run.start + run.length).join(" ") }));
}

// For each word of `here`, the longest run ending there that `there` holds too (longest common substring, row by row).
function runEnds(there, here) {
  const found = [];
  let previous = new Uint16Array(there.length + 1);
  for (let place = 0; place < here.length; place += 1) {
    const current = new Uint16Array(there.length + 1);
    let longest = 0;
    for (let other = 0; other < there.length; other += 1) {
      if (here[place] !== there[other]) continue;
      current[other + 1] = previous[other] + 1;
      longest = Math.max(longest, current[other + 1]);
    }
    if (longest) found.push({ start: place + 1 - longest, length: longest });
    previous = current;
  }
  return found;
}
