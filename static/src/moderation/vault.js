// The page's hold on the workers that make keys and open comments. Seeds never come out of a worker.

import { fromUtf8, toB64url } from "../lib/bytes.js";
import { canonicalBytes } from "../lib/canonical.js";
import { CryptoError } from "../lib/errors.js";
import { startWorker } from "../lib/worker-client.js";

/** The hash that the log holds for a comment of that consultation, or null when the leaf says something else. */
export function loggedHash(leaf, consultation) {
  let found;
  try {
    found = JSON.parse(leaf);
  } catch {
    return null;
  }
  // Version 2 carries the ballot that was spent on the comment.
  const known = found?.v === 1 || (found?.v === 2 && typeof found.ballot === "string");
  const right = known && found.type === "submission" && found.consultation === consultation;
  return right && /^[0-9a-f]{64}$/u.test(found.envelope_sha256) ? found.envelope_sha256 : null;
}

/** Opening comments. Refusals are CryptoErrors: "wrong-passphrase", "key-wrap-error", "worker", "timeout", "terminated". */
export class Vault {
  #worker = null;
  #ended = false;

  /** `wrapped`: the wrapped key as an object; `kid`: the key it must turn out to be. */
  async unlock({ wrapped, passphrase, kid }) {
    const worker = await startWorker("unseal");
    if (this.#ended) {
      worker.terminate();
      throw new CryptoError("terminated");
    }
    this.#worker = worker;
    await worker.call("unlock", { wrapped: wrappedText(wrapped), passphrase, kid });
  }

  /** For each item {index, leaf, envelope, wrap}: {state: "open"|"closed"|"unreadable"|"broken", payload}. */
  async open(consultation, items, onProgress) {
    const hashes = items.map(({ leaf }) => loggedHash(leaf, consultation));
    const asked = items.map(({ index, envelope, wrap = null }, place) => ({ index, envelope, wrap, hash: hashes[place] }));
    const results = await this.#worker.call("open", { consultation, items: asked }, [], onProgress);
    return results.map((result, place) => (hashes[place] ? result : { state: "broken" }));
  }

  /** Ask the worker about comments it opened: a handler of workers/unseal-<feature>.js. Rejects while the desk is locked. */
  async call(type, data, onProgress) {
    if (!this.#worker) throw new CryptoError("terminated");
    return this.#worker.call(type, data, [], onProgress);
  }

  /** The worker ends, and with it the seed and the comments' keys. */
  end() {
    this.#ended = true;
    this.#worker?.terminate();
    this.#worker = null;
  }
}

function wrappedText(wrapped) {
  try {
    return fromUtf8(canonicalBytes(wrapped));
  } catch (error) {
    throw new CryptoError("key-wrap-error", error);
  }
}

/** Making a key: {passphrase() -> six words, make(passphrase) -> {kid, publicKey: base64url, wrapped: object}, end()}. */
export async function startKeyMaker() {
  const worker = await startWorker("keys");
  return {
    passphrase: () => worker.call("passphrase"),
    async make(passphrase) {
      const { kid, publicKey, wrapped } = await worker.call("make", { passphrase });
      return { kid, publicKey: toB64url(publicKey), wrapped: JSON.parse(wrapped) };
    },
    end: () => worker.terminate(),
  };
}
