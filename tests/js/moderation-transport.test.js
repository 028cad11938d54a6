import assert from "node:assert/strict";
import { test } from "node:test";

import { eachPage, makeApi, Refusal } from "../../static/src/moderation/api.js";
import { makeKeyFile, readKeyFile } from "../../static/src/moderation/keyfile.js";
import { loggedHash } from "../../static/src/moderation/vault.js";

const answer = (status, body) => ({ ok: status < 400, status, json: async () => body });

function network(...answers) {
  const asked = [];
  const send = async (url, options) => {
    asked.push({ url, ...options });
    const next = answers.shift();
    if (next instanceof Error) throw next;
    return next;
  };
  return { asked, api: makeApi("token", send) };
}

test("a post carries the token and exactly the body it was given", async () => {
  const { asked, api } = network(answer(200, { done: true }));
  assert.deepEqual(await api.post("/x", { index: 3 }), { done: true });
  assert.equal(asked[0].headers["X-CSRFToken"], "token");
  assert.equal(asked[0].body, '{"index":3}');
  assert.equal(asked[0].redirect, "error");
});

test("a refusal keeps the server's code and words; silence and an ended session have codes of their own", async () => {
  const { api } = network(
    answer(409, { error: "coding-changed", message: "Lời" }),
    answer(401, { error: "refused" }),
    new TypeError("offline"),
    { ok: true, status: 200, json: async () => Promise.reject(new SyntaxError("html")) },
  );
  const refused = (code, words = "") => (error) => error instanceof Refusal && error.code === code && error.words === words;
  await assert.rejects(api.get("/x"), refused("coding-changed", "Lời"));
  await assert.rejects(api.get("/x"), refused("session"));
  await assert.rejects(api.get("/x"), refused("network"));
  await assert.rejects(api.get("/x"), refused("network"));
});

test("pages follow their cursor to the end, one after another", async () => {
  const { asked, api } = network(answer(200, { items: [1, 2], next: 8 }), answer(200, { items: [9], next: null }));
  const seen = [];
  await eachPage(api, "/e", 2, async (items) => seen.push(...items));
  assert.deepEqual(seen, [1, 2, 9]);
  assert.deepEqual(asked.map(({ url }) => url), ["/e?after=-1&limit=2", "/e?after=8&limit=2"]);
});

test("a cursor that does not advance ends in a refusal, not in a loop; an abort stops between pages", async () => {
  const stuck = network(answer(200, { items: [1], next: 5 }), answer(200, { items: [1], next: 5 }));
  await assert.rejects(eachPage(stuck.api, "/e", 1, () => {}), Refusal);
  const stop = new AbortController();
  const { asked, api } = network(answer(200, { items: [1], next: 5 }));
  await assert.rejects(eachPage(api, "/e", 1, () => stop.abort(), stop.signal), { name: "AbortError" });
  assert.equal(asked.length, 1);
});

const KEY = { kid: "0123456789abcdef0123456789abcdef", publicKey: "AAAA", wrapped: { v: 1 } };

test("a key file reads back, and is named after its key", () => {
  const { name, text } = makeKeyFile(KEY);
  assert.equal(name, "portal-key-01234567.json");
  assert.deepEqual(readKeyFile(text), KEY);
});

test("what is no key file is refused", () => {
  const document = JSON.parse(makeKeyFile(KEY).text);
  const wrong = [
    "",
    "[]",
    "null",
    "{}",
    JSON.stringify({ ...document, seed: "x" }),
    JSON.stringify({ ...document, v: 2 }),
    JSON.stringify({ ...document, kid: "0123" }),
    JSON.stringify({ ...document, kid: 5 }),
    JSON.stringify({ ...document, wrapped: [] }),
    JSON.stringify({ ...document, wrapped: "x" }),
    " ".repeat(20000),
  ];
  for (const text of wrong) assert.equal(readKeyFile(text), null, text.slice(0, 60));
});

test("only a submission leaf of this consultation lends its hash", () => {
  const hash = "ab".repeat(32);
  const leaf = (over) => JSON.stringify({ consultation: "thu", envelope_sha256: hash, type: "submission", v: 1, ...over });
  assert.equal(loggedHash(leaf({}), "thu"), hash);
  assert.equal(loggedHash(leaf({ v: 2, ballot: "UEZCMQ" }), "thu"), hash);
  for (const over of [{ consultation: "khac" }, { type: "message" }, { v: 2 }, { v: 3, ballot: "UEZCMQ" }, { envelope_sha256: "AB" }, { envelope_sha256: 1 }]) {
    assert.equal(loggedHash(leaf(over), "thu"), null);
  }
  for (const text of ["", "null", "7", "{"]) assert.equal(loggedHash(text, "thu"), null);
});
