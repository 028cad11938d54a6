// Collecting ballots: what the browser does between the issuers' keys and ballots that can be spent. The twin of
// portal/crypto/collecting.py. Blinding is RFC 9474, RSABSSA-SHA384-PSS-Deterministic, by @cloudflare/blindrsa-ts; what
// is signed is the hash of a fresh key, so a signature says nothing of when or to whom it was given.
//
// A collection is plain data that IndexedDB and workers can carry:
//   {consultation, keys: {issuer: DER}, seeds: [32 bytes], blinded: {issuer: [{message: 256 bytes, inverse: 256 bytes}]}}

import { RSABSSA } from "@cloudflare/blindrsa-ts";

import { KEY_SIZE, nonceOf, SIGNATURE_SIZE } from "./ballot.js";
import { fromB64url, fromUtf8, randomBytes, sameBytes, sha256, subtle, toB64url, toHex } from "./bytes.js";
import { CryptoError } from "./errors.js";

const MODULUS_BITS = 2048;
const EXPONENT = Uint8Array.of(1, 0, 1); // 65537
const EACH_MOST = 9;
const SLUG = /^[a-z0-9][a-z0-9-]{1,39}$/u;
const suite = RSABSSA.SHA384.PSS.Deterministic();

/** An issuer's key from its DER (SubjectPublicKeyInfo): 2 048 bits, exponent 65537, canonical; nothing else is taken. */
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

/** What that issuer is asked to sign, 256 bytes each. */
export const messages = (collection, issuer) => collection.blinded[issuer].map(({ message }) => message);

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

/** The ballots `{seed, signatures}`; `signatures`: every issuer's, as `unblind` gave them. */
export function assemble(collection, signatures) {
  const issuers = Object.keys(collection.keys).sort();
  return collection.seeds.map((seed, at) => ({ seed, signatures: issuers.map((issuer) => signatures[issuer][at]) }));
}

/** Unblind every issuer's answers and put the ballots together; `answers`: lists by issuer. */
export async function finish(collection, answers) {
  const signatures = {};
  for (const issuer of Object.keys(collection.keys)) {
    signatures[issuer] = await unblind(collection, issuer, answers[issuer] ?? []);
  }
  return assemble(collection, signatures);
}

/** A ballot file's text, to be kept as secret as the ballots are. */
export function writeFile(consultation, ballots) {
  const held = ballots.map(({ seed, signatures }) => ({ seed: toB64url(seed), signatures: signatures.map(toB64url) }));
  return `${JSON.stringify({ v: 1, type: "ballots", consultation, ballots: held }, null, 1)}\n`;
}

/** {consultation, ballots} of a file's bytes; "ballot-error" when it is none. Signatures are not checked. */
export function readFile(data) {
  try {
    const document = JSON.parse(fromUtf8(data));
    const { v, type, consultation } = document;
    if (v !== 1 || type !== "ballots" || !SLUG.test(String(consultation))) throw new CryptoError("ballot-error");
    const ballots = document.ballots.map(heldBallot);
    if (ballots.length < 1 || ballots.length > EACH_MOST) throw new CryptoError("ballot-error");
    return { consultation: String(consultation), ballots };
  } catch (error) {
    throw new CryptoError("ballot-error", error);
  }
}

function heldBallot(item) {
  const held = { seed: fromB64url(item.seed), signatures: item.signatures.map(fromB64url) };
  const sized = held.signatures.every((signature) => signature.length === SIGNATURE_SIZE);
  if (held.seed.length !== KEY_SIZE || held.signatures.length < 1 || !sized) throw new CryptoError("ballot-error");
  return held;
}

const PRINTED = /^PF1\/BALLOT\/([a-z0-9][a-z0-9-]{1,39})\/([A-Za-z0-9_-]+)$/u;

/** What the QR code of a printed ballot holds. */
export function writePrinted(consultation, { seed, signatures }) {
  const data = new Uint8Array(KEY_SIZE + SIGNATURE_SIZE * signatures.length);
  [seed, ...signatures].reduce((at, part) => (data.set(part, at), at + part.length), 0);
  return `PF1/BALLOT/${consultation}/${toB64url(data)}`;
}

/** {consultation, ballot} of such a text; "ballot-error" when it is none. */
export function readPrinted(text) {
  const [, consultation, encoded] = PRINTED.exec(text) ?? [];
  if (!consultation) throw new CryptoError("ballot-error");
  let data;
  try {
    data = fromB64url(encoded);
  } catch (error) {
    throw new CryptoError("ballot-error", error);
  }
  const count = (data.length - KEY_SIZE) / SIGNATURE_SIZE;
  if (!Number.isInteger(count) || count < 1) throw new CryptoError("ballot-error");
  const from = (at) => KEY_SIZE + SIGNATURE_SIZE * at;
  const signatures = Array.from({ length: count }, (_, at) => data.slice(from(at), from(at + 1)));
  return { consultation, ballot: { seed: data.slice(0, KEY_SIZE), signatures } };
}
