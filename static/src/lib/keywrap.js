// A moderator's private key as it is stored: under a passphrase by Argon2id (RFC 9106), and under passkeys by the
// output of their PRF (WebAuthn 3, section 10.1.4) and HKDF (RFC 5869); AES-256-GCM in both. The twin of
// portal/crypto/keywrap.py. Only workers import this: it brings WebAssembly.

import { argon2id } from "hash-wasm";

import { concat, randomBytes, sameBytes, subtle, utf8 } from "./bytes.js";
import { CryptoError } from "./errors.js";
import { formatDocument, formatWrapped, parseDocument } from "./wrapped.js";

const LABEL = utf8("portal/moderator-key/v1\0");
const PASSKEY_LABEL = utf8("portal/moderator-key/passkey/v1\0");
const PRF_SIZE = 32;
export const MEMORY_KIB = 65536;
export const TIME_COST = 3;
const LANES = 1;

/** The wrapped form (canonical JSON text) of a 32-byte seed. */
export async function wrap(seed, passphrase, kid, { memoryKib = MEMORY_KIB, timeCost = TIME_COST } = {}) {
  if (seed.length !== 32) throw new CryptoError("key-wrap-error");
  const parameters = { m: memoryKib, t: timeCost, p: LANES, salt: randomBytes(16), nonce: randomBytes(12) };
  const key = await derive(passphrase, parameters, "encrypt");
  const ct = new Uint8Array(await subtle().encrypt(cipher(LABEL, parameters.nonce, kid), key, seed));
  return formatWrapped({ ...parameters, ct });
}

/** The seed; refuses with "wrong-passphrase", or with "key-wrap-error" a text of another form. */
export async function unwrap(text, passphrase, kid) {
  const { passphrase: wrapped } = parseDocument(text);
  const key = await derive(passphrase, wrapped, "decrypt");
  try {
    return new Uint8Array(await subtle().decrypt(cipher(LABEL, wrapped.nonce, kid), key, wrapped.ct));
  } catch (error) {
    throw new CryptoError("wrong-passphrase", error);
  }
}

/** The text with the seed under one more passkey: `prf` 32 bytes, `id` the credential's, `salt` the PRF's input. */
export async function addPasskey(text, seed, kid, { prf, id, salt }) {
  const { passphrase, passkeys } = parseDocument(text);
  const nonce = randomBytes(12);
  const key = await derivePrf(prf, kid, "encrypt");
  const ct = new Uint8Array(await subtle().encrypt(cipher(PASSKEY_LABEL, nonce, kid), key, seed));
  const others = passkeys.filter((passkey) => !sameBytes(passkey.id, id));
  return formatDocument({ passphrase, passkeys: [...others, { id, salt, nonce, ct }] });
}

/** The seed, by the passkey of that credential id; refuses with "wrong-passkey", or with "key-wrap-error". */
export async function unwrapWithPrf(text, kid, { prf, id }) {
  const found = parseDocument(text).passkeys.find((passkey) => sameBytes(passkey.id, id));
  if (!found) throw new CryptoError("wrong-passkey");
  const key = await derivePrf(prf, kid, "decrypt");
  try {
    return new Uint8Array(await subtle().decrypt(cipher(PASSKEY_LABEL, found.nonce, kid), key, found.ct));
  } catch (error) {
    throw new CryptoError("wrong-passkey", error);
  }
}

/** The seed under another passphrase; the passkeys stay. */
export async function rewrap(text, seed, passphrase, kid) {
  const { passphrase: wrapped } = parseDocument(await wrap(seed, passphrase, kid));
  return formatDocument({ passphrase: wrapped, passkeys: parseDocument(text).passkeys });
}

const cipher = (label, nonce, kid) => ({ name: "AES-GCM", iv: nonce, additionalData: concat(label, utf8(kid)) });

async function derive(passphrase, { m, t, p, salt }, usage) {
  const raw = await stretch(passphrase.normalize("NFC"), { m, t, p, salt });
  const key = await subtle().importKey("raw", raw, "AES-GCM", false, [usage]);
  raw.fill(0);
  return key;
}

async function derivePrf(prf, kid, usage) {
  if (prf.length !== PRF_SIZE) throw new CryptoError("key-wrap-error");
  const material = await subtle().importKey("raw", prf, "HKDF", false, ["deriveKey"]);
  const params = { name: "HKDF", hash: "SHA-256", salt: PASSKEY_LABEL, info: utf8(kid) };
  return subtle().deriveKey(params, material, { name: "AES-GCM", length: 256 }, false, [usage]);
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
