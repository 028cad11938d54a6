// Ballots as they are kept: in a file, on paper, in a collection under way. The plain half of
// portal/crypto/collecting.py, apart from collecting.js so that a page which reads ballots need not carry the arithmetic
// that blinds them.

import { KEY_SIZE, MAX_ISSUERS, SIGNATURE_SIZE } from "./ballot.js";
import { concat, fromB64url, fromUtf8, toB64url } from "./bytes.js";
import { CryptoError } from "./errors.js";

export const EACH_MOST = 9;
export const SLUG = /^[a-z0-9][a-z0-9-]{1,39}$/u;
const PRINTED = /^PF1\/BALLOT\/([a-z0-9][a-z0-9-]{1,39})\/([A-Za-z0-9_-]+)$/u;

/** What that issuer is asked to sign, 256 bytes each. */
export const messages = (collection, issuer) => collection.blinded[issuer].map(({ message }) => message);

/** The ballots `{seed, signatures}`; `signatures`: every issuer's, as `unblind` gave them. */
export function assemble(collection, signatures) {
  const issuers = Object.keys(collection.keys).sort();
  return collection.seeds.map((seed, at) => ({ seed, signatures: issuers.map((issuer) => signatures[issuer][at]) }));
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
    const named = typeof consultation === "string" && SLUG.test(consultation);
    if (v !== 1 || type !== "ballots" || !named) throw new CryptoError("ballot-error");
    const ballots = document.ballots.map(heldBallot);
    if (ballots.length < 1 || ballots.length > EACH_MOST) throw new CryptoError("ballot-error");
    return { consultation, ballots };
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

/** What the QR code of a printed ballot holds. */
export function writePrinted(consultation, { seed, signatures }) {
  return `PF1/BALLOT/${consultation}/${toB64url(concat(seed, ...signatures))}`;
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
  if (!Number.isInteger(count) || count < 1 || count > MAX_ISSUERS) throw new CryptoError("ballot-error");
  const from = (at) => KEY_SIZE + SIGNATURE_SIZE * at;
  const signatures = Array.from({ length: count }, (_, at) => data.slice(from(at), from(at + 1)));
  return { consultation, ballot: { seed: data.slice(0, KEY_SIZE), signatures } };
}
