// Inclusion in the log's Merkle tree (RFC 6962 section 2.1, verified as RFC 9162 section 2.1.3.2 says).
// Hashes are Uint8Arrays of 32 bytes; sizes and indexes are safe integers. The twin of portal/tlog/merkle.py.

import { concat, sameBytes, sha256 } from "./bytes.js";

export const HASH_SIZE = 32;

/** A refusal by `code`: the name of the Python error in portal/tlog/errors.py, in kebab case. It holds no words. */
export class LogError extends Error {
  constructor(code) {
    super(code);
    this.name = "LogError";
    this.code = code;
  }
}

/** SHA-256(0x00 || data). */
export const leafHash = (data) => sha256(concat(Uint8Array.of(0), data));

/** SHA-256(0x01 || left || right). */
export const nodeHash = (left, right) => sha256(concat(Uint8Array.of(1), left, right));

/** Rejects unless `leaf` (a leaf hash) stands at `index` of the tree of `size` leaves with that `root`. */
export async function verifyInclusion({ index, size, leaf, proof, root }) {
  const natural = Number.isSafeInteger(index) && Number.isSafeInteger(size);
  if (!natural || index < 0 || index >= size) throw new LogError("inclusion-error");
  if (![leaf, root, ...proof].every((hash) => hash.length === HASH_SIZE)) throw new LogError("inclusion-error");

  // Halving instead of shifting: JavaScript shifts only 32 bits.
  let position = index;
  let last = size - 1;
  let current = leaf;
  for (const sibling of proof) {
    if (last === 0) throw new LogError("inclusion-error");
    if (position % 2 === 1 || position === last) {
      current = await nodeHash(sibling, current);
      // At the right edge there are heights without a sibling: no hash of the proof belongs to them.
      while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
    } else {
      current = await nodeHash(current, sibling);
    }
    [position, last] = [half(position), half(last)];
  }
  if (last !== 0 || !sameBytes(current, root)) throw new LogError("inclusion-error");
}


const half = (value) => Math.floor(value / 2);
