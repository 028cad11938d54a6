// Making a moderator's key. The seed never leaves this worker unwrapped; unwrapping it is the business of unseal.js.

import WORDS from "../data/words.txt";

import { sameBytes } from "../lib/bytes.js";
import { CryptoError } from "../lib/errors.js";
import { kidOf, newSeed, publicKeyOf } from "../lib/keys.js";
import { unwrap, wrap } from "../lib/keywrap.js";
import { makePassphrase, wordList } from "../lib/passphrase.js";
import { serve } from "../lib/worker-server.js";

serve({
  /** -> six words, separated by single blanks */
  passphrase: async () => makePassphrase(wordList(WORDS)),

  /** {passphrase} -> {kid, publicKey: 1 216 bytes, wrapped: text} */
  async make({ passphrase }) {
    const seed = newSeed();
    const publicKey = await publicKeyOf(seed);
    const kid = await kidOf(publicKey);
    const wrapped = await wrap(seed, passphrase, kid);
    // A key that its own words do not open would lose every comment sealed to it.
    if (!sameBytes(await unwrap(wrapped, passphrase, kid), seed)) throw new CryptoError("key-wrap-error");
    seed.fill(0);
    return { kid, publicKey, wrapped };
  },
});
