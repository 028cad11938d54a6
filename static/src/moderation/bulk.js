// One change to many codings: worked out first, shown, then saved one by one as revisions of their own. Pure.

import { makeCoding, problems, same, startOf } from "./coding.js";
import { follow, touchedIn } from "./remedies.js";
import { DECISION, isWritable, present, slotFor } from "./rows.js";

/** The change that changes nothing. `severity`, `unit`: undefined leaves them, null takes them away. */
export const NOTHING = Object.freeze({ add: [], remove: [], severity: undefined, unit: undefined, flag: [], unflag: [] });

/** Whether a change would do anything to anyone. */
export function isNothing(change) {
  const lists = [change.add, change.remove, change.flag, change.unflag];
  return lists.every((list) => !list.length) && change.severity === undefined && change.unit === undefined;
}

/**
 * The coding after the change. `tools`: {map: category -> remedy, levels: unit -> level}. Remedies follow the categories
 * as they do in the form, except those that a moderator set by hand; praise or a mark is no reason for a remedy.
 */
export function apply(coding, change, { map, levels }) {
  const categories = merged(coding.categories, change.add, change.remove);
  const { ticked } = follow(categories, map, new Set(coding.remedies), touchedIn(coding, map));
  const unit = change.unit === undefined ? coding.unit : change.unit;
  return makeCoding({
    ...coding,
    categories,
    remedies: [...ticked],
    flags: merged(coding.flags, change.flag, change.unflag),
    severity: change.severity === undefined ? coding.severity : change.severity,
    unit,
    level: unit && unit !== coding.unit ? levels[unit] : coding.level,
  });
}

/**
 * What the change would do to those rows: {steps: [{row, before, after}], same: count, refused: [row]}. `before` is null
 * where there is no coding to change yet: it then starts from the submitter's own choice. Refused is what the server would
 * not take; decisions are made one at a time. `tools` has, beside what {@link apply} wants, `readers` (1 or 2).
 */
export function plan(rows, change, tools) {
  const made = { steps: [], same: 0, refused: [] };
  for (const row of rows) {
    const before = present(row, tools.readers);
    const after = apply(before ?? startOf(startingPayload(row, tools)), change, tools);
    const open = isWritable(row, tools.readers) && slotFor(row, tools.readers) !== DECISION;
    if (open && before && same(before, after)) made.same += 1;
    else if (!open || problems(after).length) made.refused.push(row);
    else made.steps.push({ row, before, after });
  }
  return made;
}

/**
 * How to take steps back: {steps: [{row, before, after}], left: [row]}. The log forgets nothing, so undoing writes the
 * earlier coding as a new revision. A comment that had none goes back to the submitter's own choice of unit; where that
 * says nothing there is no coding to go back to, and the row is `left` for the moderator.
 */
export function planUndo(steps, tools) {
  const made = { steps: [], left: [] };
  for (const { row, before, after } of steps) {
    const earlier = before ?? startOf(startingPayload(row, tools));
    if (problems(earlier).length) made.left.push(row);
    else made.steps.push({ row, before: after, after: earlier });
  }
  return made;
}

function merged(values, add, remove) {
  return [...new Set([...values, ...add])].filter((value) => !remove.includes(value));
}

// A comment may name a unit that the consultation does not offer; its coding then begins without one.
function startingPayload({ payload }, { levels }) {
  return { level: payload?.level ?? null, unit: payload && Object.hasOwn(levels, payload.unit ?? "") ? payload.unit : null };
}
