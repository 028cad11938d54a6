// Asking an issuer to sign covered ballots. The request holds both codes and the covered messages, and nothing else.
import { fromB64url, toB64url } from "../lib/bytes.js";
import { SIGNATURE_SIZE } from "../lib/ballot.js";

/** A refusal by the issuer (its translated words), or `code` network or server when there was no proper answer. */
export class NotSigned extends Error {
  constructor(code, message = "") {
    super(message || code);
    this.code = code;
    this.words = message;
  }
}

/**
 * Post a claim; resolves with the issuer's answers, 256 bytes each, as many as `messages`. The same messages may be
 * asked again. Rejects with NotSigned.
 */
export async function askIssuer({ address }, consultation, { staffCode, claimCode, messages }, locale) {
  const body = { staff_code: staffCode, claim_code: claimCode, blinded: messages.map(toB64url) };
  const found = await post(`${address}/rounds/${encodeURIComponent(consultation)}/claim`, body, locale);
  try {
    const answers = found.signatures.map(fromB64url);
    if (answers.length === messages.length && answers.every(({ length }) => length === SIGNATURE_SIZE)) return answers;
  } catch {
    // told below: an answer that is no answer
  }
  throw new NotSigned("server");
}

async function post(url, body, locale) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      mode: "cors",
      headers: { "Content-Type": "application/json", Accept: "application/json", "Accept-Language": locale },
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
    });
  } catch {
    throw new NotSigned("network");
  }
  const found = await answer.json().catch(() => null);
  if (answer.ok && Array.isArray(found?.signatures)) return found;
  if (typeof found?.message === "string") throw new NotSigned(String(found.error), found.message);
  throw new NotSigned("server");
}
