// The page's hold on the worker that makes and wraps keys. A wrapped key is an object here and in requests, a canonical
// text in the worker.

import { fromUtf8, toB64url } from "../lib/bytes.js";
import { canonicalBytes } from "../lib/canonical.js";
import { CryptoError } from "../lib/errors.js";
import { startWorker } from "../lib/worker-client.js";

/**
 * {passphrase() -> six words, make(passphrase) -> {kid, publicKey: base64url, wrapped}, check, change, addPasskey,
 * end()}; the three in between take {wrapped, passphrase, kid} and what they are about, and resolve with the new
 * wrapped key.
 */
export async function startKeyWorker() {
  const worker = await startWorker("keys");
  const withText = ({ wrapped, ...more }) => ({ wrapped: textOf(wrapped), ...more });
  return {
    passphrase: () => worker.call("passphrase"),
    async make(passphrase) {
      const { kid, publicKey, wrapped } = await worker.call("make", { passphrase });
      return { kid, publicKey: toB64url(publicKey), wrapped: JSON.parse(wrapped) };
    },
    check: (data) => worker.call("check", withText(data)),
    change: async (data) => JSON.parse(await worker.call("change", withText(data))),
    addPasskey: async (data) => JSON.parse(await worker.call("add-passkey", withText(data))),
    end: () => worker.terminate(),
  };
}

/** Start the worker, do `work` with it, and end it whatever happens. */
export async function withKeyWorker(work) {
  const worker = await startKeyWorker();
  try {
    return await work(worker);
  } finally {
    worker.end();
  }
}

function textOf(wrapped) {
  try {
    return fromUtf8(canonicalBytes(wrapped));
  } catch (error) {
    throw new CryptoError("key-wrap-error", error);
  }
}
