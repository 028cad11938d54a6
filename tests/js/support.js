// The checked-in vectors and small helpers of the crypto tests.

import { readFile } from "node:fs/promises";

import { fromHex } from "../../static/src/lib/bytes.js";

export const FOLDER = new URL("../vectors/crypto/", import.meta.url);

/** One file of tests/vectors/crypto. */
export const vectors = async (name) => JSON.parse(await readFile(new URL(name, FOLDER), "utf8"));

/** For assert.throws and assert.rejects: a CryptoError with that code, or any of those. */
export const refusal = (...codes) => (error) => error.name === "CryptoError" && codes.includes(error.code);

/** Seeds that are fixed by name, as in tests/crypto/make_vectors.py. */
export async function seedOf(name) {
  const data = new TextEncoder().encode(`portal test seed ${name}`);
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

export { fromHex };
