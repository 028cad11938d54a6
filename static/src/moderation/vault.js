// The page's hold on the worker that opens comments. Seeds never come out of it.

import { fromUtf8 } from "../lib/bytes.js";
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

  /**
   * `wrapped`: the wrapped key as an object; `kid`: the key it must turn out to be; by `passphrase`, or by `passkey` as
   * usePasskey gives it ("wrong-passkey").
   */
  async unlock({ wrapped, passphrase, passkey = null, kid }) {
    const worker = await startWorker("unseal");
    if (this.#ended) {
      worker.terminate();
      throw new CryptoError("terminated");
    }
    this.#worker = worker;
    const text = wrappedText(wrapped);
    if (passkey) await worker.call("unlock-by-passkey", { wrapped: text, ...passkey, kid });
    else await worker.call("unlock", { wrapped: text, passphrase, kid });
  }

  /** For each item {index, leaf, envelope, wrap}: {state: "open"|"closed"|"unreadable"|"broken", payload}. */
  async open(consultation, items, onProgress) {
    const hashes = items.map(({ leaf }) => loggedHash(leaf, consultation));
    const asked = items.map(({ index, envelope, wrap = null, redactions }, place) => ({ index, envelope, wrap, redactions, hash: hashes[place] }));
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

/** A wrapped key as the text that workers take; refuses ("key-wrap-error") what is none. */
export function wrappedText(wrapped) {
  try {
    return fromUtf8(canonicalBytes(wrapped));
  } catch (error) {
    throw new CryptoError("key-wrap-error", error);
  }
}
