// What the desk wants to know of the opened texts: search, near-duplicates, suggestions. All of it is worked out here,
// off the page's thread, and ends with this worker.

import { groupsOf } from "../moderation/similar.js";
import { Suggester } from "../moderation/suggest.js";
import { textOf } from "../moderation/readable.js";
import { TextIndex } from "../moderation/search.js";
import { rowAt } from "./unseal-rows.js";

const texts = new TextIndex();
const learnt = new Map(); // index -> the categories that the suggester was told
let suggester = null;

/** Let `change()` alter what is shown of a comment: search and suggestions forget what it said before. */
export async function rewriting(index, change) {
  const before = textOf(index);
  const changed = await change();
  const after = textOf(index);
  const known = learnt.get(index);
  if (known && before !== after) {
    suggester.unlearn(before, known);
    suggester.learn(after, known);
  }
  texts.replace(index, after);
  return changed;
}

export const deskHandlers = {
  /** {indexes}: take opened comments into the search. Progress: how many are in. */
  "desk-index": ({ indexes }, progress) => {
    indexes.forEach((index, place) => {
      texts.add(index, textOf(index));
      if (place % 100 === 99) progress(place + 1);
    });
  },

  /** {indexes} -> [[index, group]] for those that say almost the same as another; `group` is its smallest index */
  "desk-groups": ({ indexes }) => [...groupsOf(indexes.map((index) => ({ index, text: textOf(index) })))],

  /** {query} -> the indexes of what has all that the query asks for, or null where it asks for nothing */
  "desk-search": ({ query }) => {
    const found = texts.find(query);
    return found && [...found];
  },

  /** {categories: [{code, label, terms}]}: begin to learn */
  "desk-taxonomy": ({ categories }) => {
    suggester = new Suggester(categories);
    learnt.clear();
  },

  /** {examples: [{index, categories}]}: comments and the categories that this moderator gave them, the newest count */
  "desk-learn": ({ examples }) => {
    for (const { index, categories } of examples) {
      const text = textOf(index);
      if (learnt.has(index)) suggester.unlearn(text, learnt.get(index));
      suggester.learn(text, categories);
      learnt.set(index, categories);
    }
  },

  /** {index} -> [{code, score}], best first. A coded comment is judged without its own coding. */
  "desk-suggest": ({ index }) => {
    rowAt(index);
    const text = textOf(index);
    const known = learnt.get(index);
    if (known) suggester.unlearn(text, known);
    const found = suggester.suggest(text);
    if (known) suggester.learn(text, known);
    return found;
  },
};
