// The passphrase that wraps a moderator's key: six words from static/src/data/words.txt.

import { randomBytes } from "./bytes.js";

export const WORDS = 6;

/** The list in the text of words.txt: one word a line. */
export const wordList = (text) => text.split("\n").filter(Boolean);

/** Six words drawn independently and uniformly; with 1 296 words or more that is 62 bits or more. */
export function makePassphrase(list, random = randomBytes) {
  return Array.from({ length: WORDS }, () => list[below(list.length, random)]).join(" ");
}

/** A passphrase as anyone may type it: case, accents' encoding and the number of blanks do not matter. */
export const normalPassphrase = (typed) => typed.normalize("NFC").trim().toLowerCase().split(/\s+/u).join(" ");

// A whole number from 0 up to, not including, `count` (at most 65 536), without the bias that a remainder would have.
function below(count, random) {
  const limit = 65536 - (65536 % count);
  for (;;) {
    const [high, low] = random(2);
    const value = 256 * high + low;
    if (value < limit) return value % count;
  }
}
