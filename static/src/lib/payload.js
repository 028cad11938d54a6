// The payload of a comment: canonical JSON with a closed key set, before padding and sealing.
// The twin of portal/crypto/payload.py. In JavaScript `reply_key` is `replyKey`, a Uint8Array of 1 216 bytes, and
// `attachments`, where it is there (version 2), is {secret: 32 bytes, files: [{sha256: 32 bytes, type}]}.

import { COUNT_MAX, SECRET_SIZE, TYPES } from "./attachment.js";
import { fromB64url, toB64url } from "./bytes.js";
import { canonicalBytes, parseCanonical } from "./canonical.js";
import { CryptoError } from "./errors.js";
import { PUBLIC_KEY_SIZE } from "./keys.js";

export const TOPICS = ["conduct", "difficulty", "remedy", "praise"];
export const LEVELS = ["office", "unit", "party"];
export const TEXT_MAX = 1500;
const FIRST = "consultation,level,ratings,reply_key,text,topic,unit,v";
const KEYS = { 1: FIRST, 2: `attachments,${FIRST}` };
const HASH_SIZE = 32;

/**
 * The canonical bytes of `{consultation, topic, level, unit, ratings, text, replyKey, attachments}`; `level`, `unit` and
 * `attachments` may be left out (null), and so may `ratings` ({}). Refuses with "payload-error". `limit` is in code points.
 */
export function buildPayload(comment, limit = TEXT_MAX) {
  const { consultation, topic, level = null, unit = null, ratings = {}, text, replyKey, attachments = null } = comment;
  check({ consultation, topic, level, unit, ratings, text, replyKey, attachments }, limit);
  const document = { v: 1, consultation, topic, level, unit, ratings, text, reply_key: toB64url(replyKey) };
  const more = attachments === null ? {} : { v: 2, attachments: writeAttachments(attachments) };
  return refusing(() => canonicalBytes({ ...document, ...more }));
}

/** The comment of those bytes; refuses whatever buildPayload does not write. */
export function parsePayload(data, limit = TEXT_MAX) {
  const payload = refusing(() => {
    const document = parseCanonical(data);
    const { v, reply_key: replyKey, attachments, ...fields } = document;
    const known = Number.isInteger(v) && Object.keys(document).sort().join() === KEYS[v];
    if (!known) throw new CryptoError("payload-error");
    const files = v === 2 ? { attachments: readAttachments(attachments) } : {};
    return { ...fields, replyKey: fromB64url(replyKey), ...files };
  });
  check(payload, limit);
  return payload;
}

function check({ consultation, topic, level, unit, ratings, text, replyKey, attachments = null }, limit) {
  const good =
    typeof consultation === "string" &&
    TOPICS.includes(topic) &&
    (level === null || LEVELS.includes(level)) &&
    (unit === null || typeof unit === "string") &&
    typeof text === "string" &&
    inRange([...text].length, 1, limit) &&
    replyKey instanceof Uint8Array &&
    replyKey.length === PUBLIC_KEY_SIZE &&
    isTable(ratings) &&
    Object.values(ratings).every((rating) => Number.isSafeInteger(rating) && inRange(rating, 1, 5)) &&
    (attachments === null || areAttachments(attachments));
  if (!good) throw new CryptoError("payload-error");
}

const inRange = (value, low, high) => low <= value && value <= high;
const isTable = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

const isBytes = (value, size) => value instanceof Uint8Array && value.length === size;

function areAttachments({ secret, files }) {
  return (
    isBytes(secret, SECRET_SIZE) &&
    Array.isArray(files) &&
    inRange(files.length, 1, COUNT_MAX) &&
    files.every(({ sha256, type }) => isBytes(sha256, HASH_SIZE) && TYPES.includes(type)) &&
    new Set(files.map(({ sha256 }) => toB64url(sha256))).size === files.length
  );
}

function writeAttachments({ secret, files }) {
  return { files: files.map(({ sha256, type }) => ({ sha256: toB64url(sha256), type })), secret: toB64url(secret) };
}

function readAttachments(document) {
  const closed = (value, keys) => isTable(value) && Object.keys(value).sort().join() === keys;
  const good = closed(document, "files,secret") && Array.isArray(document.files);
  if (!good || !document.files.every((file) => closed(file, "sha256,type"))) throw new CryptoError("payload-error");
  const files = document.files.map(({ sha256, type }) => ({ sha256: fromB64url(sha256), type }));
  return { secret: fromB64url(document.secret), files };
}

function refusing(action) {
  try {
    return action();
  } catch (error) {
    throw new CryptoError("payload-error", error);
  }
}
