// Collecting ballots: what the browser does between the issuers' keys and ballots that can be spent. The twin of
// portal/crypto/collecting.py, together with ballot-file.js, which pages can use without this file's big numbers.
// Blinding is RFC 9474, RSABSSA-SHA384-PSS-Deterministic, by @cloudflare/blindrsa-ts; what is signed is the hash of a
// fresh key, so a signature says nothing of when or to whom it was given.
//
// A collection is plain data that IndexedDB and workers can carry:
//   {consultation, keys: {issuer: DER}, seeds: [32 bytes],
//    blinded: {issuer: [{message: 256 bytes, inverse: 256 bytes}]}}

import { RSABSSA } from "@cloudflare/blindrsa-ts";

import { KEY_SIZE, nonceOf } from "./ballot.js";
import { assemble, EACH_MOST, SLUG } from "./ballot-file.js";
import { randomBytes, sameBytes, sha256, subtle, toHex } from "./bytes.js";
import { CryptoError } from "./errors.js";

const MODULUS_BITS = 2048;
const EXPONENT = Uint8Array.of(1, 0, 1); // 65537
const suite = RSABSSA.SHA384.PSS.Deterministic();

/** An issuer's key from its DER (SubjectPublicKeyInfo): 2 048 bits, exponent 65537, canonical; nothing else. */
export async function loadPublic(der) {
  let key;
  let again;
  try {
    key = await subtle().importKey("spki", der, { name: "RSA-PSS", hash: "SHA-384" }, true, ["verify"]);
    again = new Uint8Array(await subtle().exportKey("spki", key));
  } catch (error) {
    throw error instanceof CryptoError ? error : new CryptoError("key-format-error", error);
  }
  const { modulusLength, publicExponent } = key.algorithm;
  const fits = modulusLength === MODULUS_BITS && sameBytes(publicExponent, EXPONENT) && sameBytes(again, der);
  if (!fits) throw new CryptoError("key-format-error");
  return key;
}

/** What people compare: SHA-256 of the key's DER in lower-case hexadecimal. */
export const keyId = async (der) => toHex(await sha256(der));

/** Draw `each` fresh ballots and blind each for every issuer; `keys`: DER by issuer. `progress` counts blindings. */
export async function begin(consultation, keys, each, progress = () => {}) {
  if (!SLUG.test(consultation) || !(each >= 1 && each <= EACH_MOST)) throw new CryptoError("ballot-error");
  const seeds = Array.from({ length: each }, () => randomBytes(KEY_SIZE));
  const nonces = await Promise.all(seeds.map(nonceOf));
  const blinded = {};
  let done = 0;
  for (const issuer of Object.keys(keys).sort()) {
    const key = await loadPublic(keys[issuer]);
    blinded[issuer] = [];
    for (const nonce of nonces) {
      const { blindedMsg, inv } = await suite.blind(key, suite.prepare(nonce));
      blinded[issuer].push({ message: blindedMsg, inverse: inv });
      progress((done += 1));
    }
  }
  return { consultation, keys, seeds, blinded };
}

/** The signatures in that issuer's answers, unblinded and verified; "blind-signature-error" unless every one holds. */
export async function unblind(collection, issuer, answers) {
  const blinded = collection.blinded[issuer];
  if (answers.length !== blinded.length) throw new CryptoError("ballot-error");
  const key = await loadPublic(collection.keys[issuer]);
  const signatures = [];
  for (const [at, { inverse }] of blinded.entries()) {
    const nonce = await nonceOf(collection.seeds[at]);
    signatures.push(await finalized(key, nonce, answers[at], inverse));
  }
  return signatures;
}

async function finalized(key, nonce, answer, inverse) {
  try {
    return await suite.finalize(key, suite.prepare(nonce), answer, inverse);
  } catch (error) {
    throw new CryptoError("blind-signature-error", error);
  }
}

/** Unblind every issuer's answers and put the ballots together; `answers`: lists by issuer. */
export async function finish(collection, answers) {
  const signatures = {};
  for (const issuer of Object.keys(collection.keys)) {
    signatures[issuer] = await unblind(collection, issuer, answers[issuer] ?? []);
  }
  return assemble(collection, signatures);
}
