// Two issuers with real keys, the log that shows them, and ballots.json, for tests of the page that collects.
import { generateKeyPairSync } from "node:crypto";

import { RSABSSA } from "@cloudflare/blindrsa-ts";

import { sha256, toB64url, toHex } from "../../static/src/lib/bytes.js";
import { canonicalBytes } from "../../static/src/lib/canonical.js";
import { makeTree } from "./public-support.js";

const text = (document) => new TextDecoder().decode(canonicalBytes(document));
export const CONSULTATION = "phieu-2026";
const NAMES = ["thanh-tra", "van-phong"];

/** {thanh-tra: {publicKey: DER, sign(messages)}, van-phong: ...} */
export async function makeIssuers() {
  const made = {};
  for (const name of NAMES) {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const der = pair.privateKey.export({ type: "pkcs8", format: "der" });
    const key = await crypto.subtle.importKey("pkcs8", der, { name: "RSA-PSS", hash: "SHA-384" }, true, ["sign"]);
    const suite = RSABSSA.SHA384.PSS.Deterministic();
    const sign = (messages) => Promise.all(messages.map((message) => suite.blindSign(key, message)));
    made[name] = { publicKey: new Uint8Array(pair.publicKey.export({ type: "spki", format: "der" })), sign };
  }
  return made;
}

/**
 * ballots.json as the portal would serve it. `change(parts)` may alter what the log holds before it is signed: {settings,
 * opening, keys: the issuers' leaves}. `late`: an issuer whose key is shown by a leaf after the opening.
 */
export async function makeBallots(logKey, issuers, change = () => {}, { late = "" } = {}) {
  const listed = NAMES.map((issuer) => {
    return { issuer, name_vi: `Nơi ${issuer}`, name_en: `Issuer ${issuer}`, address: `https://${issuer}.example.vn` };
  });
  const frozen = listed.map(({ issuer, name_vi: name, address }) => ({ issuer, name, address, terms_sha256: "0".repeat(64) }));
  const days = { each: 3, collect_from: "2026-11-23", collect_until: "2026-11-29" };
  const settings = { v: 1, consultation: CONSULTATION, max_chars: 1000, ballots: { ...days, issuers: frozen } };
  const opening = {
    type: "consultation", v: 2, action: "open", consultation: CONSULTATION, keys: ["0".repeat(32)], issuers: NAMES, ...days,
    taxonomy_sha256: "0".repeat(64), opens: "2026-12-01", closes: "2026-12-15",
  };
  const keys = NAMES.map((issuer) => ({
    type: "issuer-key", v: 1, consultation: CONSULTATION, issuer, alg: "RSABSSA-SHA384-PSS-Deterministic",
    public_key: toB64url(issuers[issuer].publicKey), identity: "", about_sha256: "0".repeat(64), signature: "",
  }));
  change({ settings, opening, keys });
  opening.settings_sha256 ??= toHex(await sha256(canonicalBytes(settings)));
  const leaves = [...keys.map(text), text(opening), text(late ? keys[NAMES.indexOf(late)] : { type: "asset", v: 1 })];
  const { proofs, checkpoint } = await makeTree(logKey, leaves);
  const proved = (index) => ({ index, leaf: leaves[index], proof: proofs[index] });
  const { each, collect_from, collect_until, opens } = opening;
  return {
    consultation: CONSULTATION, settings, each, collect_from, collect_until, opens, turnout: null,
    consultation_leaf: proved(2), issuers: listed.map((item, at) => ({ ...item, key: proved(item.issuer === late ? 3 : at) })),
    checkpoint, log_vkey: logKey.vkey,
  };
}
