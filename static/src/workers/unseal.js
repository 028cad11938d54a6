// Opening comments. A moderator's seed lives in this worker and ends with it: there is no message that gives it out.

import { fromB64url, sha256, toHex } from "../lib/bytes.js";
import { makeOpener, parseEnvelope } from "../lib/envelope.js";
import { CryptoError } from "../lib/errors.js";
import { kidOf, publicKeyOf } from "../lib/keys.js";
import { unwrap } from "../lib/keywrap.js";
import { parsePayload } from "../lib/payload.js";
import { serve } from "../lib/worker-server.js";

let openEnvelope = null;

serve({
  /** {wrapped: text, passphrase, kid} -> {kid}. Refuses with "wrong-passphrase", or "key-wrap-error" for another key's text. */
  async unlock({ wrapped, passphrase, kid }) {
    return hold(await unwrap(wrapped, passphrase, kid), kid);
  },

  /** {seed: 32 bytes, kid} -> {kid}: for a seed that came by another way than a passphrase */
  hold: ({ seed, kid }) => hold(seed, kid),

  /**
   * {consultation, items: [{envelope: base64url, hash: hexadecimal SHA-256 or null}], limit} -> for each item
   *   {state: "open", payload} with payload as parsePayload gives it, less its reply key;
   *   {state: "closed"} sealed to others; {state: "unreadable"} opened, but no payload of version 1;
   *   {state: "broken"} not an envelope of this consultation with that hash.
   * Progress: how many items are done.
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
});

async function hold(seed, kid) {
  const own = await kidOf(await publicKeyOf(seed));
  if (own !== kid) throw new CryptoError("key-wrap-error");
  openEnvelope = await makeOpener(seed);
  seed.fill(0);
  return { kid: own };
}

async function openItem({ envelope, hash }, consultation, limit) {
  let data;
  try {
    data = fromB64url(envelope);
    if (hash !== null && toHex(await sha256(data)) !== hash) return { state: "broken" };
    if (parseEnvelope(data).header.consultation !== consultation) return { state: "broken" };
  } catch {
    return { state: "broken" };
  }
  try {
    const { replyKey, ...payload } = parsePayload(await openEnvelope(data), limit);
    return payload.consultation === consultation ? { state: "open", payload } : { state: "unreadable" };
  } catch (error) {
    return { state: error.code === "cannot-open" ? "closed" : "unreadable" };
  }
}
