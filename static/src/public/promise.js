// Judging the server's answer to a submission: the leaf must be ours, and the log must have signed its promise.
import { canonicalBytes } from "../lib/canonical.js";
import { sha256, toHex } from "../lib/bytes.js";
import { verifyPromise } from "../lib/logproof.js";

/** The leaf's text that a sealed comment must get; version 2 where it spent a ballot (base64url, as it was posted). */
export async function expectedLeaf(consultation, envelope, ballot = null) {
  const leaf = { consultation, envelope_sha256: toHex(await sha256(envelope)), type: "submission" };
  const versioned = ballot === null ? { ...leaf, v: 1 } : { ...leaf, ballot, v: 2 };
  return new TextDecoder().decode(canonicalBytes(versioned));
}

/** `{verdict: "good", day}`, `{verdict: "later"}` for an entry that left the pool already, or `{verdict: "bad"}`. */
export async function judgePromise(answer, consultation, { envelope, ballot = null }, logKey) {
  return judge(answer, await expectedLeaf(consultation, envelope, ballot), logKey);
}

/** The same of a sealed message. */
export async function judgeMessage(answer, consultation, sealed, logKey) {
  const leaf = { consultation, envelope_sha256: toHex(await sha256(sealed)), type: "message", v: 1 };
  return judge(answer, new TextDecoder().decode(canonicalBytes(leaf)), logKey);
}

async function judge({ promise, leaf }, expected, logKey) {
  try {
    if (leaf !== expected) return { verdict: "bad" };
    if (promise === "") return { verdict: "later" };
    const { latest } = await verifyPromise(promise, leaf, logKey);
    return { verdict: "good", day: latest };
  } catch {
    return { verdict: "bad" };
  }
}
