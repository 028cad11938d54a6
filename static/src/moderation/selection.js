// Choosing words of what is shown of a comment, by the keyboard and by the mouse. Pure.

const WORD = /[\p{L}\p{M}\p{N}]+|[█▒]+/gu;

const wordsOf = (text) => [...text.matchAll(WORD)].map(({ 0: word, index }) => [index, index + word.length]);

/** The selection [start, end] spread to whole words; null where it touches none. */
export function wholeWords(text, [start, end]) {
  const touched = wordsOf(text).filter(([from, to]) => from < Math.max(end, start + 1) && to > start);
  return touched.length ? [touched[0][0], touched.at(-1)[1]] : null;
}

/**
 * The selection after a key: `step` 1 or -1 words on; `extend`: its end moves alone. Without `extend` one word is chosen,
 * the next or the one before. At either end it stays.
 */
export function stepWords(text, [start, end], step, extend) {
  const all = wordsOf(text);
  if (!all.length) return null;
  const first = all.findIndex(([, to]) => to > start);
  const last = all.findLastIndex(([from]) => from < end);
  if (end <= start) return all[Math.max(0, first)]; // nothing is chosen yet: the word where one stands
  const clamp = (place) => Math.min(all.length - 1, Math.max(0, place));
  if (!extend) return all[clamp((step > 0 ? last : first) + step)];
  return [all[first][0], all[Math.max(first, clamp(last + step))][1]];
}
