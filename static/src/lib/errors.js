// Refusals of sealing, receipts and wrapped keys. They hold no words: pages translate the code.

/**
 * A refusal by `code`: the name of the Python error in portal/crypto/errors.py, in kebab case; or one that only a
 * browser has: no-webcrypto, no-wasm, worker, timeout, terminated.
 */
export class CryptoError extends Error {
  constructor(code, cause) {
    super(code, cause === undefined ? undefined : { cause });
    this.name = "CryptoError";
    this.code = code;
  }
}
