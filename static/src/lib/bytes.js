// Bytes and the texts that carry them. Every decoder takes the canonical form only: what its encoder would write.

import { CryptoError } from "./errors.js";

const HEX = /^(?:[0-9a-f]{2})*$/u;
const B64URL = /^[A-Za-z0-9_-]*$/u;
const CHUNK = 8192; // arguments that every engine takes at once

/** WebCrypto, or a refusal: there is no other way of doing any of this. */
export function subtle() {
  const found = globalThis.crypto?.subtle;
  if (!found) throw new CryptoError("no-webcrypto");
  return found;
}

/** Fresh random bytes. */
export function randomBytes(size) {
  if (typeof globalThis.crypto?.getRandomValues !== "function") throw new CryptoError("no-webcrypto");
  return crypto.getRandomValues(new Uint8Array(size));
}

/** SHA-256: 32 bytes. */
export async function sha256(data) {
  return new Uint8Array(await subtle().digest("SHA-256", data));
}

/** The parts one after another. */
export function concat(...parts) {
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Whether two public byte strings are equal (not in constant time). */
export const sameBytes = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);

export const utf8 = (text) => new TextEncoder().encode(text);

/** The text of UTF-8 bytes; refuses what is no UTF-8, and keeps a byte-order mark. */
export function fromUtf8(data) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch (error) {
    throw new CryptoError("crypto-error", error);
  }
}

/** Lower-case hexadecimal. */
export const toHex = (data) => Array.from(data, (byte) => byte.toString(16).padStart(2, "0")).join("");

export function fromHex(text) {
  if (typeof text !== "string" || !HEX.test(text)) throw new CryptoError("crypto-error");
  return Uint8Array.from(text.match(/../gu) ?? [], (pair) => parseInt(pair, 16));
}

/** Base64url without padding (RFC 4648 section 5). */
export function toB64url(data) {
  let binary = "";
  for (let at = 0; at < data.length; at += CHUNK) binary += String.fromCharCode(...data.subarray(at, at + CHUNK));
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** The inverse; refuses padding, blanks and stray bits. */
export function fromB64url(text) {
  if (typeof text !== "string" || !B64URL.test(text) || text.length % 4 === 1) throw new CryptoError("crypto-error");
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const data = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  if (toB64url(data) !== text) throw new CryptoError("crypto-error");
  return data;
}
