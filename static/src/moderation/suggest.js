// Suggestions for categories, from one moderator's past codings and the taxonomy's own terms. Never more than that:
// a suggestion is shown as one, and nothing is ticked until a hand ticks it.
//
// Naive Bayes, one question a category ("does this comment have it?"), over folded words and pairs of words. Each
// category's label and terms count as PRIOR comments that a moderator coded with it; so the first comment already has
// suggestions, and own codings soon outweigh them. Counts only add up: learning and unlearning cost one comment.

import { foldedWords } from "./search.js";

export const MOST = 3;
const PRIOR = 6;
const SMOOTHING = 0.2;
const NAMED = 6; // log-odds for each of a category's terms that stands in the comment as such
const CUT = 2; // log-odds under which nothing is suggested

const padded = (text) => ` ${foldedWords(text).join(" ")} `;

/** The words and pairs of neighbouring words of a text, without accents, each once. */
export function features(text) {
  const words = foldedWords(text);
  return [...new Set([...words, ...words.slice(1).map((word, at) => `${words[at]} ${word}`)])];
}

export class Suggester {
  #seen = new Map(); // feature -> comments with it
  #comments = 0;

  /** `categories`: [{code, label, terms: [text]}], the taxonomy's. */
  constructor(categories) {
    this.categories = categories.map(({ code, label, terms }) => ({
      code,
      terms: terms.map(padded),
      comments: 0,
      seen: new Map(),
      about: features([label, ...terms].join(" . ")),
    }));
    for (const { code, about } of this.categories) this.#count(about, [code], PRIOR);
  }

  /** A comment that was coded with those categories. */
  learn(text, codes) {
    this.#count(features(text), codes, 1);
  }

  /** The inverse, before a comment is learnt anew. */
  unlearn(text, codes) {
    this.#count(features(text), codes, -1);
  }

  /** The likeliest categories of a text, best first: [{code, score: log-odds}], at most MOST, none that is unlikely. */
  suggest(text) {
    const words = features(text).filter((feature) => this.#seen.get(feature));
    const whole = padded(text);
    const scored = this.categories.map((category) => ({ code: category.code, score: this.#score(category, words, whole) }));
    return scored.filter(({ score }) => score > CUT).sort((a, b) => b.score - a.score).slice(0, MOST);
  }

  #score(category, words, whole) {
    const with_ = category.comments;
    const without = this.#comments - with_;
    let score = Math.log((with_ + 1) / (without + 1));
    for (const feature of words) {
      const here = category.seen.get(feature) ?? 0;
      const elsewhere = this.#seen.get(feature) - here;
      score += Math.log((here + SMOOTHING) / (with_ + 2 * SMOOTHING));
      score -= Math.log((elsewhere + SMOOTHING) / (without + 2 * SMOOTHING));
    }
    return score + NAMED * category.terms.filter((term) => whole.includes(term)).length;
  }

  #count(found, codes, times) {
    this.#comments += times;
    add(this.#seen, found, times);
    for (const category of this.categories) {
      if (!codes.includes(category.code)) continue;
      category.comments += times;
      add(category.seen, found, times);
    }
  }
}

function add(counts, found, times) {
  for (const feature of found) counts.set(feature, (counts.get(feature) ?? 0) + times);
}
