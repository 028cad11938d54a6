// A moderator's private key as it is stored: Argon2id (RFC 9106) over a passphrase, then AES-256-GCM.
// The twin of portal/crypto/keywrap.py. Only workers import this: it brings WebAssembly.

import { argon2id } from "hash-wasm";

import { concat, fromB64url, fromUtf8, randomBytes, subtle, toB64url, utf8 } from "./bytes.js";
import { canonicalBytes, parseCanonical } from "./canonical.js";
import { CryptoError } from "./errors.js";

const LABEL = utf8("portal/moderator-key/v1\0");
export const MEMORY_KIB = 65536;
export const TIME_COST = 3;
const LANES = 1;

/** The wrapped form (canonical JSON text) of a 32-byte seed. */
export async function wrap(seed, passphrase, kid, { memoryKib = MEMORY_KIB, timeCost = TIME_COST } = {}) {
  if (seed.length !== 32) throw new CryptoError("key-wrap-error");
  const parameters = { m: memoryKib, t: timeCost, p: LANES, salt: randomBytes(16), nonce: randomBytes(12) };
  const key = await derive(passphrase, parameters, "encrypt");
  const ct = new Uint8Array(await subtle().encrypt(cipher(parameters.nonce, kid), key, seed));
  return formatWrapped({ ...parameters, ct });
}

/** The seed; refuses with "wrong-passphrase", or with "key-wrap-error" a text of another form. */
export async function unwrap(text, passphrase, kid) {
  const wrapped = parseWrapped(text);
  const key = await derive(passphrase, wrapped, "decrypt");
  try {
    return new Uint8Array(await subtle().decrypt(cipher(wrapped.nonce, kid), key, wrapped.ct));
  } catch (error) {
    throw new CryptoError("wrong-passphrase", error);
  }
}

/** {m: KiB, t: passes, p: lanes, salt: 16 bytes, nonce: 12 bytes, ct: 48 bytes} as text. */
export function formatWrapped({ m, t, p, salt, nonce, ct }) {
  const binary = { salt: toB64url(salt), nonce: toB64url(nonce), ct: toB64url(ct) };
  return fromUtf8(canonicalBytes({ v: 1, kdf: "argon2id", m, t, p, ...binary }));
}

/** The inverse; refuses anything but what formatWrapped writes, and parameters out of range. */
export function parseWrapped(text) {
  let wrapped;
  try {
    const { v, kdf, m, t, p, salt, nonce, ct, ...more } = parseCanonical(utf8(text));
    if (v !== 1 || kdf !== "argon2id" || Object.keys(more).length) throw new CryptoError("key-wrap-error");
    wrapped = { m, t, p, salt: fromB64url(salt), nonce: fromB64url(nonce), ct: fromB64url(ct) };
  } catch (error) {
    throw new CryptoError("key-wrap-error", error);
  }
  const { m, t, p, salt, nonce, ct } = wrapped;
  const sized = salt.length === 16 && nonce.length === 12 && ct.length === 48;
  const ranged = isBetween(m, 8192, 1048576) && isBetween(t, 1, 16) && isBetween(p, 1, 4);
  if (!sized || !ranged) throw new CryptoError("key-wrap-error");
  return wrapped;
}

const isBetween = (value, low, high) => Number.isSafeInteger(value) && low <= value && value <= high;

const cipher = (nonce, kid) => ({ name: "AES-GCM", iv: nonce, additionalData: concat(LABEL, utf8(kid)) });

async function derive(passphrase, { m, t, p, salt }, usage) {
  const raw = await stretch(passphrase.normalize("NFC"), { m, t, p, salt });
  const key = await subtle().importKey("raw", raw, "AES-GCM", false, [usage]);
  raw.fill(0);
  return key;
}

async function stretch(password, { m, t, p, salt }) {
  const cost = { memorySize: m, iterations: t, parallelism: p, hashLength: 32 };
  try {
    return await argon2id({ password, salt, ...cost, outputType: "binary" });
  } catch (error) {
    // An empty passphrase is a wrong one; everything else is a browser that compiles no WebAssembly.
    throw new CryptoError(password === "" ? "wrong-passphrase" : "no-wasm", error);
  }
}
