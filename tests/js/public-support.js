// A log of a few leaves, signed for real, for tests of what the public pages verify.
import { generateKeyPairSync, sign } from "node:crypto";

import { concat, sha256, toB64url, toHex, utf8 } from "../../static/src/lib/bytes.js";
import { canonicalBytes } from "../../static/src/lib/canonical.js";
import { leafHash, nodeHash } from "../../static/src/lib/merkle.js";

const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const text = (document) => new TextDecoder().decode(canonicalBytes(document));

/** A signing key of the log `name`: {vkey, note(text)}. */
export async function makeLogKey(name = "log.example.org/test") {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const material = Buffer.concat([Buffer.of(1), publicKey.export({ format: "der", type: "spki" }).subarray(-32)]);
  const id = Buffer.from(await sha256(concat(utf8(`${name}\n`), material))).subarray(0, 4);
  const note = (body) => `${body}\n\u2014 ${name} ${base64(Buffer.concat([id, sign(null, Buffer.from(body), privateKey)]))}\n`;
  return { name, vkey: `${name}+${id.toString("hex")}+${base64(material)}`, note };
}

/** Four leaves (texts): proofs as base64 lists, and the signed checkpoint over them. */
export async function makeTree(logKey, leaves) {
  const hashes = await Promise.all(leaves.map((leaf) => leafHash(utf8(leaf))));
  const left = await nodeHash(hashes[0], hashes[1]);
  const right = await nodeHash(hashes[2], hashes[3]);
  const root = await nodeHash(left, right);
  const proofs = hashes.map((_, index) => [hashes[index ^ 1], index < 2 ? right : left].map(base64));
  return { proofs, checkpoint: logKey.note(`${logKey.name}\n4\n${base64(root)}\n`) };
}

/** sealing.json of a consultation with two moderators; `revoke`: how many of their keys the log shows as revoked (at most one). */
export async function makeSealing(logKey, revoke = 0) {
  const keys = [];
  for (const name of ["First", "Second"]) {
    const publicKey = crypto.getRandomValues(new Uint8Array(1216));
    const digest = toHex(await sha256(publicKey));
    const leaf = { type: "key", v: 1, action: "add", kid: digest.slice(0, 32), alg: "X-Wing", public_key_sha256: digest };
    keys.push({ kid: leaf.kid, name, public_key: toB64url(publicKey), leaf: text(leaf) });
  }
  keys.sort((one, other) => (one.kid < other.kid ? -1 : 1));
  const settings = { v: 1, consultation: "thu-2026", max_chars: 1000 };
  const opening = text({
    type: "consultation", v: 1, action: "open", consultation: "thu-2026", keys: keys.map(({ kid }) => kid),
    settings_sha256: toHex(await sha256(canonicalBytes(settings))), taxonomy_sha256: "0".repeat(64),
    opens: "2026-11-23", closes: "2026-12-07",
  });
  const submission = text({ type: "submission", v: 1, consultation: "thu-2026", envelope_sha256: "1".repeat(64) });
  const revocation = text({ ...JSON.parse(keys[0].leaf), action: "revoke" });
  const leaves = [keys[0].leaf, keys[1].leaf, opening, revoke ? revocation : submission];
  const { proofs, checkpoint } = await makeTree(logKey, leaves);
  keys.forEach((key, index) => Object.assign(key, { index, proof: proofs[index], revoked: null }));
  if (revoke) keys[0].revoked = { index: 3, leaf: revocation, proof: proofs[3] };
  return {
    document: {
      consultation: "thu-2026", settings, keys, checkpoint, log_vkey: logKey.vkey,
      consultation_leaf: { index: 2, leaf: opening, proof: proofs[2] },
    },
    submission: { index: 3, leaf: submission, proof: proofs[3] },
  };
}

/** The tlog-proof file of a leaf. */
export function proofFile({ index, proof }, checkpoint) {
  return `c2sp.org/tlog-proof@v1\nindex ${index}\n${proof.map((hash) => `${hash}\n`).join("")}\n${checkpoint}`;
}
