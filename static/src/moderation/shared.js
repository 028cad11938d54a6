// The copies of codings that moderators share: sealed by the worker under the comment's row key, at one size.

import { fromUtf8 } from "../lib/bytes.js";
import { canonicalBytes } from "../lib/canonical.js";
import { CODING_SIZE, codingAad } from "../lib/rowkey.js";
import { readCoding } from "./coding.js";

const LABEL = "coding";
const aadOf = (slot, revision) => fromUtf8(codingAad(slot, revision));

/** The copy to send with a coding, base64url. `revision`: the one that it will be. */
export function shareCoding(unsealer, { index, slot, revision, coding }) {
  const text = fromUtf8(canonicalBytes(coding));
  return unsealer.call("seal-row", { index, label: LABEL, size: CODING_SIZE, aad: aadOf(slot, revision), text });
}

/**
 * `entries`: [{index, slot, revision, mine, shared: base64url or null}] -> the same with `coding` in place of `shared`;
 * null where the server withholds it, or where what it serves is not that revision of that comment's coding.
 */
export async function readShared(unsealer, entries) {
  const served = entries.filter(({ shared }) => shared !== null);
  const items = served.map(({ index, slot, revision, shared }) => ({ index, aad: aadOf(slot, revision), sealed: shared }));
  const texts = items.length ? await unsealer.call("open-rows", { label: LABEL, items }) : [];
  const codings = new Map(served.map((entry, place) => [entry, texts[place] === null ? null : readCoding(texts[place])]));
  return entries.map(({ shared, ...entry }, place) => ({ ...entry, coding: codings.get(entries[place]) ?? null }));
}
