// Passing comments on: the content keys of the comments that unseal.js opened, sealed to a key that came later.
//
// Whoever watches the requests must not learn which comments this reader cannot open. Those get a wrap to a throwaway
// key, of the same size; and every comment costs the same work, a throwaway key made and thrown away included.

import { fromB64url, randomBytes, toB64url } from "../lib/bytes.js";
import { encodeHead, wrapFor } from "../lib/envelope.js";
import { CryptoError } from "../lib/errors.js";
import { kidOf, newSeed, publicKeyOf } from "../lib/keys.js";
import { rowAt } from "./unseal-rows.js";

export const keyHandlers = {
  /**
   * {consultation, indexes, target: {kid, publicKey: base64url}} -> a wrap (base64url) for each index.
   * Progress: how many are done.
   */
  async reseal({ consultation, indexes, target }, progress) {
    const publicKey = fromB64url(target.publicKey);
    if ((await kidOf(publicKey)) !== target.kid) throw new CryptoError("envelope-error");
    const wraps = [];
    for (const index of indexes) {
      const row = held(index);
      const nobody = await throwaway();
      const decoy = { contentKey: randomBytes(32), head: encodeHead(consultation, [target.kid]) };
      wraps.push(toB64url(await wrapFor(row ?? decoy, row ? { kid: target.kid, publicKey } : nobody)));
      progress(wraps.length);
    }
    return wraps;
  },
};

function held(index) {
  try {
    return rowAt(index);
  } catch {
    return null;
  }
}

async function throwaway() {
  const publicKey = await publicKeyOf(newSeed());
  return { kid: await kidOf(publicKey), publicKey };
}
