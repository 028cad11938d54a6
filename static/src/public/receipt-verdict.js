// What the server's answer to a receipt is worth: nothing until the log's signature and the proof were checked here.
import { verifyPromise, verifyProof } from "../lib/logproof.js";
import { parseVkey } from "../lib/note.js";

/**
 * `{name, tone, ...}`: name is sequenced, waiting, overdue, unknown or bad. `pinned` is the verifier key that the page
 * carried; an answer under another key is bad. `today` is "YYYY-MM-DD". Rejects only where the browser lacks Ed25519.
 */
export async function judgeAnswer(answer, pinned, today = localDay()) {
  if (answer.state === "unknown") return { name: "unknown", tone: "unknown" };
  try {
    if (answer.log_vkey !== pinned) return { name: "bad", tone: "bad" };
    const key = await parseVkey(pinned);
    const leaf = submissionLeaf(answer.leaf);
    if (answer.state === "sequenced") return await judgeProof(answer, leaf, key);
    return await judgePromise(answer, leaf, key, today);
  } catch (error) {
    if (error?.code === "ed25519-unavailable") throw error;
    return { name: "bad", tone: "bad" };
  }
}

async function judgeProof(answer, leaf, key) {
  const { index, checkpoint } = await verifyProof(answer.proof, answer.leaf, key);
  if (index !== answer.index) throw new Error("another entry");
  return { name: "sequenced", tone: "good", index, size: checkpoint.size, ...leaf };
}

async function judgePromise(answer, leaf, key, today) {
  if (answer.state !== "waiting") throw new Error("no such state");
  const { latest } = await verifyPromise(answer.promise, answer.leaf, key);
  const overdue = latest < today;
  return { name: overdue ? "overdue" : "waiting", tone: overdue ? "bad" : "wait", day: latest, ...leaf };
}

// Version 2 is a comment that spent a ballot, which then stands in the leaf.
function submissionLeaf(text) {
  const leaf = JSON.parse(text);
  const known = leaf.v === 1 || (leaf.v === 2 && typeof leaf.ballot === "string");
  if (leaf.type !== "submission" || !known) throw new Error("not a submission");
  return { consultation: leaf.consultation, envelope: leaf.envelope_sha256 };
}

function localDay() {
  const now = new Date();
  const pad = (number) => String(number).padStart(2, "0");
  return `${now.getFullYear()}-${pad(now.getMonth() + 1)}-${pad(now.getDate())}`;
}
