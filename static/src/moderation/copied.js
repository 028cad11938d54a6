// A paraphrase must not carry the author's own wording: writing style identifies.

import { fold } from "./fold.js";

export const COPY_LIMIT = 8;
const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/**
 * Words as a reader counts them (Vietnamese: syllables): [{word, start, end}], without accents and in lower case, with
 * their place in the text's normalisation form C. Punctuation and how a tone is spelt make no other word.
 */
export function words(text) {
  return [...text.normalize("NFC").matchAll(WORD)].map(({ 0: found, index }) => ({
    word: fold(found),
    start: index,
    end: index + found.length,
  }));
}

/**
 * Runs of more than `limit` consecutive words that stand in both texts, longest first, none inside another:
 * [{length: in words, text: as the paraphrase has it, here: [start, end], there: [start, end]}], `here` being the place in
 * the paraphrase and `there` that in the original, in UTF-16 units.
 */
export function copiedRuns(original, paraphrase, limit = COPY_LIMIT) {
  const [there, here, typed] = [words(original), words(paraphrase), paraphrase.normalize("NFC")];
  const ends = runEnds(there, here).filter(({ length }) => length > limit);
  const chosen = [];
  for (const run of ends.sort((a, b) => b.length - a.length || a.start - b.start)) {
    const inside = chosen.some((other) => run.start < other.start + other.length && other.start < run.start + run.length);
    if (!inside) chosen.push(run);
  }
  const range = (list, from, length) => [list[from].start, list[from + length - 1].end];
  return chosen.map(({ start, length, from }) => {
    const place = range(here, start, length);
    return { length, text: typed.slice(...place), here: place, there: range(there, from, length) };
  });
}

// For each word of `here`, the longest run ending there that `there` holds too (longest common substring, row by row):
// {start: its first word in `here`, from: its first word in `there`, length}.
function runEnds(there, here) {
  const found = [];
  let previous = new Uint16Array(there.length + 1);
  for (let place = 0; place < here.length; place += 1) {
    const current = new Uint16Array(there.length + 1);
    let [longest, from] = [0, 0];
    for (let other = 0; other < there.length; other += 1) {
      if (here[place].word !== there[other].word) continue;
      current[other + 1] = previous[other] + 1;
      if (current[other + 1] > longest) [longest, from] = [current[other + 1], other + 1 - current[other + 1]];
    }
    if (longest) found.push({ start: place + 1 - longest, from, length: longest });
    previous = current;
  }
  return found;
}
