// Opening comments. A moderator's seed and the comments' keys live in this worker and end with it: no message gives
// them out. What features do with an opened comment stands in unseal-<feature>.js, a table of handlers each.

import { fromB64url, sha256, toHex } from "../lib/bytes.js";
import { makeRowOpener, parseEnvelope } from "../lib/envelope.js";
import { CryptoError } from "../lib/errors.js";
import { kidOf, publicKeyOf } from "../lib/keys.js";
import { unwrap, unwrapWithPrf } from "../lib/keywrap.js";
import { parsePayload } from "../lib/payload.js";
import { shown, takeText } from "../moderation/readable.js";
import { serve } from "../lib/worker-server.js";
import { deskHandlers } from "./unseal-desk.js";
import { keyHandlers } from "./unseal-keys.js";
import { fileHandlers, shownFiles } from "./unseal-files.js";
import { applyRedactions, redactHandlers } from "./unseal-redact.js";
import { keep, rowHandlers } from "./unseal-rows.js";
import { talkHandlers } from "./unseal-talk.js";

let openEnvelope = null;

serve({
  /** {wrapped: text, passphrase, kid} -> {kid}. Refuses with "wrong-passphrase", or "key-wrap-error" for another key's text. */
  async unlock({ wrapped, passphrase, kid }) {
    return hold(await unwrap(wrapped, passphrase, kid), kid);
  },

  /** {wrapped: text, id, prf: a passkey's credential id and its PRF output, bytes, kid} -> {kid}; "wrong-passkey". */
  async "unlock-by-passkey"({ wrapped, id, prf, kid }) {
    return hold(await unwrapWithPrf(wrapped, kid, { id, prf }), kid);
  },

  /**
   * {consultation, items: [{index, envelope: base64url, wrap: base64url or null, hash: hexadecimal SHA-256 or null, redactions}],
   * limit} -> for each item
   *   {state: "open", payload, text, bars, redaction} with payload as parsePayload gives it, less its text and its keys;
   *   `files` instead of `attachments`; text and bars as moderation/readable.js shows them;
   *   {state: "closed"} sealed to others; {state: "unreadable"} opened, but no payload of version 1;
   *   {state: "broken"} not an envelope of this consultation with that hash.
   * Progress: how many items are done. The worker goes on holding the keys of those that opened.
   */
  async open({ consultation, items, limit }, progress) {
    if (openEnvelope === null) throw new CryptoError("cannot-open");
    const results = [];
    for (const item of items) {
      results.push(await openItem(item, consultation, limit));
      progress(results.length);
    }
    return results;
  },

  /** The seed goes; what was opened so far can still be worked on. */
  settle: () => {
    openEnvelope = null;
  },

  ...rowHandlers,
  ...redactHandlers,
  ...talkHandlers,
  ...fileHandlers,
  ...deskHandlers,
  ...keyHandlers,
});

async function hold(seed, kid) {
  const own = await kidOf(await publicKeyOf(seed));
  if (own !== kid) throw new CryptoError("key-wrap-error");
  openEnvelope = await makeRowOpener(seed);
  seed.fill(0);
  return { kid: own };
}

async function openItem({ index, envelope, wrap = null, hash, redactions = [] }, consultation, limit) {
  let data;
  try {
    data = fromB64url(envelope);
    if (hash !== null && toHex(await sha256(data)) !== hash) return { state: "broken" };
    if (parseEnvelope(data).header.consultation !== consultation) return { state: "broken" };
  } catch {
    return { state: "broken" };
  }
  let opened;
  try {
    opened = await openEnvelope(data, wrap === null ? null : fromB64url(wrap));
  } catch (error) {
    return { state: error.code === "cannot-open" ? "closed" : "unreadable" };
  }
  return readPayload({ index, redactions }, opened, consultation, limit);
}

// A comment without the agreed form can still be coded as such, so its keys are held as well.
async function readPayload({ index, redactions }, { payload, contentKey, head }, consultation, limit) {
  keep(index, { contentKey, head, payload: null });
  try {
    const parsed = parsePayload(payload, limit);
    if (parsed.consultation !== consultation) return { state: "unreadable" };
    const { text, ...rest } = parsed;
    takeText(index, text);
    keep(index, { contentKey, head, payload: rest });
    const redaction = await applyRedactions(index, consultation, redactions);
    const { replyKey, attachments, ...told } = rest;
    return { state: "open", payload: { ...told, files: shownFiles(parsed) }, ...shown(index), redaction };
  } catch {
    return { state: "unreadable" };
  }
}
