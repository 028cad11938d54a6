// Search over opened comments, by an inverted index that lives where it is built: in the unsealing worker, in memory.

import MiniSearch from "minisearch";

import { fold } from "./fold.js";

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const QUERY_PART = /"([^"]*)"|([^\s"]+)/gu;

/** The words of a text without accents, in lower case: "Uỷ ban" gives ["uy", "ban"], like "Ủy ban". */
export const foldedWords = (text) => fold(text).match(WORD) ?? [];

/**
 * What a query asks for: [{words, phrase, begun}]. Bare words stand in the text somewhere, words "in quotes" stand
 * together in that order. The last bare word may be `begun` only ("phan" finds "phân" and "phản", "pha" too): it is still
 * being typed, unless a blank follows. A part without a letter or digit asks for nothing.
 */
export function parseQuery(query) {
  const parts = [...query.matchAll(QUERY_PART)].map(([part, quoted, bare], place, all) => ({
    words: foldedWords(quoted ?? bare),
    phrase: quoted !== undefined,
    begun: quoted === undefined && place === all.length - 1 && query.endsWith(part),
  }));
  return parts.filter(({ words }) => words.length);
}

/** An index of texts by number. */
export class TextIndex {
  #texts = new Map(); // index -> the folded words with a blank around each, for phrases
  #engine = new MiniSearch({
    fields: ["text"],
    idField: "index",
    tokenize: foldedWords,
    processTerm: (word) => word,
  });

  add(index, text) {
    this.#engine.add({ index, text });
    this.#texts.set(index, ` ${foldedWords(text).join(" ")} `);
  }

  /** The text of an index that is in has changed; one that is not in stays out. */
  replace(index, text) {
    if (!this.#texts.has(index)) return;
    this.#engine.discard(index);
    this.add(index, text);
  }

  /** The Set of indexes whose texts have all that the query asks for; null where it asks for nothing. */
  find(query) {
    const parts = parseQuery(query);
    if (!parts.length) return null;
    const queries = parts.map(({ words, begun }) => ({ queries: [words.join(" ")], combineWith: "AND", prefix: begun }));
    const found = this.#engine.search({ combineWith: "AND", queries }).map(({ id }) => id);
    const phrases = parts.filter(({ phrase }) => phrase).map(({ words }) => ` ${words.join(" ")} `);
    return new Set(found.filter((index) => phrases.every((phrase) => this.#texts.get(index).includes(phrase))));
  }
}

/** The text in pieces [{text, hit}]: hits are the words that the query names, or has begun. */
export function highlight(text, query) {
  const parts = parseQuery(query);
  const wanted = (word) =>
    parts.some(({ words, begun }) => words.some((term) => (begun ? word.startsWith(term) : word === term)));
  const pieces = [];
  let from = 0;
  for (const match of parts.length ? text.matchAll(WORD) : []) {
    if (!wanted(fold(match[0]))) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), hit: false });
    pieces.push({ text: match[0], hit: true });
    from = match.index + match[0].length;
  }
  if (from < text.length || !pieces.length) pieces.push({ text: text.slice(from), hit: false });
  return pieces;
}
