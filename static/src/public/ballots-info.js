// Who may sign ballots: an issuer's key counts only when the log shows it to everybody; so do days and addresses.
import { canonicalBytes } from "../lib/canonical.js";
import { fromB64url } from "../lib/bytes.js";
import { openCheckpoint } from "../lib/logproof.js";
import { parseVkey } from "../lib/note.js";
import { demand, hexDigest, loadChecked, loggedLeaf } from "./logged.js";

const ALGORITHM = "RSABSSA-SHA384-PSS-Deterministic";
const ORIGIN = /^https?:\/\/[A-Za-z0-9.:[\]-]+$/u;
const DER_LEAST = 256; // bytes: a modulus of 2 048 bits with what is around it

/**
 * Fetch ballots.json and check all of it against the log's signed checkpoint:
 * {consultation, each, collectFrom, collectUntil, opens, issuers: [{issuer, nameVi, nameEn, address, publicKey: DER,
 * keyId: hexadecimal, leaf: index}], turnout: {ballots, cards, used} or null, logKey}. Rejects with NotBorneOut.
 * Issuers stand in the order of their names, as signatures do in a ballot. `turnout` is the portal's count.
 */
export function loadBallots(url, consultation) {
  return loadChecked(url, (document) => checkBallots(document, consultation));
}

/** The same for a document at hand; rejects with whatever is wrong. */
export async function checkBallots(document, consultation) {
  const logKey = await parseVkey(document.log_vkey);
  const checkpoint = await openCheckpoint(document.checkpoint, logKey);
  const opening = await loggedLeaf(document.consultation_leaf, checkpoint);
  await checkOpening(document, opening, consultation);
  const issuers = await Promise.all(document.issuers.map((item) => checkIssuer(item, checkpoint, consultation)));
  // A key that came into the log after the opening would be one that somebody slipped in for this visitor.
  demand(issuers.every(({ leaf }) => leaf < document.consultation_leaf.index), "key after the opening");
  const names = issuers.map(({ issuer }) => issuer).join();
  demand(issuers.length > 0 && names === opening.issuers.join(), "issuers");
  demand(new Set(issuers.map(({ keyId }) => keyId)).size === issuers.length, "one key of two issuers");
  checkFrozen(document.settings.ballots, issuers, opening);
  const { each, collect_from: collectFrom, collect_until: collectUntil, opens } = opening;
  return { consultation, each, collectFrom, collectUntil, opens, issuers, turnout: turnoutOf(document), logKey };
}

/** The leaf names exactly these days and numbers, and the digest of the settings that bind names and addresses. */
async function checkOpening(document, opening, consultation) {
  demand(opening.type === "consultation" && opening.v === 2 && opening.action === "open", "leaf kind");
  demand(opening.consultation === consultation && document.consultation === consultation, "consultation");
  for (const name of ["each", "collect_from", "collect_until", "opens"]) {
    demand(document[name] === opening[name], name);
  }
  demand(document.settings.consultation === consultation, "settings of another consultation");
  demand(opening.settings_sha256 === (await hexDigest(canonicalBytes(document.settings))), "settings");
}

async function checkIssuer(item, checkpoint, consultation) {
  const leaf = await loggedLeaf(item.key, checkpoint);
  demand(leaf.type === "issuer-key" && leaf.v === 1 && leaf.alg === ALGORITHM, "key leaf kind");
  demand(leaf.consultation === consultation && leaf.issuer === item.issuer, "key of another issuer or consultation");
  demand(ORIGIN.test(item.address), "address");
  const publicKey = fromB64url(leaf.public_key);
  demand(publicKey.length >= DER_LEAST, "key");
  const keyId = await hexDigest(publicKey);
  const { issuer, name_vi: nameVi, name_en: nameEn, address, key } = item;
  return { issuer, nameVi: String(nameVi), nameEn: String(nameEn), address, publicKey, keyId, leaf: key.index };
}

function checkFrozen(frozen, issuers, opening) {
  demand(frozen.each === opening.each && frozen.issuers.length === issuers.length, "frozen terms");
  for (const [at, { issuer, nameVi, address }] of issuers.entries()) {
    const stated = frozen.issuers[at];
    demand(stated.issuer === issuer && stated.name === nameVi && stated.address === address, "frozen issuer");
  }
}

function turnoutOf({ turnout }) {
  if (turnout === null) return null;
  const { ballots, cards, used } = turnout;
  demand([ballots, cards, used].every((count) => Number.isSafeInteger(count) && count >= 0), "turnout");
  return { ballots, cards, used };
}
