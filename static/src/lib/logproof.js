// What the log signs, and what a visitor holds of it: checkpoints, promises, proof files. The twin of
// portal/tlog/{checkpoint,promise,proof}.py; `key` is what parseVkey gave. Everything here rejects with a LogError.

import { sameBytes, utf8 } from "./bytes.js";
import { HASH_SIZE, leafHash, LogError, verifyInclusion } from "./merkle.js";
import { decodeBase64, openNote, parseNote } from "./note.js";

const PROOF_HEADER = "c2sp.org/tlog-proof@v1";
const PROMISE_SUFFIX = "/promise";
const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;
const DAY = /^([0-9]{4})-([0-9]{2})-([0-9]{2})$/;
const MAX_PATH = 63;
const EMPTY_ROOT = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; // SHA-256 of nothing

/** A checkpoint (https://c2sp.org/tlog-checkpoint) of the log with that key: {origin, size, root}. */
export async function openCheckpoint(raw, key) {
  const { text } = await openNote(raw, key);
  const checkpoint = parseCheckpoint(text);
  if (checkpoint.origin !== key.name) throw new LogError("wrong-origin");
  return checkpoint;
}

/** The checkpoint of a note's text, verified by nobody. An origin never ends as a promise's first line does. */
export function parseCheckpoint(text) {
  const lines = takeLines(text, "malformed-checkpoint");
  const [origin, size, root] = lines;
  const shaped = lines.length >= 3 && !lines.includes("") && !origin.endsWith(PROMISE_SUFFIX);
  if (!shaped || (size === "0" && root !== EMPTY_ROOT)) throw new LogError("malformed-checkpoint");
  return { origin, size: parseDecimal(size, "malformed-checkpoint"), root: parseHash(root, "malformed-checkpoint") };
}

/** The log's promise that a leaf will stand in it: {origin, leaf: leaf hash, latest: "YYYY-MM-DD"}. */
export async function openPromise(raw, key) {
  const { text } = await openNote(raw, key);
  const [first, leaf, latest, ...rest] = takeLines(text, "malformed-promise");
  const origin = first.slice(0, -PROMISE_SUFFIX.length);
  const shaped = first.endsWith(PROMISE_SUFFIX) && origin !== "" && !origin.endsWith(PROMISE_SUFFIX);
  if (!shaped || latest === undefined || rest.length > 0 || !isDay(latest)) throw new LogError("malformed-promise");
  const promise = { origin, leaf: parseHash(leaf, "malformed-promise"), latest };
  if (origin !== key.name) throw new LogError("wrong-origin");
  return promise;
}

/** A promise about exactly this leaf (the leaf's text); rejects with "promise-of-other-leaf" when it is about another. */
export async function verifyPromise(raw, leaf, key) {
  const promise = await openPromise(raw, key);
  if (!sameBytes(promise.leaf, await leafHash(utf8(leaf)))) throw new LogError("promise-of-other-leaf");
  return promise;
}

/** The parts of a proof file (https://c2sp.org/tlog-proof), none verified: {index, path, checkpoint: text, extra}. */
export function parseProof(raw) {
  const split = raw.indexOf("\n\n");
  const [header, ...lines] = raw.slice(0, Math.max(split, 0)).split("\n");
  if (header !== PROOF_HEADER) throw new LogError("malformed-proof");
  const extra = lines[0]?.startsWith("extra ") ? lines.shift().slice("extra ".length) : null;
  const index = lines.shift() ?? "";
  const checkpoint = raw.slice(split + 2);
  const shaped = extra !== "" && index.startsWith("index ") && lines.length <= MAX_PATH;
  if (!shaped || !isCheckpoint(checkpoint)) throw new LogError("malformed-proof");
  return {
    index: parseDecimal(index.slice("index ".length), "malformed-proof"),
    path: lines.map((line) => parseHash(line, "malformed-proof")),
    checkpoint,
    extra: extra === null ? null : decodeBase64(extra, "malformed-proof"),
  };
}

/** The proof file with the leaf's text as its extra data, so that the file alone can be checked later. */
export function withLeaf(raw, leaf) {
  const { extra } = parseProof(raw);
  if (extra !== null) return raw;
  const encoded = btoa(String.fromCharCode(...utf8(leaf)));
  return raw.replace(`${PROOF_HEADER}\n`, `${PROOF_HEADER}\nextra ${encoded}\n`);
}

/** The checkpoint under which the leaf (its text) is proven by that file to stand, and where: {index, checkpoint}. */
export async function verifyProof(raw, leaf, key) {
  const { index, path, checkpoint: note } = parseProof(raw);
  const checkpoint = await openCheckpoint(note, key);
  await verifyInclusion({ ...checkpoint, index, leaf: await leafHash(utf8(leaf)), proof: path });
  return { index, checkpoint };
}

/** As verifyProof, for a proof that came apart from its checkpoint: `proof` is a list of base64 hashes. */
export async function verifyLeaf({ index, leaf, proof }, checkpoint) {
  const path = proof.map((hash) => parseHash(hash, "inclusion-error"));
  await verifyInclusion({ ...checkpoint, index, leaf: await leafHash(utf8(leaf)), proof: path });
}

function isCheckpoint(raw) {
  try {
    return Boolean(parseCheckpoint(parseNote(raw).text));
  } catch {
    return false;
  }
}

function takeLines(text, code) {
  const lines = text.split("\n");
  if (lines.pop() !== "") throw new LogError(code);
  return lines;
}

function parseDecimal(text, code) {
  const value = Number(text);
  if (!DECIMAL.test(text) || !Number.isSafeInteger(value)) throw new LogError(code);
  return value;
}

function parseHash(text, code) {
  const hash = decodeBase64(text, code);
  if (hash.length !== HASH_SIZE) throw new LogError(code);
  return hash;
}

function isDay(text) {
  const [, year, month, day] = (DAY.exec(text) ?? []).map(Number);
  if (!(year >= 1)) return false;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
