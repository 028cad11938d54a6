// Codes that people copy by hand: 80 bits as 16 Crockford base32 symbols and two check symbols (the value modulo 1021).
// The twin of portal/crypto/crockford.py, which says why every slip of one symbol is found.

import { CryptoError } from "./errors.js";

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
export const RAW_SIZE = 10;
const MODULUS = 1021n;
const SKIPPED = /[-\u0020\u00a0\t\n]/gu;

/** Ten bytes as "XXXX-XXXX-XXXX-XXXX-CC". */
export function encodeCode(raw) {
  if (raw.length !== RAW_SIZE) throw new CryptoError("receipt-error");
  const value = raw.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return (symbols(value, 16) + symbols(value % MODULUS, 2)).match(/.{1,4}/gu).join("-");
}

/**
 * The ten bytes of a code in any case, with or without hyphens and blanks; O, I and L are read as 0, 1 and 1.
 * Refuses with "receipt-error" what has not 18 symbols, with "receipt-check" what was copied wrongly.
 */
export function parseCode(text) {
  const folded = foldCode(text);
  if (folded.length !== 18 || [...folded].some((symbol) => !ALPHABET.includes(symbol))) {
    throw new CryptoError("receipt-error");
  }
  const number = value(folded.slice(0, 16));
  if (number % MODULUS !== value(folded.slice(16))) throw new CryptoError("receipt-check");
  return Uint8Array.from({ length: RAW_SIZE }, (_, at) => Number((number >> BigInt(8 * (RAW_SIZE - 1 - at))) & 255n));
}

/** What was typed, as symbols: no blanks, no hyphens, look-alikes folded. */
export function foldCode(text) {
  return text.toUpperCase().replace(SKIPPED, "").replaceAll("O", "0").replace(/[IL]/gu, "1");
}

function symbols(number, count) {
  const places = Array.from({ length: count }, (_, at) => BigInt(5 * (count - 1 - at)));
  return places.map((place) => ALPHABET[Number((number >> place) & 31n)]).join("");
}

function value(text) {
  return [...text].reduce((sum, symbol) => (sum << 5n) | BigInt(ALPHABET.indexOf(symbol)), 0n);
}
