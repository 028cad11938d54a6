// The payload of a comment: canonical JSON with a closed key set, before padding and sealing.
// The twin of portal/crypto/payload.py. In JavaScript `reply_key` is `replyKey`, a Uint8Array of 1 216 bytes.

import { fromB64url, toB64url } from "./bytes.js";
import { canonicalBytes, parseCanonical } from "./canonical.js";
import { CryptoError } from "./errors.js";
import { PUBLIC_KEY_SIZE } from "./keys.js";

export const TOPICS = ["conduct", "difficulty", "remedy", "praise"];
export const LEVELS = ["office", "unit", "party"];
export const TEXT_MAX = 1500;
const KEYS = "consultation,level,ratings,reply_key,text,topic,unit,v";

/**
 * The canonical bytes of `{consultation, topic, level, unit, ratings, text, replyKey}`; `level` and `unit` may be left
 * out (null), and so may `ratings` ({}). Refuses with "payload-error". `limit` is in code points.
 */
export function buildPayload(comment, limit = TEXT_MAX) {
  const { consultation, topic, level = null, unit = null, ratings = {}, text, replyKey } = comment;
  check({ consultation, topic, level, unit, ratings, text, replyKey }, limit);
  const document = { v: 1, consultation, topic, level, unit, ratings, text, reply_key: toB64url(replyKey) };
  return refusing(() => canonicalBytes(document));
}

/** The comment of those bytes; refuses whatever buildPayload does not write. */
export function parsePayload(data, limit = TEXT_MAX) {
  const payload = refusing(() => {
    const document = parseCanonical(data);
    const { v, reply_key: replyKey, ...fields } = document;
    if (Object.keys(document).sort().join() !== KEYS || v !== 1) throw new CryptoError("payload-error");
    return { ...fields, replyKey: fromB64url(replyKey) };
  });
  check(payload, limit);
  return payload;
}

function check({ consultation, topic, level, unit, ratings, text, replyKey }, limit) {
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
    Object.values(ratings).every((rating) => Number.isSafeInteger(rating) && inRange(rating, 1, 5));
  if (!good) throw new CryptoError("payload-error");
}

const inRange = (value, low, high) => low <= value && value <= high;
const isTable = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

function refusing(action) {
  try {
    return action();
  } catch (error) {
    throw new CryptoError("payload-error", error);
  }
}
