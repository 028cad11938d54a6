// The three workers as they are built and served, each in a thread of its own.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { Worker } from "node:worker_threads";

import { build } from "../../static/build.mjs";
import { fromB64url, sha256, toB64url, toHex, utf8 } from "../../static/src/lib/bytes.js";
import { makeRowOpener, openWith, seal } from "../../static/src/lib/envelope.js";
import { kidOf, publicKeyOf } from "../../static/src/lib/keys.js";
import { unwrap } from "../../static/src/lib/keywrap.js";
import { wordList } from "../../static/src/lib/passphrase.js";
import { buildPayload, parsePayload } from "../../static/src/lib/payload.js";
import { locatorHash, parseReceipt, replySeed } from "../../static/src/lib/receipt.js";
import { attach } from "../../static/src/lib/worker-client.js";
import { parseWrapped } from "../../static/src/lib/wrapped.js";
import { refusal, seedOf } from "./support.js";

const CID = "thu-2026";
const LIMIT = 1000;
const COMMENT = { topic: "conduct", level: "unit", unit: "hc", ratings: {}, text: "Việc khó thường bị để lại." };
// What a browser's worker has and Node's lacks: the scope's own events.
const SHIM = `const { parentPort, workerData } = require("node:worker_threads");
globalThis.addEventListener = (type, listener) => parentPort.on(type, (data) => listener({ data }));
globalThis.postMessage = (message) => parentPort.postMessage(message);
require("node:vm").runInThisContext(workerData);`;

let folder;
let manifest;
let made; // one key made by the worker: Argon2id at its real cost is slow
let passphrase;
const holds = [];

async function start(name) {
  const workerData = await readFile(path.join(folder, "dist", manifest[`workers/${name}.js`].file), "utf8");
  const thread = new Worker(SHIM, { eval: true, workerData });
  const hold = attach({
    postMessage: (message, transfer) => thread.postMessage(message, transfer),
    addEventListener: (type, listener) => thread.on(type, (data) => listener({ data })),
    terminate: () => thread.terminate(),
  });
  holds.push(hold);
  return hold;
}

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "portal-workers-"));
  manifest = await build({ out: path.join(folder, "dist") });
  const keys = await start("keys");
  passphrase = await keys.call("passphrase");
  made = await keys.call("make", { passphrase });
});
after(async () => {
  for (const hold of holds) hold.terminate();
  await rm(folder, { recursive: true });
});

const recipient = (include = true) => ({ kid: made.kid, publicKey: made.publicKey, include });

async function stranger() {
  const seed = await seedOf("stranger");
  const publicKey = await publicKeyOf(seed);
  return { seed, kid: await kidOf(publicKey), publicKey, include: true };
}

async function sealedBy(worker, comment = COMMENT, recipients = [recipient()]) {
  const { call } = await start(worker);
  return call("seal", { consultation: CID, recipients, comment, limit: LIMIT });
}

const item = async (envelope) => ({ envelope: toB64url(envelope), hash: toHex(await sha256(envelope)) });
const rawSeal = (payload, consultation = CID) => seal(payload, { consultation, recipients: [recipient()] });

async function unlocked() {
  const hold = await start("unseal");
  await hold.call("unlock", { wrapped: made.wrapped, passphrase, kid: made.kid });
  return hold;
}

test("keys: six words of the list wrap a key at the documented cost", async () => {
  const list = wordList(await readFile(new URL("../../static/src/data/words.txt", import.meta.url), "utf8"));
  assert.equal(passphrase.split(" ").length, 6);
  for (const word of passphrase.split(" ")) assert.ok(list.includes(word));
  const { m, t, p } = parseWrapped(made.wrapped);
  assert.deepEqual([m, t, p], [65536, 3, 1]);
  assert.deepEqual(Object.keys(made).sort(), ["kid", "publicKey", "wrapped"]); // and no seed
  const seed = await unwrap(made.wrapped, passphrase, made.kid);
  assert.deepEqual(await publicKeyOf(seed), made.publicKey);
  assert.equal(await kidOf(made.publicKey), made.kid);
});

test("seal: the receipt finds the comment and holds its reply key; the text is composed", async () => {
  const sealed = await sealedBy("seal", { ...COMMENT, text: COMMENT.text.normalize("NFD") });
  assert.deepEqual(Object.keys(sealed).sort(), ["code", "envelope", "files", "locatorHash"]);
  const receipt = parseReceipt(sealed.code);
  assert.deepEqual(sealed.locatorHash, await locatorHash(receipt));
  const seed = await unwrap(made.wrapped, passphrase, made.kid);
  const { replyKey, ...payload } = parsePayload(await openWith(seed, sealed.envelope));
  assert.deepEqual(payload, { ...COMMENT, consultation: CID });
  assert.deepEqual(replyKey, await publicKeyOf(await replySeed(receipt)));
});

test("seal: the same comment gives another receipt and another envelope of the same size", async () => {
  const [one, other] = [await sealedBy("seal"), await sealedBy("seal", { ...COMMENT, text: "Ngắn." })];
  assert.notEqual(one.code, other.code);
  assert.notDeepEqual(one.envelope, other.envelope);
  assert.equal(one.envelope.length, other.envelope.length);
});

test("seal: what would not open is refused", async () => {
  await assert.rejects(sealedBy("seal", { ...COMMENT, text: "x".repeat(LIMIT + 1) }), refusal("payload-error"));
  await assert.rejects(sealedBy("seal", { ...COMMENT, topic: "other" }), refusal("payload-error"));
  await assert.rejects(sealedBy("seal", COMMENT, [recipient(false)]), refusal("envelope-error"));
  await assert.rejects(sealedBy("seal", { ...COMMENT, text: undefined }), refusal("crypto-error"));
});

test("unseal: each comment has the state that it deserves", async () => {
  const other = await stranger();
  const good = (await sealedBy("seal")).envelope;
  const recused = (await sealedBy("seal", COMMENT, [recipient(false), other])).envelope;
  const foreign = (await sealedBy("seal", COMMENT, [other])).envelope;
  const comment = { ...COMMENT, consultation: "khac", replyKey: made.publicKey };
  const items = [
    await item(good),
    await item(recused),
    await item(foreign),
    await item(await rawSeal(utf8("no payload"))),
    await item(await rawSeal(buildPayload(comment))), // says another consultation inside
    await item(await rawSeal(buildPayload({ ...comment, consultation: CID, text: "x".repeat(LIMIT + 1) }))),
    await item(await rawSeal(utf8("x"), "khac")), // says another consultation outside
    { ...(await item(good)), hash: "0".repeat(64) },
    { envelope: "not base64url!", hash: null },
    { envelope: "AAAA", hash: null },
    { ...(await item(good)), hash: null },
  ];
  const { call } = await unlocked();
  const seen = [];
  const results = await call("open", { consultation: CID, items, limit: LIMIT }, [], (done) => seen.push(done));
  assert.deepEqual(
    results.map(({ state }) => state),
    ["open", "closed", "closed", "unreadable", "unreadable", "unreadable", "broken", "broken", "broken", "broken", "open"],
  );
  const { text, ...rest } = COMMENT; // the words leave by one way only (moderation/readable.js), never with the rest
  assert.deepEqual(results[0].payload, { ...rest, consultation: CID, files: [] });
  assert.ok(!JSON.stringify(results[0].payload).includes(text));
  assert.deepEqual(seen, items.map((_, at) => at + 1));
});

test("unseal: a wrong passphrase, another key's text and a locked worker are told apart", async () => {
  const { call } = await start("unseal");
  const other = await stranger();
  await assert.rejects(call("open", { consultation: CID, items: [] }), refusal("cannot-open"));
  const unlock = (more) => call("unlock", { wrapped: made.wrapped, passphrase, kid: made.kid, ...more });
  await assert.rejects(unlock({ passphrase: "sai sai sai sai sai sai" }), refusal("wrong-passphrase"));
  await assert.rejects(unlock({ wrapped: "{}" }), refusal("key-wrap-error"));
  await assert.rejects(unlock({ kid: other.kid }), refusal("wrong-passphrase"));
  await assert.rejects(call("open", { consultation: CID, items: [] }), refusal("cannot-open"));
});

const PASSKEY = { id: new Uint8Array(20).fill(7), salt: new Uint8Array(32).fill(8), prf: new Uint8Array(32).fill(9) };

test("keys and unseal: a passkey is put beside the words, and unlocks", async () => {
  const keys = await start("keys");
  const wrapped = await keys.call("add-passkey", { wrapped: made.wrapped, passphrase, kid: made.kid, passkey: PASSKEY });
  const { call } = await start("unseal");
  const unlock = (more) => call("unlock-by-passkey", { wrapped, ...PASSKEY, kid: made.kid, ...more });
  await assert.rejects(unlock({ prf: new Uint8Array(32) }), refusal("wrong-passkey"));
  await assert.rejects(unlock({ wrapped: made.wrapped }), refusal("wrong-passkey"));
  await assert.rejects(call("open", { consultation: CID, items: [] }), refusal("cannot-open"));
  assert.deepEqual(await unlock(), { kid: made.kid });
  assert.deepEqual(await call("open", { consultation: CID, items: [] }), []);
});

test("keys: new words open the same key, and only what was opened is wrapped anew", async () => {
  const { call } = await start("keys");
  const held = { wrapped: made.wrapped, passphrase, kid: made.kid };
  const next = await call("passphrase");
  const changed = await call("change", { ...held, next });
  assert.deepEqual(await unwrap(changed, next, made.kid), await unwrap(made.wrapped, passphrase, made.kid));
  assert.deepEqual(await call("check", { ...held, wrapped: changed, passphrase: next }), {});
  for (const type of ["check", "change", "add-passkey"]) {
    const asked = { ...held, passphrase: "sai sai sai sai sai sai", next, passkey: PASSKEY };
    await assert.rejects(call(type, asked), refusal("wrong-passphrase"), type);
  }
});

test("unseal: what it opened is passed on, what it did not is passed on to nobody, alike in size", async () => {
  // given one comment for this reader and one that leaves it out
  const other = await stranger();
  const newcomer = await seedOf("newcomer");
  const publicKey = await publicKeyOf(newcomer);
  const target = { kid: await kidOf(publicKey), publicKey: toB64url(publicKey) };
  const [good, recused] = [await sealedBy("seal"), await sealedBy("seal", COMMENT, [recipient(false), other])];
  const { call } = await unlocked();
  const items = [{ index: 4, ...(await item(good.envelope)) }, { index: 5, ...(await item(recused.envelope)) }];
  await call("open", { consultation: CID, items, limit: LIMIT });
  // when both are sealed again
  const seen = [];
  const asked = { consultation: CID, indexes: [4, 5], target };
  const wraps = await call("reseal", asked, [], (done) => seen.push(done));
  // then the newcomer opens the first with its wrap, and neither with the other's
  const open = await makeRowOpener(newcomer);
  const { payload } = await open(good.envelope, fromB64url(wraps[0]));
  assert.equal(parsePayload(payload).text, COMMENT.text);
  await assert.rejects(open(recused.envelope, fromB64url(wraps[1])), refusal("cannot-open"));
  await assert.rejects(open(recused.envelope, fromB64url(wraps[0])), refusal("cannot-open"));
  assert.deepEqual([wraps[0].length, seen], [wraps[1].length, [1, 2]]);
  // and a key that is not the target's is refused
  await assert.rejects(call("reseal", { ...asked, target: { ...target, kid: other.kid } }), refusal("envelope-error"));
});

test("no worker knows a message that gives a seed out", async () => {
  for (const name of ["keys", "seal", "unseal"]) {
    const { call } = await start(name);
    for (const type of ["seed", "export", "constructor", "__proto__"]) {
      await assert.rejects(call(type), refusal("crypto-error"));
    }
  }
});
