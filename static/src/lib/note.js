// Signed notes (https://c2sp.org/signed-note), Ed25519 by WebCrypto. The twin of portal/tlog/note.py: only the canonical
// form is accepted, and a note's text counts for nothing until openNote has found a trusted key's signature on it.

import { concat, sameBytes, sha256, utf8 } from "./bytes.js";
import { LogError } from "./merkle.js";

const ED25519 = 1;
const KEY_ID_SIZE = 4;
const MAX_SIGNATURES = 100;
const SIGNATURE_PREFIX = "\u2014 ";
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
const SURROGATE = /\p{Cs}/u;
const NAME = /^[^+\p{White_Space}\p{Cs}\u0000-\u001f]+$/u;
const VKEY = /^([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/u;

/** `<name>+<8 hex digits>+<base64(0x01 || public key)>` -> {name, id: 4 bytes, publicKey: 32 bytes}. */
export async function parseVkey(text) {
  const { type, ...key } = await parseTypedVkey(text);
  if (type !== ED25519 || key.publicKey.length !== 32) throw new LogError("malformed-key");
  return key;
}

/** A verifier key of any signature type, with its `type` (one byte); the id must be that of name, type and key. */
export async function parseTypedVkey(text) {
  const [, name, hex, encoded] = VKEY.exec(text) ?? [];
  if (!name || !NAME.test(name)) throw new LogError("malformed-key");
  const material = decodeBase64(encoded, "malformed-key");
  if (material.length < 2) throw new LogError("malformed-key");
  const id = (await sha256(concat(utf8(`${name}\n`), material))).subarray(0, KEY_ID_SIZE);
  if (toHex(id) !== hex) throw new LogError("malformed-key");
  return { name, id, type: material[0], publicKey: material.subarray(1) };
}

/** The parts of a note, none of them verified: {text, signatures: [{name, id, value}]}. */
export function parseNote(raw) {
  const split = raw.lastIndexOf("\n\n");
  const lines = raw.slice(split + 2).split("\n");
  if (split < 0 || lines.pop() !== "") throw new LogError("malformed-note");
  if (CONTROL.test(raw) || SURROGATE.test(raw)) throw new LogError("malformed-note");
  if (lines.length < 1 || lines.length > MAX_SIGNATURES) throw new LogError("malformed-note");
  return { text: raw.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

/**
 * The text of a note that `key` (from parseVkey) signed, and the lines of other keys, which prove nothing.
 * One false signature under the key's name and id refuses the note.
 */
export async function openNote(raw, key) {
  const { text, signatures } = parseNote(raw);
  const isOurs = ({ name, id }) => name === key.name && sameBytes(id, key.id);
  const ours = signatures.filter(isOurs);
  if (ours.length === 0) throw new LogError("unverified-note");
  for (const { value } of ours) {
    if (!(await ed25519Verifies(key.publicKey, utf8(text), value))) throw new LogError("invalid-signature");
  }
  return { text, unknown: signatures.filter((signature) => !isOurs(signature)) };
}

/** The inverse of btoa over bytes; refuses blanks, missing padding and stray bits with that code. */
export function decodeBase64(text, code) {
  let binary;
  try {
    binary = atob(text);
  } catch {
    throw new LogError(code);
  }
  if (btoa(binary) !== text) throw new LogError(code);
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}


function parseSignature(line) {
  const [name, encoded, ...rest] = line.slice(SIGNATURE_PREFIX.length).split(" ");
  const shaped = line.startsWith(SIGNATURE_PREFIX) && encoded !== undefined && rest.length === 0;
  if (!shaped || !NAME.test(name)) throw new LogError("malformed-note");
  const value = decodeBase64(encoded, "malformed-note");
  if (value.length <= KEY_ID_SIZE) throw new LogError("malformed-note");
  return { name, id: value.subarray(0, KEY_ID_SIZE), value: value.subarray(KEY_ID_SIZE) };
}

/** RFC 8032; a public key that is no point of the curve verifies nothing. */
export async function ed25519Verifies(publicKey, message, signature) {
  let key;
  try {
    key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
  } catch (error) {
    // A browser without Ed25519 must not look like a log that lies.
    if (error?.name === "NotSupportedError") throw new LogError("ed25519-unavailable");
    return false;
  }
  return crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
}

const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
