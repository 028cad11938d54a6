// Who may sign ballots: an issuer's key counts only when the log shows it to everybody; so do days and addresses.
import { canonicalBytes } from "../lib/canonical.js";
import { fromB64url, sha256, toHex } from "../lib/bytes.js";
import { openCheckpoint, verifyLeaf } from "../lib/logproof.js";
import { parseVkey } from "../lib/note.js";

const ALGORITHM = "RSABSSA-SHA384-PSS-Deterministic";
const ORIGIN = /^https?:\/\/[A-Za-z0-9.:[\]-]+$/u;
const DER_LEAST = 256; // bytes: a modulus of 2 048 bits with what is around it

/** Why the issuers cannot be relied on: `code` is load, keys or unsupported; the page carries the words. */
export class CannotCollect extends Error {
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

/**
 * Fetch ballots.json and check all of it against the log's signed checkpoint:
 * {consultation, each, collectFrom, collectUntil, opens, issuers: [{issuer, nameVi, nameEn, address, publicKey: DER,
 * keyId: hexadecimal, leaf: index}], turnout: {ballots, cards, used} or null, logKey}. Rejects with CannotCollect.
 * Issuers stand in the order of their names, as signatures do in a ballot. `turnout` is the portal's count.
 */
export async function loadBallots(url, consultation) {
  const document = await fetchDocument(url);
  try {
    return await checkBallots(document, consultation);
  } catch (error) {
    throw new CannotCollect(error?.code === "ed25519-unavailable" ? "unsupported" : "keys", error);
  }
}

async function fetchDocument(url) {
  try {
    const answer = await fetch(url, { credentials: "omit", cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    return await answer.json();
  } catch (error) {
    throw new CannotCollect("load", error);
  }
}

/** The same for a document at hand; rejects with whatever is wrong. */
export async function checkBallots(document, consultation) {
  const logKey = await parseVkey(document.log_vkey);
  const checkpoint = await openCheckpoint(document.checkpoint, logKey);
  const opening = await loggedLeaf(document.consultation_leaf, checkpoint);
  await checkOpening(document, opening, consultation);
  const issuers = await Promise.all(document.issuers.map((item) => checkIssuer(item, checkpoint, consultation)));
  // A key that came into the log after the opening would be one that somebody slipped in for this visitor.
  require(issuers.every(({ leaf }) => leaf < document.consultation_leaf.index), "key after the opening");
  const names = issuers.map(({ issuer }) => issuer).join();
  require(issuers.length > 0 && names === opening.issuers.join(), "issuers");
  require(new Set(issuers.map(({ keyId }) => keyId)).size === issuers.length, "one key of two issuers");
  checkFrozen(document.settings.ballots, issuers, opening);
  const { each, collect_from: collectFrom, collect_until: collectUntil, opens } = opening;
  return { consultation, each, collectFrom, collectUntil, opens, issuers, turnout: turnoutOf(document), logKey };
}

/** The leaf names exactly these days and numbers, and the digest of the settings that bind names and addresses. */
async function checkOpening(document, opening, consultation) {
  require(opening.type === "consultation" && opening.v === 2 && opening.action === "open", "leaf kind");
  require(opening.consultation === consultation && document.consultation === consultation, "consultation");
  for (const name of ["each", "collect_from", "collect_until", "opens"]) {
    require(document[name] === opening[name], name);
  }
  require(document.settings.consultation === consultation, "settings of another consultation");
  require(opening.settings_sha256 === toHex(await sha256(canonicalBytes(document.settings))), "settings");
}

async function checkIssuer(item, checkpoint, consultation) {
  const leaf = await loggedLeaf(item.key, checkpoint);
  require(leaf.type === "issuer-key" && leaf.v === 1 && leaf.alg === ALGORITHM, "key leaf kind");
  require(leaf.consultation === consultation && leaf.issuer === item.issuer, "key of another issuer or consultation");
  require(ORIGIN.test(item.address), "address");
  const publicKey = fromB64url(leaf.public_key);
  require(publicKey.length >= DER_LEAST, "key");
  const keyId = toHex(await sha256(publicKey));
  const { issuer, name_vi: nameVi, name_en: nameEn, address, key } = item;
  return { issuer, nameVi: String(nameVi), nameEn: String(nameEn), address, publicKey, keyId, leaf: key.index };
}

function checkFrozen(frozen, issuers, opening) {
  require(frozen.each === opening.each && frozen.issuers.length === issuers.length, "frozen terms");
  for (const [at, { issuer, nameVi, address }] of issuers.entries()) {
    const stated = frozen.issuers[at];
    require(stated.issuer === issuer && stated.name === nameVi && stated.address === address, "frozen issuer");
  }
}

function turnoutOf({ turnout }) {
  if (turnout === null) return null;
  const { ballots, cards, used } = turnout;
  require([ballots, cards, used].every((count) => Number.isSafeInteger(count) && count >= 0), "turnout");
  return { ballots, cards, used };
}

async function loggedLeaf(item, checkpoint) {
  await verifyLeaf(item, checkpoint);
  return JSON.parse(item.leaf);
}

function require(holds, what) {
  if (!holds) throw new Error(`ballots.json: ${what}`);
}
