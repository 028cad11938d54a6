// Both ends of a conversation: the desk's handlers with opened comments, and the submitter's worker with a receipt.

import assert from "node:assert/strict";
import { test } from "node:test";

import { bucketOf } from "../../static/src/lib/buckets.js";
import { concat, fromB64url, sha256, toB64url, toHex } from "../../static/src/lib/bytes.js";
import { publicKeyOf } from "../../static/src/lib/keys.js";
import { messageSize, sealMessage } from "../../static/src/lib/message.js";
import { newReceipt, replySeed } from "../../static/src/lib/receipt.js";
import { attach } from "../../static/src/lib/worker-client.js";
import { keep } from "../../static/src/workers/unseal-rows.js";
import { talkHandlers } from "../../static/src/workers/unseal-talk.js";
import { refusal, seedOf } from "./support.js";

const CID = "thu-2026";
const HEAD = new Uint8Array(40);
const still = () => {};

/** The submitter's worker, in this thread: what it would answer comes back by the client of the pages. */
async function startMail() {
  const inside = [];
  const outside = [];
  globalThis.addEventListener = (_, listener) => inside.push(listener);
  globalThis.postMessage = (data) => queueMicrotask(() => outside.forEach((listener) => listener({ data })));
  await import(`../../static/src/workers/mail.js?${Math.random()}`);
  return attach({
    postMessage: (data) => inside.forEach((listener) => listener({ data })),
    addEventListener: (type, listener) => type === "message" && outside.push(listener),
    terminate: still,
  });
}

/** A comment that this desk has opened; returns its receipt. */
async function comment(index) {
  const raw = newReceipt();
  const replyKey = await publicKeyOf(await replySeed(raw));
  keep(index, { contentKey: await seedOf(`content ${index}`), head: HEAD, payload: { replyKey } });
  return raw;
}

async function logged(index, { message, bucket }) {
  const envelope = toHex(await sha256(fromB64url(message)));
  return { index, bucket, message, leaf: JSON.stringify({ consultation: CID, envelope_sha256: envelope, type: "message", v: 1 }) };
}

const open = (...items) => talkHandlers["talk-open"]({ consultation: CID, items }, still);
const ask = (index, text, kind = "text") => talkHandlers["talk-seal"]({ consultation: CID, comments: 0, index, text, kind });
const read = (index) => talkHandlers["talk-read"]({ index });
const stateOf = (index) => new Map(talkHandlers["talk-states"]()).get(index);
const bucketFull = (...messages) => concat(...messages, new Uint8Array(messageSize(CID) * (8 - messages.length)));

async function opened(worker, raw, data) {
  const [bucket] = await worker.call("begin", { raw: raw.slice(), talks: [{ consultation: CID, comments: 0 }] });
  assert.equal(bucket, 1);
  return worker.call("open", { lists: [{ consultation: CID, comments: 0, data }] });
}

test("a question reaches the receipt's holder, the answer reaches the comment's readers, in their order", async () => {
  const raw = await comment(7);
  await comment(8);
  const asked = await ask(7, "Ở khâu nào?");
  assert.equal(asked.bucket, 1);
  assert.equal(asked.tickets.length, 3);
  talkHandlers["talk-sent"]({ index: 7 });
  assert.deepEqual(read(7).map(({ text, waits }) => [text, waits]), [["Ở khâu nào?", true]]);

  const worker = await startMail();
  const found = await opened(worker, raw, bucketFull(fromB64url(asked.message)));
  assert.equal(found.consultation, CID);
  assert.deepEqual(found.messages.map(({ sender, number, text }) => [sender, number, text]), [["moderator", 1, "Ở khâu nào?"]]);
  // the tickets that the portal was given hashes of
  const hashes = await Promise.all(found.tickets.map(async (ticket) => toB64url(await sha256(fromB64url(ticket)))));
  assert.deepEqual(hashes, asked.tickets);

  const answer = await worker.call("answer", { text: "Ở khâu trình ký." });
  assert.equal(answer.message.length, fromB64url(asked.message).length);
  const items = [
    await logged(21, { message: toB64url(answer.message), bucket: answer.bucket }),
    await logged(20, asked),
  ];
  assert.deepEqual(await open(...items), { broken: [] });
  assert.equal(stateOf(7), "new");
  assert.deepEqual(read(7).map(({ text, waits }) => [text, waits]), [["Ở khâu nào?", false], ["Ở khâu trình ký.", false]]);
  assert.equal(stateOf(7), "answered");
  assert.equal(stateOf(8), undefined);
});

test("the end of a conversation is told to both", async () => {
  const raw = await comment(17);
  const ended = await ask(17, "", "close");
  await open(await logged(30, ended));
  assert.equal(stateOf(17), "closed");
  const found = await opened(await startMail(), raw, bucketFull(fromB64url(ended.message)));
  assert.deepEqual(found.messages.map(({ kind }) => kind), ["close"]);
});

test("a message that this desk cannot open belongs to nothing here", async () => {
  await comment(27);
  const replyKey = await publicKeyOf(await seedOf("left out"));
  const message = { sender: "moderator", number: 1, text: "Bí mật", key: await seedOf("another comment") };
  const { data } = await sealMessage(message, { consultation: CID, replyKey });
  const before = talkHandlers["talk-states"]().length;
  assert.deepEqual(await open(await logged(40, { message: toB64url(data), bucket: 1 })), { broken: [] });
  assert.equal(talkHandlers["talk-states"]().length, before);
});

test("what is not the logged message is named", async () => {
  await comment(37);
  const asked = await ask(37, "Ở khâu nào?");
  const good = await logged(50, asked);
  const other = { ...good, index: 51, leaf: good.leaf.replace(/"[0-9a-f]{64}"/u, `"${"0".repeat(64)}"`) };
  const type = { ...good, index: 52, leaf: good.leaf.replace('"message"', '"submission"') };
  const noise = { ...good, index: 53, message: "AA" };
  assert.deepEqual(await open(other, type, noise), { broken: [51, 52, 53] });
  assert.deepEqual(read(37), []);
});

test("the same text is sealed once, so that a retry sends the same bytes", async () => {
  await comment(47);
  const first = await ask(47, "Ở khâu nào?");
  assert.deepEqual(await ask(47, "Ở khâu nào?"), first);
  assert.notDeepEqual((await ask(47, "Ở khâu nào vậy?")).message, first.message);
});

test("a message in another bucket than its box is not looked for there", async () => {
  const raw = await comment(57);
  const asked = await ask(57, "Ở khâu nào?");
  const deep = await bucketOf(await publicKeyOf(await replySeed(raw)), 3);
  await open(await logged(60, { ...asked, bucket: deep ^ 1 }));
  assert.equal(stateOf(57), undefined);
  await open(await logged(61, { ...asked, bucket: deep }));
  assert.equal(stateOf(57), "asked");
});

test("a comment without the agreed form has no reply key to seal to", async () => {
  keep(67, { contentKey: await seedOf("content 67"), head: HEAD, payload: null });
  await assert.rejects(ask(67, "Ở khâu nào?"), refusal("cannot-open"));
});

test("the submitter's worker takes whole buckets only, and answers only what it was asked", async () => {
  const worker = await startMail();
  const whole = new Uint8Array(messageSize(CID) * 8);
  const found = await opened(worker, newReceipt(), whole);
  assert.deepEqual(found, { consultation: null, messages: [], tickets: [] });
  await assert.rejects(worker.call("answer", { text: "Không ai hỏi." }), refusal("cannot-open"));
  await assert.rejects(opened(worker, newReceipt(), whole.slice(1)), refusal("message-error"));
  await assert.rejects(opened(worker, newReceipt(), whole.slice(0, 0)), refusal("message-error"));
});
