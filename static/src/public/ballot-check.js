// Whether a ballot holds before it is sent: each issuer's signature is checked against its key in the log (RFC 9474, 4.4:
// an ordinary RSASSA-PSS signature with SHA-384), so that a damaged or foreign ballot is said while it can be changed.
import { nonceOf } from "../lib/ballot.js";
import { subtle, toB64url } from "../lib/bytes.js";

const SCHEME = { name: "RSA-PSS", hash: "SHA-384" };
const SALT_SIZE = 48; // bytes: as long as SHA-384's digest

/** Whether every issuer of `issuers` ([{publicKey: DER}], in the order of their names) signed the ballot. */
export async function holds({ seed, signatures }, issuers) {
  if (signatures.length !== issuers.length) return false;
  const nonce = await nonceOf(seed);
  const checks = issuers.map(async ({ publicKey }, at) => {
    const key = await subtle().importKey("spki", publicKey, SCHEME, false, ["verify"]);
    return subtle().verify({ name: "RSA-PSS", saltLength: SALT_SIZE }, key, signatures[at], nonce);
  });
  return (await Promise.all(checks)).every(Boolean);
}

/** Those of the ballots that hold. */
export async function onlyGood(ballots, issuers) {
  const good = await Promise.all(ballots.map((ballot) => holds(ballot, issuers)));
  return ballots.filter((_, at) => good[at]);
}

/** What tells a collected ballot from others within this page. */
export const idOf = ({ seed }) => toB64url(seed);
