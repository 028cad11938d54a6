// Cosignatures by witnesses (https://c2sp.org/tlog-cosignature): "this tree extends all that I saw before". Ed25519 and
// ML-DSA-44 (FIPS 204) by WebCrypto; few browsers have the latter yet. The twin of portal/tlog/cosignature.py.

import { concat, utf8 } from "./bytes.js";
import { parseCheckpoint } from "./logproof.js";
import { LogError } from "./merkle.js";
import { ed25519Verifies, parseTypedVkey } from "./note.js";

export const ED25519 = 0x04;
export const MLDSA44 = 0x06;

const KEY_SIZES = { [ED25519]: 32, [MLDSA44]: 1312 };
const SIGNATURE_SIZES = { [ED25519]: 64, [MLDSA44]: 2420 };
const TIME_SIZE = 8;
const MAX_TIME = (1n << 63n) - 1n;
const MAX_NAME = 255; // a length of one byte stands before it
const LABEL = utf8("subtree/v1\n\0");

/** A witness's key of either kind: {name, id, type: ED25519 or MLDSA44, publicKey}; refuses keys that sign notes. */
export async function parseCosignerKey(text) {
  const key = await parseTypedVkey(text);
  const nameless = key.type === MLDSA44 && utf8(key.name).length > MAX_NAME;
  if (key.publicKey.length !== KEY_SIZES[key.type] || nameless) throw new LogError("malformed-key");
  return key;
}

/**
 * Whether `key` (from parseCosignerKey) cosigned the checkpoint of that text: "good", "false", or "unchecked" where
 * this browser lacks the algorithm. `signature` is what follows the key id on the note's line.
 */
export async function checkCosignature(key, text, signature) {
  const checkpoint = readCheckpoint(text);
  if (!checkpoint || signature.length !== TIME_SIZE + SIGNATURE_SIZES[key.type]) return "false";
  const time = cosignedAt(signature);
  if (time > MAX_TIME) return "false";
  if (key.type === MLDSA44 && utf8(checkpoint.origin).length > MAX_NAME) return "false";
  const verifies = key.type === MLDSA44 ? mldsaVerifies : ed25519Verifies;
  const message = key.type === MLDSA44 ? subtreeMessage(key.name, time, checkpoint) : textMessage(text, time);
  try {
    return (await verifies(key.publicKey, message, signature.subarray(TIME_SIZE))) ? "good" : "false";
  } catch (error) {
    if (error?.code === "ed25519-unavailable" || error?.code === "mldsa-unavailable") return "unchecked";
    throw error;
  }
}

/** The POSIX seconds in a cosignature, a BigInt. The time is a witness's, and tells nothing of a submitter. */
export const cosignedAt = (signature) => view(signature).getBigUint64(0);

function readCheckpoint(text) {
  try {
    return parseCheckpoint(text);
  } catch {
    return null;
  }
}

const textMessage = (text, time) => utf8(`cosignature/v1\ntime ${time}\n${text}`);

// cosigned_message of the specification; the subtree is the whole tree, so that it starts at 0.
function subtreeMessage(name, time, { origin, size, root }) {
  const numbers = [time, 0n, BigInt(size)].map(uint64);
  return concat(LABEL, withLength(name), numbers[0], withLength(origin), numbers[1], numbers[2], root);
}

function withLength(text) {
  const bytes = utf8(text);
  return concat(Uint8Array.of(bytes.length), bytes);
}

function uint64(value) {
  const bytes = new Uint8Array(8);
  view(bytes).setBigUint64(0, value);
  return bytes;
}

async function mldsaVerifies(publicKey, message, signature) {
  let key;
  try {
    key = await crypto.subtle.importKey("raw-public", publicKey, { name: "ML-DSA-44" }, false, ["verify"]);
  } catch (error) {
    // An unknown algorithm is a NotSupportedError, an unknown format a TypeError: neither makes the witness a liar.
    if (error?.name === "NotSupportedError" || error instanceof TypeError) throw new LogError("mldsa-unavailable");
    return false;
  }
  return crypto.subtle.verify({ name: "ML-DSA-44" }, key, signature, message);
}

const view = (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
