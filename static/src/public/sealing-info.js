// What may be sealed to: a moderator's key counts only when the log shows it to everybody.
import { canonicalBytes } from "../lib/canonical.js";
import { fromB64url, toHex } from "../lib/bytes.js";
import { openCheckpoint, verifyLeaf } from "../lib/logproof.js";
import { sha256 } from "../lib/bytes.js";
import { parseVkey } from "../lib/note.js";

/** Why no sealing is possible: `code` is load, keys or unsupported; the page carries the words. */
export class CannotSeal extends Error {
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

/**
 * Fetch sealing.json and check all of it against the log's signed checkpoint:
 * {consultation, settings, keys: [{kid, name, publicKey}], logKey}. Rejects with CannotSeal.
 */
export async function loadSealing(url, consultation) {
  const document = await fetchDocument(url);
  try {
    return await checkSealing(document, consultation);
  } catch (error) {
    throw new CannotSeal(error?.code === "ed25519-unavailable" ? "unsupported" : "keys", error);
  }
}

async function fetchDocument(url) {
  try {
    const answer = await fetch(url, { credentials: "omit", cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    return await answer.json();
  } catch (error) {
    throw new CannotSeal("load", error);
  }
}

/** The same for a document at hand; rejects with whatever is wrong. */
export async function checkSealing(document, consultation) {
  const logKey = await parseVkey(document.log_vkey);
  const checkpoint = await openCheckpoint(document.checkpoint, logKey);
  const keys = await Promise.all(document.keys.map((item) => checkKey(item, checkpoint)));
  const opening = await loggedLeaf(document.consultation_leaf, checkpoint);
  require(opening.type === "consultation" && opening.action === "open", "leaf kind");
  require(opening.consultation === consultation && document.consultation === consultation, "consultation");
  require(document.settings.consultation === consultation, "settings of another consultation");
  require(opening.settings_sha256 === (await hexDigest(canonicalBytes(document.settings))), "settings");
  require(keys.length > 0 && opening.keys.join() === keys.map((key) => key.kid).join(), "keys");
  return { consultation, settings: document.settings, keys, logKey };
}

async function checkKey(item, checkpoint) {
  const leaf = await loggedLeaf(item, checkpoint);
  const publicKey = fromB64url(item.public_key);
  const digest = await hexDigest(publicKey);
  require(leaf.type === "key" && leaf.action === "add" && leaf.alg === "X-Wing", "key leaf kind");
  require(leaf.public_key_sha256 === digest, "key digest");
  require(item.kid === digest.slice(0, 32) && leaf.kid === item.kid, "key id");
  return { kid: item.kid, name: String(item.name), publicKey };
}

async function loggedLeaf(item, checkpoint) {
  await verifyLeaf(item, checkpoint);
  return JSON.parse(item.leaf);
}

async function hexDigest(bytes) {
  return toHex(await sha256(bytes));
}

function require(holds, what) {
  if (!holds) throw new Error(`sealing.json: ${what}`);
}
