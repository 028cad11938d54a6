// What may be sealed to: a moderator's key counts only when the log shows it to everybody.
import { canonicalBytes } from "../lib/canonical.js";
import { fromB64url } from "../lib/bytes.js";
import { openCheckpoint } from "../lib/logproof.js";
import { parseVkey } from "../lib/note.js";
import { demand, hexDigest, loadChecked, loggedLeaf } from "./logged.js";

/**
 * Fetch sealing.json and check all of it against the log's signed checkpoint:
 * {consultation, settings, keys: [{kid, name, publicKey, revoked}], logKey}. Rejects with NotBorneOut.
 */
export function loadSealing(url, consultation) {
  return loadChecked(url, (document) => checkSealing(document, consultation));
}

/** The same for a document at hand; rejects with whatever is wrong. */
export async function checkSealing(document, consultation) {
  const logKey = await parseVkey(document.log_vkey);
  const checkpoint = await openCheckpoint(document.checkpoint, logKey);
  const keys = await Promise.all(document.keys.map((item) => checkKey(item, checkpoint)));
  const opening = await loggedLeaf(document.consultation_leaf, checkpoint);
  demand(opening.type === "consultation" && opening.action === "open", "leaf kind");
  demand(opening.consultation === consultation && document.consultation === consultation, "consultation");
  demand(document.settings.consultation === consultation, "settings of another consultation");
  demand(opening.settings_sha256 === (await hexDigest(canonicalBytes(document.settings))), "settings");
  demand(keys.length > 0 && opening.keys.join() === keys.map((key) => key.kid).join(), "keys");
  demand(keys.some((key) => !key.revoked), "a key that was not revoked");
  return { consultation, settings: document.settings, keys, logKey };
}

/**
 * A moderator's key as sealing.json shows it, borne out by the log: {kid, name, publicKey, revoked}. `revoked`: the log
 * shows that it was revoked since. Whoever serves the document can keep that back, and cannot invent it.
 */
export async function checkKey(item, checkpoint) {
  const leaf = await loggedLeaf(item, checkpoint);
  const publicKey = fromB64url(item.public_key);
  const digest = await hexDigest(publicKey);
  demand(leaf.type === "key" && leaf.action === "add" && leaf.alg === "X-Wing", "key leaf kind");
  demand(leaf.public_key_sha256 === digest, "key digest");
  demand(item.kid === digest.slice(0, 32) && leaf.kid === item.kid, "key id");
  return { kid: item.kid, name: String(item.name), publicKey, revoked: await isRevoked(item, digest, checkpoint) };
}

async function isRevoked(item, digest, checkpoint) {
  if (!item.revoked) return false;
  const leaf = await loggedLeaf(item.revoked, checkpoint);
  demand(leaf.type === "key" && leaf.action === "revoke" && leaf.kid === item.kid, "revocation");
  demand(leaf.public_key_sha256 === digest, "revocation's key");
  return true;
}
