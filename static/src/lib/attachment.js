// Attachment v1: a file that goes with a comment, sealed under a key that stands in the comment's payload alone. The
// twin of portal/crypto/attachment.py, which describes the format:
//
//   "PFA1" | u16be header length | header | content (size + 16 bytes)

import { concat, sameBytes, subtle, utf8 } from "./bytes.js";
import { canonicalBytes, parseCanonical } from "./canonical.js";
import { CryptoError } from "./errors.js";
import { pad, PREFIX, unpad } from "./padding.js";

export const SIZES = [128 * 1024, 512 * 1024, 2 * 1024 * 1024, 10 * 1024 * 1024];
export const FILE_MAX = SIZES.at(-1) - PREFIX;
export const COUNT_MAX = 3;
export const TYPES = ["jpeg", "png", "pdf", "docx", "xlsx", "pptx", "odt"];
export const SECRET_SIZE = 32;
const MAGIC = utf8("PFA1");
const SUITE_NAME = "AES-256-GCM";
const SALT = utf8("portal/attachment/v1");
const HEAD_MAX = 512;
const TAG_SIZE = 16;
const NONCE = new Uint8Array(12); // each key is used exactly once

/** The key of the file at that place (0 to 2), usable for AES-GCM and not to be read. */
export async function attachmentKey(secret, place) {
  const fits = secret?.length === SECRET_SIZE && Number.isInteger(place) && place >= 0 && place < COUNT_MAX;
  if (!fits) throw new CryptoError("attachment-error");
  const base = await subtle().importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const how = { name: "HKDF", hash: "SHA-256", salt: SALT, info: Uint8Array.of(place) };
  return subtle().deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** The padded size of a file of `length` bytes; refuses ("attachment-error") what no bucket holds. */
export function bucketOf(length) {
  const size = SIZES.find((one) => length >= 1 && length <= one - PREFIX);
  if (size === undefined) throw new CryptoError("attachment-error");
  return size;
}

/** The file's bytes, sealed in the smallest bucket that holds them. */
export async function sealAttachment(data, { key, consultation }) {
  const size = bucketOf(data.length);
  const head = encodeHeader(consultation, size);
  const bound = { name: "AES-GCM", iv: NONCE, additionalData: head };
  return concat(head, new Uint8Array(await subtle().encrypt(bound, key, pad(data, size))));
}

/** The parts, not opened: {consultation, size, head, content}. */
export function parseAttachment(sealed) {
  if (sealed.length < 6 || !sameBytes(sealed.subarray(0, 4), MAGIC)) throw new CryptoError("attachment-error");
  const end = 6 + new DataView(sealed.buffer, sealed.byteOffset).getUint16(4);
  const head = sealed.slice(0, end);
  const { consultation, size } = readHead(head);
  if (sealed.length !== end + size + TAG_SIZE) throw new CryptoError("attachment-error");
  return { consultation, size, head, content: sealed.subarray(end) };
}

/** The file; refuses with "cannot-open" what was sealed under another key or for elsewhere, or altered. */
export async function openAttachment(sealed, { key, consultation }) {
  const parsed = parseAttachment(sealed);
  if (parsed.consultation !== consultation) throw new CryptoError("cannot-open");
  let padded;
  try {
    const bound = { name: "AES-GCM", iv: NONCE, additionalData: parsed.head };
    padded = new Uint8Array(await subtle().decrypt(bound, key, parsed.content));
  } catch (error) {
    throw new CryptoError("cannot-open", error);
  }
  return unpad(padded);
}

function readHead(head) {
  let document;
  try {
    if (head.length > HEAD_MAX) throw new CryptoError("attachment-error");
    document = parseCanonical(head.subarray(6));
  } catch (error) {
    throw new CryptoError("attachment-error", error);
  }
  const { consultation, size } = document;
  // Anything but version 1's keys and values does not encode back to the same bytes.
  const known = typeof consultation === "string" && SIZES.includes(size);
  if (!known || !sameBytes(encodeHeader(consultation, size), head)) throw new CryptoError("attachment-error");
  return { consultation, size };
}

function encodeHeader(consultation, size) {
  const body = canonicalBytes({ v: 1, type: "attachment", consultation, suite: SUITE_NAME, size });
  return concat(MAGIC, Uint8Array.of(body.length >> 8, body.length & 255), body);
}
