// Half-cards as people type or scan them, checked against the hashes that the log lists. Codes never leave the page.
import { cardHash } from "../lib/ballot.js";
import { sameBytes, toHex } from "../lib/bytes.js";

const CARD = /^PF1\/CARD\/([A-Z0-9][A-Z0-9-]{1,39})\/([0-9A-Z-]{18,24})$/u;

/** What the QR code of a half-card holds: {issuer, code}, or null when the text is none. */
export function readCard(text) {
  const [, issuer, code] = CARD.exec(text.trim()) ?? [];
  return issuer ? { issuer: issuer.toLowerCase(), code } : null;
}

/** Fetch the hashes of all half-cards: {issuer: Set of hexadecimal digests}. Rejects where they cannot be had. */
export async function loadHashes(url) {
  const answer = await fetch(url, { credentials: "omit", cache: "no-store", redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  const { cards } = await answer.json();
  return Object.fromEntries(Object.entries(cards).map(([issuer, hashes]) => [issuer, new Set(hashes)]));
}

/**
 * The halves typed into the fields (10 bytes each, `issuers[at]` names the field's issuer) beside those hashes:
 * {codes: {issuer: 10 bytes}}, halves in each other's fields put right; or {refusal, at, owner}, refusal being a key of
 * the page's words: halfSame (one half twice), halfUnknown (nobody printed it) or halfBoth (two of one issuer).
 */
export async function judgeHalves(halves, issuers, hashes, consultation) {
  const codes = {};
  for (const [at, half] of halves.entries()) {
    if (halves.slice(0, at).some((other) => sameBytes(other, half))) return { refusal: "halfSame", at };
    const owner = await ownerOf(half, issuers, hashes, consultation);
    if (owner === null) return { refusal: "halfUnknown", at };
    if (owner in codes) return { refusal: "halfBoth", at: issuers.findIndex((issuer) => issuer !== owner), owner };
    codes[owner] = half;
  }
  return { codes };
}

/** Whose box that half is from, or null when it is from none. */
export async function ownerOf(half, issuers, hashes, consultation) {
  for (const issuer of issuers) {
    const hash = toHex(await cardHash(half, consultation, issuer));
    if (hashes[issuer]?.has(hash)) return issuer;
  }
  return null;
}
