// What those who can open one comment share about it: sealed under keys that only its content key gives, at one size.
// The twin of portal/crypto/rowkey.py, which says why. Whoever the submitter left out has no content key, so none of it.

import { concat, randomBytes, sha256, subtle, utf8 } from "./bytes.js";
import { canonicalBytes } from "./canonical.js";
import { CryptoError } from "./errors.js";
import { pad, unpad } from "./padding.js";

export const LABELS = ["coding", "conversation", "redaction"];
export const CODING_SIZE = 4096;
const SALT = utf8("portal/row/v1");
const KEY_SIZE = 32;
const NONCE_SIZE = 12;
const TAG_SIZE = 16;

/** 32 bytes for one purpose (RFC 5869): `head` is the envelope's header as it stands in the envelope. */
export async function rowKey(contentKey, head, label) {
  if (contentKey.length !== KEY_SIZE || !LABELS.includes(label)) throw new CryptoError("row-error");
  const info = concat(utf8(label), Uint8Array.of(0), await sha256(head));
  const key = await subtle().importKey("raw", contentKey, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await subtle().deriveBits({ name: "HKDF", hash: "SHA-256", salt: SALT, info }, key, 256));
}

/** nonce || AES-256-GCM of the padded plaintext: `size` + 28 bytes. "padding-error" when it does not fit. */
export async function sealRow(key, plaintext, size, aad, nonce = randomBytes(NONCE_SIZE)) {
  const sealing = await subtle().importKey("raw", key, "AES-GCM", false, ["encrypt"]);
  const params = { name: "AES-GCM", iv: nonce, additionalData: aad };
  return concat(nonce, new Uint8Array(await subtle().encrypt(params, sealing, pad(plaintext, size))));
}

/** The inverse; refuses ("row-error") another key, other associated data, and what was altered. */
export async function openRow(key, sealed, aad) {
  if (sealed.length < NONCE_SIZE + TAG_SIZE) throw new CryptoError("row-error");
  const opening = await subtle().importKey("raw", key, "AES-GCM", false, ["decrypt"]);
  const params = { name: "AES-GCM", iv: sealed.slice(0, NONCE_SIZE), additionalData: aad };
  try {
    return unpad(new Uint8Array(await subtle().decrypt(params, opening, sealed.slice(NONCE_SIZE))));
  } catch (error) {
    throw new CryptoError("row-error", error);
  }
}

/** The associated data of a shared coding: a server cannot show an old revision, or another slot's, as this one. */
export const codingAad = (slot, revision) => canonicalBytes({ revision, slot });
