// Sealing in the worker. A worker that is not the built one, crashes or falls silent ends in a refusal, never in a send.
import { sha256, toB64url } from "../lib/bytes.js";
import { CryptoError } from "../lib/errors.js";
import { startWorker } from "../lib/worker-client.js";

/** Whether this browser has what sealing needs; WebCrypto is there only on securely served pages. */
export function canSeal() {
  return typeof Worker === "function" && typeof globalThis.crypto?.subtle?.encrypt === "function";
}

/**
 * Seal a comment `{topic, level, unit, text}` and cleaned files `[{type, data}]` for the ticked kids:
 * {body: {envelope, locator_hash} to post, with `files` (their hashes) where there are some, envelope: bytes,
 * files: [sealed bytes], code: the receipt}. Rejects with a CryptoError.
 */
export async function sealComment({ consultation, settings, keys }, comment, readers, files = []) {
  const recipients = keys.map(({ kid, publicKey }) => ({ kid, publicKey, include: readers.includes(kid) }));
  const worker = await startWorker("seal");
  try {
    const sealed = await worker.call("seal", {
      consultation,
      recipients,
      comment: { ...comment, ratings: {} },
      limit: settings.max_chars,
      files: files.map(({ type, data }) => ({ type, data })),
    });
    return packed(sealed);
  } finally {
    worker.terminate();
  }
}

/**
 * The sealed comment with a ballot bound to its envelope; `ballot.bind` gets the envelope's SHA-256. For a retry keep the
 * result: some browsers draw Ed25519 signatures at random, and other bytes would be a second try with a used ballot.
 */
export async function withBallot(sealed, ballot) {
  const bound = toB64url(await ballot.bind(await sha256(sealed.envelope)));
  return { ...sealed, body: { ...sealed.body, ballot: bound }, ballot: bound };
}

function packed({ envelope, locatorHash, code, files }) {
  if (!(envelope instanceof Uint8Array) || locatorHash?.length !== 32) throw new CryptoError("crypto-error");
  const body = { envelope: toB64url(envelope), locator_hash: toB64url(locatorHash) };
  if (files.length) body.files = files.map(({ sha256: digest }) => toB64url(digest));
  return { body, envelope, code, files: files.map(({ sealed }) => sealed) };
}
