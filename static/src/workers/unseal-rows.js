// The comments that unseal.js opened, by leaf index, and what is sealed to exactly those who can open them.

import { fromB64url, fromUtf8, toB64url, utf8 } from "../lib/bytes.js";
import { CryptoError } from "../lib/errors.js";
import { openRow, rowKey, sealRow } from "../lib/rowkey.js";

const rows = new Map();

/** Hold an opened comment: {contentKey: 32 bytes, head: the envelope's header bytes, payload: parsed, or null}. */
export function keep(index, row) {
  rows.set(index, row);
}

/** [index, row] of every comment that is held. */
export const heldRows = () => [...rows];

/** What is held of that comment; refuses ("cannot-open") one that this worker did not open. */
export function rowAt(index) {
  const row = rows.get(index);
  if (!row) throw new CryptoError("cannot-open");
  return row;
}

async function keyAt(index, label) {
  const { contentKey, head } = rowAt(index);
  return rowKey(contentKey, head, label);
}

export const rowHandlers = {
  /** {index, label, size, aad: text, text} -> base64url; "padding-error" when the text does not fit */
  "seal-row": async ({ index, label, size, aad, text }) =>
    toB64url(await sealRow(await keyAt(index, label), utf8(text), size, utf8(aad))),

  /** {index, label, aad: text, sealed: base64url} -> the text; "row-error" when it is not that row's */
  "open-row": async ({ index, label, aad, sealed }) =>
    fromUtf8(await openRow(await keyAt(index, label), fromB64url(sealed), utf8(aad))),

  /**
   * {label, items: [{index, aad: text, sealed}]} -> for each its text, or null where it does not open.
   * Progress: how many are done.
   */
  async "open-rows"({ label, items }, progress) {
    const texts = [];
    for (const item of items) {
      texts.push(await rowHandlers["open-row"]({ label, ...item }).catch(() => null));
      progress(texts.length);
    }
    return texts;
  },
};
