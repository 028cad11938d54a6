// Making a moderator's key and wrapping it anew. The seed never leaves this worker unwrapped; comments are opened by
// unseal.js. Every text that goes out was tried first: one that its own words do not open would lose every comment.

import WORDS from "../data/words.txt";

import { sameBytes } from "../lib/bytes.js";
import { CryptoError } from "../lib/errors.js";
import { kidOf, newSeed, publicKeyOf } from "../lib/keys.js";
import { addPasskey, rewrap, unwrap, unwrapWithPrf, wrap } from "../lib/keywrap.js";
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
    must(sameBytes(await unwrap(wrapped, passphrase, kid), seed));
    seed.fill(0);
    return { kid, publicKey, wrapped };
  },

  /** {wrapped: text, passphrase, kid} -> {}; "wrong-passphrase" or "key-wrap-error" for what does not open that key */
  async check({ wrapped, passphrase, kid }) {
    (await opened(wrapped, passphrase, kid)).fill(0);
    return {};
  },

  /** {wrapped: text, passphrase, next: the new words, kid} -> the text under the new words; passkeys stay */
  async change({ wrapped, passphrase, next, kid }) {
    const seed = await opened(wrapped, passphrase, kid);
    const changed = await rewrap(wrapped, seed, next, kid);
    must(sameBytes(await unwrap(changed, next, kid), seed));
    seed.fill(0);
    return changed;
  },

  /** {wrapped: text, passphrase, kid, passkey: {id, salt, prf}, bytes} -> the text with it beside the words */
  async "add-passkey"({ wrapped, passphrase, kid, passkey }) {
    const seed = await opened(wrapped, passphrase, kid);
    const added = await addPasskey(wrapped, seed, kid, passkey);
    must(sameBytes(await unwrapWithPrf(added, kid, passkey), seed));
    seed.fill(0);
    return added;
  },
});

async function opened(wrapped, passphrase, kid) {
  const seed = await unwrap(wrapped, passphrase, kid);
  must((await kidOf(await publicKeyOf(seed))) === kid);
  return seed;
}

function must(holds) {
  if (!holds) throw new CryptoError("key-wrap-error");
}
