// What a proof file is worth that somebody brings: checked here against the log's key, with nothing asked of anybody.
import { fromUtf8 } from "../lib/bytes.js";
import { parseProof, verifyProof } from "../lib/logproof.js";
import { parseVkey } from "../lib/note.js";

const NAMES = {
  "malformed-key": "key",
  "malformed-proof": "file",
  "inclusion-error": "path",
  "unverified-note": "signer",
  "wrong-origin": "signer",
};

/**
 * `{name, tone, ...}`: name is proven (with index, size, leaf, note, key), or what is wrong: file (no proof), leaf (no
 * entry's text was given, and the file holds none), key (no verifier key), signer (not signed by that log), path (the
 * proof is not of that entry) or signature (false). Texts as they stand in the page's fields. Rejects only where the
 * browser lacks Ed25519.
 */
export async function judgeFile({ proof, leaf, vkey }) {
  try {
    const parsed = parseProof(wholeLines(proof));
    const key = await parseVkey(vkey.trim());
    const entry = leaf.replace(/\n+$/u, "") || (parsed.extra === null ? "" : fromUtf8(parsed.extra));
    if (entry === "") return { name: "leaf", tone: "unknown" };
    const { index, checkpoint } = await verifyProof(wholeLines(proof), entry, key);
    return { name: "proven", tone: "good", index, size: checkpoint.size, leaf: entry, note: parsed.checkpoint, key };
  } catch (error) {
    if (error?.code === "ed25519-unavailable" || error?.code === "no-webcrypto") throw error;
    return { name: NAMES[error?.code] ?? "signature", tone: "bad" };
  }
}

/** Which field a dropped text belongs to: proof, leaf, policy, vkey, or null. */
export function kindOf(text) {
  if (text.startsWith("c2sp.org/tlog-proof@")) return "proof";
  if (text.startsWith("{")) return "leaf";
  if (/^[ \t]*quorum[ \t]/mu.test(text)) return "policy";
  return /^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+\n?$/u.test(text) ? "vkey" : null;
}

// Pasting loses the last line end and may change the others.
const wholeLines = (text) => `${text.replaceAll("\r\n", "\n").replace(/^\s+|\s+$/gu, "")}\n`;
