// What the worker makes of freshly opened comments: the search's index, groups of near-duplicates, and a first lesson for
// the suggestions, from the codings that this moderator may see.

import { standing } from "./rows.js";

/** `unsealer`: {call(type, data)}. Gives each row its `group`. The taxonomy stands in the page's coding form. */
export async function study(unsealer, rows) {
  const categories = JSON.parse(document.querySelector("[data-coding]").dataset.categories);
  const indexes = rows.filter(({ payload }) => payload).map(({ index }) => index);
  await unsealer.call("desk-index", { indexes });
  await regroup(unsealer, rows);
  await unsealer.call("desk-taxonomy", { categories });
  const coded = rows.filter((row) => row.payload && standing(row));
  const examples = coded.map((row) => ({ index: row.index, categories: standing(row).categories }));
  await unsealer.call("desk-learn", { examples });
}

/** Which rows say almost the same as another, by what is shown of them now. */
export async function regroup(unsealer, rows) {
  const indexes = rows.filter(({ payload }) => payload).map(({ index }) => index);
  const groups = new Map(await unsealer.call("desk-groups", { indexes }));
  for (const row of rows) row.group = groups.get(row.index) ?? null;
}
