// What is wrong with a paraphrase before anybody reads it: words of the comment's own, and details that point to a person.
// Worked out and shown in this tab only. Pure.

import { findDetails } from "../lib/detail.js";
import { copiedRuns } from "./copied.js";

/**
 * The advice on a paraphrase, in its order: [{about: "copied"|"detail", text, here: [start, end], there: [start, end] or
 * null}], none overlapping; a copied run goes before a detail in it. Places count UTF-16 units of form C.
 */
export function adviceOn(original, paraphrase) {
  const copied = copiedRuns(original, paraphrase).map(({ text, here, there }) => ({ about: "copied", text, here, there }));
  const details = findDetails(paraphrase).map(({ text, start, end }) => ({ about: "detail", text, here: [start, end], there: null }));
  const free = details.filter(({ here }) => copied.every((run) => here[1] <= run.here[0] || run.here[1] <= here[0]));
  return [...copied, ...free].sort((one, other) => one.here[0] - other.here[0]);
}

/** A text in pieces [{text, hit}], those of `ranges` being hits; ranges in order, none overlapping. */
export function piecesAt(text, ranges) {
  const pieces = [];
  let from = 0;
  for (const [start, end] of ranges) {
    if (start > from) pieces.push({ text: text.slice(from, start), hit: false });
    pieces.push({ text: text.slice(start, end), hit: true });
    from = end;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), hit: false });
  return pieces;
}

const INVISIBLE = /[\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF\u00AD]/gu;
const BULLET = /^[ \t]*[•●▪◦‣·–—]\s+/gmu;

/** Pasted text as somebody would have typed it: no invisible signs, no bullets of other programs, no blanks in a row. */
export function cleanPasted(text) {
  return text
    .normalize("NFC")
    .replace(/\r\n?/gu, "\n")
    .replace(INVISIBLE, "")
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F]/gu, "")
    .replace(BULLET, "- ")
    .replace(/[^\S\n]+/gu, " ")
    .replace(/ ?\n ?/gu, "\n")
    .replace(/\n{3,}/gu, "\n\n");
}
