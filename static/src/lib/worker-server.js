// A worker's side of worker-client.js.

import { CryptoError } from "./errors.js";

/**
 * Answer messages {id, type, data} by `handlers[type](data, progress)`, one after another. A refusal goes back as its
 * code, and any other error as "crypto-error": an error's message may quote data.
 */
export function serve(handlers, scope = globalThis) {
  let last = Promise.resolve();
  scope.addEventListener("message", ({ data: { id, type, data } }) => {
    const work = async () => {
      try {
        if (!Object.hasOwn(handlers, type)) throw new CryptoError("crypto-error");
        const result = await handlers[type](data, (progress) => scope.postMessage({ id, progress }));
        scope.postMessage({ id, result });
      } catch (error) {
        scope.postMessage({ id, error: error instanceof CryptoError ? error.code : "crypto-error" });
      }
    };
    last = last.then(work);
  });
}
