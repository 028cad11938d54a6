// Posting the sealed envelope. Only ciphertext, a hash and, where one is needed, a ballot's public half come this far.

/** A refusal by the server (its translated words), or `code` network or server when there was no proper answer. */
export class NotSent extends Error {
  constructor(code, message = "") {
    super(message || code);
    this.code = code;
    this.words = message;
  }
}

/**
 * Post `{envelope, locator_hash}`, and `ballot` where one is spent; resolves with `{promise, leaf}`. With sealed files the
 * body names their hashes, `url` is the address for comments with files, and they follow it in one post. The same may be
 * sent again after a failure.
 */
export async function postSealed(url, body, files = []) {
  let answer;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": files.length ? "application/octet-stream" : "application/json", Accept: "application/json" },
      body: files.length ? withFiles(body, files) : JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
    });
  } catch {
    throw new NotSent("network");
  }
  const found = await answer.json().catch(() => null);
  if (answer.ok && typeof found?.leaf === "string") return found;
  if (typeof found?.message === "string") throw new NotSent(found.error, found.message);
  throw new NotSent("server");
}

/** u32be length | the body as JSON | the files (portal/web/public/attached.py). */
function withFiles(body, files) {
  const first = new TextEncoder().encode(JSON.stringify(body));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, first.length);
  return new Blob([length, first, ...files]);
}
