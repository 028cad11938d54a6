// The list of opened comments: pure choosing and stepping. Rows (rows.js) stand in the log's order.

import { isLeft, isMine, isUnread, own, standing, stateOf } from "./rows.js";

/** The filter that lets everything through. */
export const ALL = Object.freeze({ state: "", category: "", severity: "", unit: "", marks: [], group: null });

const STATES = {
  "": () => true,
  todo: isMine,
  left: isLeft,
  unread: isUnread,
  one: (row, readers) => stateOf(row, readers) === "one",
  decide: (row, readers) => stateOf(row, readers) === "decide",
  decided: (row, readers) => stateOf(row, readers) === "decided",
};

const MARKS = {
  mine: (row) => row.assigned,
  unread: isUnread,
  flagged: (row) => Boolean(standing(row)?.flags.length),
  similar: (row) => row.group !== null,
};

/**
 * The rows to show. `filter` as ALL: state, category and unit codes, severity "1" to "3", each "" for any; `marks`: names
 * that must all hold; `group`: one group of near-duplicates. `found`: a Set of indexes that the search found, or null.
 */
export function choose(rows, filter, readers, found = null) {
  const { state, category, severity, unit, marks, group } = filter;
  return rows.filter((row) => {
    const coding = standing(row);
    return (
      (!found || found.has(row.index)) &&
      (group === null || row.group === group) &&
      STATES[state](row, readers) &&
      marks.every((mark) => MARKS[mark](row)) &&
      (!category || Boolean(coding?.categories.includes(category))) &&
      (!severity || String(coding?.severity ?? "") === severity) &&
      (!unit || (coding ?? row.payload)?.unit === unit)
    );
  });
}

/** How many rows each state's filter would show: {state: count}. */
export function counts(rows, readers) {
  const names = Object.keys(STATES);
  return Object.fromEntries(names.map((name) => [name, rows.filter((row) => STATES[name](row, readers)).length]));
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

/** The next row after the one at leaf `index` for this moderator to code, round the end if need be, or null. */
export function nextToDo(rows, index, readers) {
  const open = rows.filter((row) => isMine(row, readers) && row.index !== index);
  return open.find((row) => row.index > (index ?? -1)) ?? open[0] ?? null;
}

/** How far this moderator is with their own part of the rows that opened in this tab: {total, done}. */
export function progress(rows, readers) {
  const done = rows.filter(own).length;
  return { total: done + rows.filter((row) => isMine(row, readers)).length, done };
}
