// The list of opened comments: pure choosing and stepping. Rows: {index, folded, coding, ...}, in the log's order.

import { matches, terms } from "./fold.js";

/** The rows to show. `filter`: {state: "uncoded"|"coded"|"all", category: code or "", query: text}. */
export function choose(rows, filter) {
  const wanted = terms(filter.query);
  return rows.filter(
    (row) =>
      (filter.state === "all" || (filter.state === "coded") === Boolean(row.coding)) &&
      (!filter.category || Boolean(row.coding?.categories.includes(filter.category))) &&
      matches(row.folded, wanted),
  );
}

/** The row `step` places from the one at leaf `index`, or null at either end; without a current row, the first or last. */
export function stepFrom(rows, index, step) {
  const at = rows.findIndex((row) => row.index === index);
  if (at >= 0) return rows[at + step] ?? null;
  // The row has left the list (it was just coded): go on from where it stood.
  const after = rows.findIndex((row) => row.index > (index ?? -1));
  if (step > 0) return after >= 0 ? rows[after] : null;
  return rows[(after >= 0 ? after : rows.length) - 1] ?? null;
}

/** The next uncoded row after the one at leaf `index`, round the end if need be, or null when all are coded. */
export function nextUncoded(rows, index) {
  const open = rows.filter((row) => !row.coding && row.index !== index);
  return open.find((row) => row.index > (index ?? -1)) ?? open[0] ?? null;
}

/** How far the moderator is with the rows that opened for them: {total, coded}. */
export function progress(rows) {
  return { total: rows.length, coded: rows.filter((row) => row.coding).length };
}
