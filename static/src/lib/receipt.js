// The receipt: 80 random bits that only the submitter holds, and what is derived from them by HKDF-SHA256 (RFC 5869).
// The server stores SHA-256 of the locator and nothing else. The twin of portal/crypto/receipt.py.

import { randomBytes, sha256, subtle, utf8 } from "./bytes.js";
import { encodeCode, parseCode, RAW_SIZE } from "./crockford.js";
import { CryptoError } from "./errors.js";

const SALT = utf8("portal/receipt/v1");

/** Ten fresh random bytes. */
export const newReceipt = () => randomBytes(RAW_SIZE);

export const formatReceipt = encodeCode;
export const parseReceipt = parseCode;

/** 32 bytes by which the receipt's holder asks for the comment. */
export const locator = (raw) => derive(raw, "locator");

/** The 32-byte X-Wing seed of the reply key. */
export const replySeed = (raw) => derive(raw, "reply-key");

/** SHA-256 of the locator: what the server keeps. */
export const locatorHash = async (raw) => sha256(await locator(raw));

async function derive(raw, label) {
  if (raw.length !== RAW_SIZE) throw new CryptoError("receipt-error");
  const key = await subtle().importKey("raw", raw, "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: SALT, info: utf8(label) };
  return new Uint8Array(await subtle().deriveBits(parameters, key, 256));
}
