// What was redacted of the comments that unseal.js opened: read, checked against the log's leaves, and applied, before
// anything else has a comment's text (moderation/readable.js); and sealed, for those who can read the comment.

import { concat, fromB64url, fromHex, fromUtf8, sha256, toB64url, toHex, utf8 } from "../lib/bytes.js";
import { canonicalBytes, parseCanonical } from "../lib/canonical.js";
import { openRow, rowKey, sealRow } from "../lib/rowkey.js";
import { keepBack, merged, shown } from "../moderation/readable.js";
import { rewriting } from "./unseal-desk.js";
import { rowAt } from "./unseal-rows.js";

const LABEL = "redaction";
const SIZE = 1024;
const COMMITMENT = utf8("portal/commitment/v1\0");

const aadOf = (kind, revision) => canonicalBytes({ kind, revision });

/**
 * Apply what the server serves of a comment's redactions: all removals, and the newest mask that opens, so that nobody
 * undoes one with bytes that nobody can open. Resolves with {held: {mask, removal}: how many are served, mask: the ranges
 * that are masked, acts: [{kind, revision, mine, day, count: passages, or null where it did not open}]}.
 */
export async function applyRedactions(index, consultation, served) {
  const acts = await Promise.all(served.map((one) => read(index, consultation, one)));
  const opened = (kind) => acts.filter((act) => act.kind === kind && act.ranges);
  const mask = opened("mask").at(-1)?.ranges ?? [];
  keepBack(index, { mask, removal: opened("removal").flatMap(({ ranges }) => ranges) });
  const held = (kind) => served.filter((one) => one.kind === kind).length;
  const told = acts.map(({ ranges, ...act }) => ({ ...act, count: ranges?.length ?? null }));
  return { held: { mask: held("mask"), removal: held("removal") }, mask, acts: told };
}

export const redactHandlers = {
  /** {index, consultation, redactions: as served} -> {text, bars, redaction: as applyRedactions tells} */
  async "redact-read"({ index, consultation, redactions }) {
    rowAt(index);
    const redaction = await rewriting(index, () => applyRedactions(index, consultation, redactions));
    return { ...shown(index), redaction };
  },

  /** {index, kind: "mask"|"removal", revision: that it will be, ranges} -> base64url; "padding-error": too many ranges. */
  async "redact-seal"({ index, kind, revision, ranges }) {
    const document = canonicalBytes({ v: 1, ranges: merged(ranges) });
    return toB64url(await sealRow(await keyOf(index), document, SIZE, aadOf(kind, revision)));
  },
};

function keyOf(index) {
  const { contentKey, head } = rowAt(index);
  return rowKey(contentKey, head, LABEL);
}

async function read(index, consultation, { kind, revision, mine, day, sealed, salt, leaf }) {
  const act = { kind, revision, mine, day, ranges: null };
  try {
    const data = fromB64url(sealed);
    const place = { consultation, submission: index, kind, revision };
    if (!(await isLogged({ ...place, sealed_sha256: toHex(await sha256(data)) }, place, salt, JSON.parse(leaf)))) return act;
    return { ...act, ranges: rangesOf(fromUtf8(await openRow(await keyOf(index), data, aadOf(kind, revision)))) };
  } catch {
    return act;
  }
}

/** Whether the leaf is of that place and commits to that document (portal/crypto/commitment.py). */
async function isLogged(document, place, salt, leaf) {
  if (leaf.type !== LABEL || Object.entries(place).some(([name, value]) => leaf[name] !== value)) return false;
  return leaf.commitment === toHex(await sha256(concat(COMMITMENT, fromHex(salt), canonicalBytes(document))));
}

function rangesOf(text) {
  const { v, ranges } = parseCanonical(utf8(text));
  const good = v === 1 && Array.isArray(ranges) && ranges.every((range) => Array.isArray(range) && isRange(...range));
  return good ? ranges : null;
}

const isRange = (start, end) => Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && start < end;
