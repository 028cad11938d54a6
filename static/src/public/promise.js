// Judging the server's answer to a submission: the leaf must be ours, and the log must have signed its promise.
import { canonicalBytes } from "../lib/canonical.js";
import { toHex } from "../lib/bytes.js";
import { verifyPromise } from "../lib/logproof.js";
import { sha256 } from "../lib/bytes.js";

/** The leaf's text that a sealed comment must get. */
export async function expectedLeaf(consultation, envelope) {
  const digest = toHex(await sha256(envelope));
  const leaf = { consultation, envelope_sha256: digest, type: "submission", v: 1 };
  return new TextDecoder().decode(canonicalBytes(leaf));
}

/** `{verdict: "good", day}`, `{verdict: "later"}` for an entry that left the pool already, or `{verdict: "bad"}`. */
export async function judgePromise({ promise, leaf }, consultation, envelope, logKey) {
  try {
    if (leaf !== (await expectedLeaf(consultation, envelope))) return { verdict: "bad" };
    if (promise === "") return { verdict: "later" };
    const { latest } = await verifyPromise(promise, leaf, logKey);
    return { verdict: "good", day: latest };
  } catch {
    return { verdict: "bad" };
  }
}
