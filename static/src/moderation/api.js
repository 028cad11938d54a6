// Requests of the staff pages. Every answer is JSON; every refusal has a code, and words that the server translated.

export class Refusal extends Error {
  /** `code`: the server's, or "network" or "session"; `words`: the server's sentence, empty for the last two. */
  constructor(code, words = "") {
    super(code);
    this.code = code;
    this.words = words;
  }
}

/** `send` is fetch, given so that tests can stand in for the network. */
export function makeApi(csrf, send = (url, options) => fetch(url, options)) {
  async function ask(url, options) {
    let answer;
    try {
      answer = await send(url, { credentials: "same-origin", cache: "no-store", redirect: "error", ...options });
    } catch {
      throw new Refusal("network");
    }
    if (answer.status === 401) throw new Refusal("session");
    const body = await answer.json().catch(() => null);
    if (!body) throw new Refusal("network");
    if (!answer.ok) throw new Refusal(String(body.error ?? "refused"), String(body.message ?? ""));
    return body;
  }
  const accept = { Accept: "application/json" };
  return {
    get: (url) => ask(url, { headers: accept }),
    post: (url, body) =>
      ask(url, {
        method: "POST",
        headers: { ...accept, "Content-Type": "application/json", "X-CSRFToken": csrf },
        body: JSON.stringify(body),
      }),
  };
}

/** All pages of a keyset listing, one after another: `onPage(items)` may be async; `signal` stops between pages. */
export async function eachPage(api, url, limit, onPage, signal) {
  let after = -1;
  while (after !== null) {
    signal?.throwIfAborted();
    const page = await api.get(`${url}?after=${after}&limit=${limit}`);
    await onPage(page.items);
    if (page.next !== null && page.next <= after) throw new Refusal("network");
    after = page.next;
  }
}
