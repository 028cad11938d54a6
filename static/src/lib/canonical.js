// Canonical JSON (RFC 8785) of objects, arrays, strings in NFC, whole numbers, booleans and null.
// The twin of portal/crypto/canonical.py.

import { fromUtf8, utf8 } from "./bytes.js";
import { CryptoError } from "./errors.js";

const DEPTH = 16;
const SURROGATE = /\p{Cs}/u;

/** The document's only bytes; refuses ("not-canonical") fractions, strings not in NFC, and what JSON does not have. */
export function canonicalBytes(document) {
  if (!isPlainObject(document)) throw new CryptoError("not-canonical");
  return utf8(write(document, 0));
}

/** The document of those bytes; refuses unless canonicalBytes gives them back. */
export function parseCanonical(data) {
  let text;
  let document;
  try {
    text = fromUtf8(data);
    document = JSON.parse(text);
  } catch (error) {
    throw new CryptoError("not-canonical", error);
  }
  if (!isPlainObject(document) || write(document, 0) !== text) throw new CryptoError("not-canonical");
  return document;
}

function write(value, depth) {
  if (depth > DEPTH) throw new CryptoError("not-canonical");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return writeString(value);
  if (Number.isSafeInteger(value)) return String(value);
  if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1)).join(",")}]`;
  if (!isPlainObject(value)) throw new CryptoError("not-canonical");
  // RFC 8785 section 3.2.3 sorts by UTF-16 code units, which is what sort() does.
  const members = Object.keys(value).sort();
  return `{${members.map((key) => `${write(key, depth + 1)}:${write(value[key], depth + 1)}`).join(",")}}`;
}

// RFC 8785 section 3.2.2.2 is ECMAScript's own way of writing strings.
function writeString(text) {
  if (SURROGATE.test(text) || text.normalize("NFC") !== text) throw new CryptoError("not-canonical");
  return JSON.stringify(text);
}

function isPlainObject(value) {
  if (value === null || typeof value !== "object") return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
