// Suggestions for categories on held-out demonstration comments, against a search for the taxonomy's terms.
//
//   node benchmarks/suggest.mjs
//
// Five folds: every fifth comment is held out in turn and the rest is learnt. A comment without a category is no
// question. Figures: right@1, the share of comments whose first suggestion is right; precision, the share of all that is
// suggested (three at most); recall, the share of the comments' categories that is among the suggestions.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { foldedWords } from "../static/src/moderation/search.js";
import { MOST, Suggester } from "../static/src/moderation/suggest.js";

const FOLDS = 5;
const read = (file) => JSON.parse(readFileSync(fileURLToPath(new URL(`../portal/${file}`, import.meta.url)), "utf8"));

/** The demonstration's coded comments [{text, categories}] and the default taxonomy's categories. */
export function material() {
  const { comments } = read("cli/demo_data/comments.json");
  const { categories } = read("consultations/taxonomy.vi.json");
  return {
    comments: comments.map(({ text, coding }) => ({ text, categories: coding.categories })),
    categories: categories.map(({ code, vi, terms }) => ({ code, label: vi, terms })),
  };
}

/** The baseline: categories by how many of their terms stand in the text. */
export function keywords(categories) {
  const flat = (text) => ` ${foldedWords(text).join(" ")} `;
  return (text) =>
    categories
      .map(({ code, terms }) => ({ code, score: terms.filter((term) => flat(text).includes(flat(term))).length }))
      .filter(({ score }) => score)
      .sort((a, b) => b.score - a.score)
      .slice(0, MOST);
}

/** The model, having learnt the first `most` of the comments it is given. */
export function learning(categories, most = Infinity) {
  return (comments) => {
    const suggester = new Suggester(categories);
    for (const { text, categories: codes } of comments.slice(0, most)) suggester.learn(text, codes);
    return (text) => suggester.suggest(text);
  };
}

/** {first, precision, recall}, each 0 to 1, of `make(comments to learn) -> (text) -> suggestions` over the folds. */
export function measure(comments, make) {
  const sum = { asked: 0, first: 0, right: 0, given: 0, wanted: 0 };
  for (let fold = 0; fold < FOLDS; fold += 1) {
    const judge = make(comments.filter((_, at) => at % FOLDS !== fold));
    for (const { text, categories } of comments.filter((row, at) => at % FOLDS === fold && row.categories.length)) {
      const given = judge(text).map(({ code }) => code);
      sum.asked += 1;
      sum.first += Number(categories.includes(given[0]));
      sum.right += given.filter((code) => categories.includes(code)).length;
      sum.given += given.length;
      sum.wanted += categories.length;
    }
  }
  return { first: sum.first / sum.asked, precision: sum.right / sum.given, recall: sum.right / sum.wanted };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { comments, categories } = material();
  const rows = [["keyword baseline", () => keywords(categories)]];
  for (const most of [0, 10, 20, 40, 80]) rows.push([`model, ${most} codings`, learning(categories, most)]);
  for (const [name, make] of rows) {
    const { first, precision, recall } = measure(comments, make);
    const show = (share) => `${(100 * share).toFixed(0)} %`.padStart(6);
    console.log(`${name.padEnd(20)} right@1 ${show(first)}  precision ${show(precision)}  recall ${show(recall)}`);
  }
}
