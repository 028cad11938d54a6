// Documents that count only as far as the log bears them out: sealing.json and ballots.json.
import { sha256, toHex } from "../lib/bytes.js";
import { verifyLeaf } from "../lib/logproof.js";

/** Why such a document cannot be relied on: `code` is load, keys or unsupported; the page carries the words. */
export class NotBorneOut extends Error {
  constructor(code, cause) {
    super(code, { cause });
    this.code = code;
  }
}

/** Fetch the document and `check(document)` it; rejects with NotBorneOut. */
export async function loadChecked(url, check) {
  const document = await fetchDocument(url);
  try {
    return await check(document);
  } catch (error) {
    throw new NotBorneOut(error?.code === "ed25519-unavailable" ? "unsupported" : "keys", error);
  }
}

async function fetchDocument(url) {
  try {
    const answer = await fetch(url, { credentials: "omit", cache: "no-store", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    return await answer.json();
  } catch (error) {
    throw new NotBorneOut("load", error);
  }
}

/** The leaf's document, after its inclusion under that checkpoint was verified. */
export async function loggedLeaf(item, checkpoint) {
  await verifyLeaf(item, checkpoint);
  return JSON.parse(item.leaf);
}

/** SHA-256 in hexadecimal. */
export const hexDigest = async (bytes) => toHex(await sha256(bytes));

/** Refuse what does not hold; `what` is for whoever debugs. */
export function demand(holds, what) {
  if (!holds) throw new Error(`not as logged: ${what}`);
}
