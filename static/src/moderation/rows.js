// A row of the desk: one opened comment and what is known of its codings. Pure.
//
//   {index, payload, text, bars, redaction, codings: Map slot -> {slot, revision, mine, coding}, seen, group, assigned}
//
// `text` and `bars` are what may be read of it (readable.js), `redaction` is what workers/unseal-redact.js told.
// Slots 1 and 2 are the two readers' codings, DECISION what was decided where they disagree. `coding` is null where the
// server withholds it: the second reader does not see the first's until done. `seen`: opened in this tab; `group`: what
// near-duplicates have in common, or null; `assigned`: whether it fell to this moderator to read.

export const DECISION = 3;
const SLOTS = [1, 2];

const readings = (row) => SLOTS.map((slot) => row.codings.get(slot)).filter(Boolean);

/** This moderator's own reading: {slot, revision, coding}, or null. */
export const own = (row) => readings(row).find(({ mine }) => mine) ?? null;

/** The other reader's, as far as it may be seen; null where there is none or it is withheld. */
export const other = (row) => readings(row).find(({ mine, coding }) => !mine && coding) ?? null;

/** The decision on a disagreement, or null. */
export const decision = (row) => row.codings.get(DECISION) ?? null;

/** Both readings where both may be seen, left and right, one's own on the left; null otherwise. */
export function pair(row) {
  const seen = readings(row).filter(({ coding }) => coding);
  return seen.length < SLOTS.length ? null : seen.sort((a, b) => Number(b.mine) - Number(a.mine) || a.slot - b.slot);
}

/** The coding that stands for the comment in lists and filters: the decision, else one's own, else what may be seen. */
export const standing = (row) => (decision(row) ?? own(row) ?? other(row))?.coding ?? null;

/**
 * Where a comment is, with `readers` (1 or 2) codings asked for: "none" coded, "one" of two coded, "two" (both coded, and
 * not yet to be seen), "decide" (they disagree), "decided" (they agree, or it was decided; with one reader: coded).
 */
export function stateOf(row, readers) {
  const count = readings(row).length;
  if (decision(row)) return "decided";
  if (count === 0) return "none";
  if (count >= readers && readers === 1) return "decided";
  if (count < readers) return "one";
  const both = pair(row);
  if (!both) return "two";
  return agree(both[0].coding, both[1].coding) ? "decided" : "decide";
}

// Whether a reader is still wanted, and it is not one who has read it already.
const isWanted = (row, readers) => !own(row) && !decision(row) && readings(row).length < readers;

/** Whether this moderator's reading is what the comment waits for. */
export const isMine = (row, readers) => row.assigned && isWanted(row, readers);

/** Whether it waits for another reader, and this moderator may take it over. */
export const isLeft = (row, readers) => !row.assigned && isWanted(row, readers);

/** Whether this moderator may hand it back: it is theirs to read, and they have not coded it. */
export const isHandable = isMine;

/** The slot that a coding of this moderator would go to: one's own, a free one, or that of the decision. */
export function slotFor(row, readers) {
  if (readers === 1) return SLOTS[0]; // one coding, which any reader may correct
  const mine = own(row);
  if (mine) return mine.slot;
  return SLOTS.slice(0, readers).find((slot) => !row.codings.has(slot)) ?? DECISION;
}

/** Whether it is for this moderator to decide: two others disagree, or it was this moderator who decided. */
export function isDeciding(row, readers) {
  if (slotFor(row, readers) !== DECISION) return false;
  return decision(row) ? decision(row).mine : stateOf(row, readers) === "decide";
}

/** Whether this moderator can write a coding of it now; the server decides by the same rule (portal/moderation/slots.py). */
export function isWritable(row, readers) {
  return readers === 1 || isDeciding(row, readers) || (slotFor(row, readers) !== DECISION && !decision(row));
}

/** The coding that this moderator would change, or null. */
export const present = (row, readers) => row.codings.get(slotFor(row, readers))?.coding ?? null;

/** Neither coded by this moderator nor opened in this tab. */
export const isUnread = (row) => !row.seen && !own(row);

/** What two readers must agree on: what findings count (portal/moderation/deciding.py). */
export const AGREED = ["categories", "unit", "flags"];

/** Whether two codings say the same of a comment. */
export const agree = (one, other_) => AGREED.every((field) => JSON.stringify(one[field]) === JSON.stringify(other_[field]));
