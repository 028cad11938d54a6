// What the QR code of a claim slip holds: PF1/CLAIM/<ISSUER>/<STAFF CODE>/<CODE>/<key id, 64 digits>.

const SLIP = /^PF1\/CLAIM\/([A-Z0-9][A-Z0-9-]{1,39})\/([A-Z0-9][A-Z0-9-]{0,23})\/([0-9A-Z-]{18,24})\/([0-9A-F]{64})$/u;
/** What is printed beside it for people to compare; the scan compares all. */
export const KEY_DIGITS = 16;

/** {issuer, staffCode, claimCode, key: 64 lower-case hexadecimal digits}, or null when the text is no claim slip. */
export function readSlip(text) {
  const [, issuer, staffCode, claimCode, key] = SLIP.exec(text.trim()) ?? [];
  return issuer ? { issuer: issuer.toLowerCase(), staffCode, claimCode, key: key.toLowerCase() } : null;
}

/**
 * What a scanned text is worth beside the issuers that the log shows and the staff code typed so far: {slip}, or
 * {refusal} with a key of the page's words: slipKind, slipPerson, or slipKey, which means that somebody cheats.
 */
export function judgeSlip(text, issuers, staffCode) {
  const slip = readSlip(text);
  const known = issuers.find(({ issuer }) => issuer === slip?.issuer);
  if (!known) return { refusal: "slipKind" };
  if (known.keyId !== slip.key) return { refusal: "slipKey", issuer: known };
  const typed = staffCode.trim().toUpperCase();
  if (typed && typed !== slip.staffCode) return { refusal: "slipPerson" };
  return { slip };
}
