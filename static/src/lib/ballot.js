// Ballots: the right to send one comment, bound to its content, tied to nobody. The twin of portal/crypto/ballot.py,
// which describes the format:
//
//   "PFB1" | kind (1: collected, 2: card) | u8 length | consultation | u8 parts |
//       collected: public key (32) | one blind signature (256) for each issuer | binding (64)
//       card:      public key (32) | binding (64), for each half
//
// Issuers stand in the order of their names. Ed25519 is WebCrypto's: a browser without it is refused, nothing falls
// back.

import { concat, fromB64url, sha256, subtle, utf8 } from "./bytes.js";
import { RAW_SIZE } from "./crockford.js";
import { CryptoError } from "./errors.js";

const MAGIC = utf8("PFB1");
const LABEL = utf8("portal/ballot/v1\0");
const CARD_SALT = utf8("portal/card/v1");
const COLLECTED = 1;
const CARD = 2;
export const KEY_SIZE = 32;
export const SIGNATURE_SIZE = 256;
const HASH_SIZE = 32;
export const MAX_ISSUERS = 2;
const PKCS8 = Uint8Array.from([48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32]); // RFC 8410, section 7
const NAME = /^[\x21-\x7e]{1,255}$/u;

/** The bytes of a collected ballot; `signatures`: one of 256 bytes for each issuer, in the order of their names. */
export async function collected(consultation, seed, signatures, envelopeSha256) {
  const sized = signatures.every((signature) => signature.length === SIGNATURE_SIZE);
  if (!sized || signatures.length < 1 || signatures.length > MAX_ISSUERS) throw new CryptoError("ballot-error");
  return encode(COLLECTED, consultation, [await partOf(seed, signatures)], envelopeSha256);
}

/** The bytes of a card ballot; `codes`: the half's code (10 bytes) by issuer. */
export async function card(consultation, codes, envelopeSha256) {
  const issuers = Object.keys(codes).sort();
  if (issuers.length < 1 || issuers.length > MAX_ISSUERS) throw new CryptoError("ballot-error");
  const seeds = await Promise.all(issuers.map((issuer) => cardSeed(codes[issuer], consultation, issuer)));
  return encode(CARD, consultation, await Promise.all(seeds.map((seed) => partOf(seed, []))), envelopeSha256);
}

/** The Ed25519 seed of a half-card's code: HKDF-SHA256 (RFC 5869), bound to consultation and issuer. */
export async function cardSeed(code, consultation, issuer) {
  if (code.length !== RAW_SIZE) throw new CryptoError("ballot-error");
  const key = await subtle().importKey("raw", code, "HKDF", false, ["deriveBits"]);
  const info = utf8(`${consultation}\0${issuer}`);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: CARD_SALT, info };
  return new Uint8Array(await subtle().deriveBits(parameters, key, 8 * KEY_SIZE));
}

/** What the log lists of a half-card before anybody draws it: SHA-256 of its public key. */
export const cardHash = async (code, consultation, issuer) => nonceOf(await cardSeed(code, consultation, issuer));

/** What issuers sign of a ballot with that seed, and what is spent: SHA-256 of its public key. */
export const nonceOf = async (seed) => sha256(await publicOf(seed));

/** The public key (32 bytes) of a ballot's secret seed (32 bytes). */
export async function publicOf(seed) {
  return (await keyOf(seed)).publicKey;
}

async function partOf(seed, signatures) {
  const { privateKey, publicKey } = await keyOf(seed);
  return { privateKey, publicKey, signatures, nonce: await sha256(publicKey) };
}

async function keyOf(seed) {
  if (seed.length !== KEY_SIZE) throw new CryptoError("ballot-error");
  let privateKey;
  try {
    privateKey = await subtle().importKey("pkcs8", concat(PKCS8, seed), { name: "Ed25519" }, true, ["sign"]);
  } catch (error) {
    throw error instanceof CryptoError ? error : new CryptoError("ed25519-unavailable", error);
  }
  const { x } = await subtle().exportKey("jwk", privateKey);
  return { privateKey, publicKey: fromB64url(x) };
}

async function encode(kind, consultation, parts, envelopeSha256) {
  if (!NAME.test(consultation) || envelopeSha256.length !== HASH_SIZE) throw new CryptoError("ballot-error");
  const name = utf8(consultation);
  const nonces = parts.map(({ nonce }) => nonce);
  const text = concat(LABEL, name, Uint8Array.of(0), ...nonces, envelopeSha256);
  const bodies = [];
  for (const { privateKey, publicKey, signatures } of parts) {
    const binding = new Uint8Array(await subtle().sign({ name: "Ed25519" }, privateKey, text));
    bodies.push(publicKey, ...signatures, binding);
  }
  const count = kind === COLLECTED ? parts[0].signatures.length : parts.length;
  return concat(MAGIC, Uint8Array.of(kind, name.length), name, Uint8Array.of(count), ...bodies);
}
