// Messages and buckets against the vectors that portal/crypto/message.py is held to as well, both ways.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { bucketOf, contains, depthFor } from "../../static/src/lib/buckets.js";
import { fromB64url, toHex, utf8 } from "../../static/src/lib/bytes.js";
import { canonicalBytes } from "../../static/src/lib/canonical.js";
import {
  buildMessage,
  makeReplyOpener,
  messageSize,
  openWithRow,
  parseMessage,
  parseSealed,
  sealMessage,
  ticketsOf,
} from "../../static/src/lib/message.js";
import { fromHex, refusal, seedOf, vectors } from "./support.js";

const VECTORS = await vectors("message-python.json");
const KEY = fromHex(VECTORS.key);
const REPLY_KEY = fromB64url(VECTORS.reply_key);
const fieldsOf = ({ sender, number, text, kind, key }) => ({ sender, number, text, kind, key });
const messages = VECTORS.messages.map((item) => fieldsOf({ ...item, key: fromHex(item.key) }));
const sealed = (message) => sealMessage(message, { consultation: VECTORS.consultation, replyKey: REPLY_KEY });
const openByReply = await makeReplyOpener(fromHex(VECTORS.seed));

for (const maker of ["python", "js"]) {
  describe(`messages sealed by ${maker}`, async () => {
    const found = await vectors(`message-${maker}.json`);

    test("open by the receipt and by the row", async () => {
      for (const [at, item] of found.messages.entries()) {
        const data = fromB64url(item.sealed);
        const { message, tickets } = await openByReply(data);
        assert.deepEqual(message, messages[at]);
        assert.deepEqual(await openWithRow(KEY, data), messages[at]);
        assert.deepEqual(tickets.map(toHex), item.tickets);
      }
    });

    test("a changed bit in each field is refused by name", async () => {
      const data = fromB64url(found.messages[0].sealed);
      const ways = { by_reply: async (bytes) => (await openByReply(bytes)).message, by_row: (bytes) => openWithRow(KEY, bytes) };
      for (const { field, at, xor, ...expected } of found.damaged) {
        const damaged = data.slice();
        damaged[at] ^= xor;
        for (const [way, act] of Object.entries(ways)) {
          if (expected[way] === null) assert.deepEqual(await act(damaged), messages[0], field);
          else await assert.rejects(act(damaged), refusal(expected[way]), `${field} ${way}`);
        }
      }
    });
  });
}

test("documents have one spelling", () => {
  for (const [at, { bytes }] of VECTORS.messages.entries()) {
    assert.equal(toHex(buildMessage(messages[at])), bytes);
    assert.deepEqual(parseMessage(fromHex(bytes)), messages[at]);
  }
  const document = JSON.parse(new TextDecoder().decode(fromHex(VECTORS.messages[0].bytes)));
  for (const change of VECTORS.changes) {
    const changed = canonicalBytes({ ...document, ...change });
    assert.throws(() => parseMessage(changed), refusal("message-error"), JSON.stringify(change).slice(0, 80));
  }
  for (const name of Object.keys(document)) {
    const { [name]: _, ...rest } = document;
    assert.throws(() => parseMessage(canonicalBytes(rest)), refusal("message-error"));
  }
  for (const noise of ["", "null", "[]", "{}"]) assert.throws(() => parseMessage(utf8(noise)), refusal("message-error"));
});

test("both directions have one size and one header", async () => {
  const made = await Promise.all(messages.map(async (message) => (await sealed(message)).data));
  assert.equal(messageSize(VECTORS.consultation), VECTORS.size);
  assert.deepEqual(new Set(made.map((data) => data.length)), new Set([VECTORS.size]));
  assert.equal(new Set(made.map((data) => toHex(parseSealed(data).head))).size, 1);
});

test("nobody else opens it", async () => {
  const { data } = await sealed(messages[0]);
  const stranger = await makeReplyOpener(await seedOf("somebody else"));
  await assert.rejects(stranger(data), refusal("cannot-open"));
  await assert.rejects(openWithRow(await seedOf("another comment's key"), data), refusal("cannot-open"));
  for (const wrong of [data.slice(0, -1), data.slice(0, 5), new Uint8Array([...data, 0])]) {
    assert.throws(() => parseSealed(wrong), refusal("message-error"));
  }
});

test("tickets and buckets are Python's", async () => {
  assert.deepEqual((await ticketsOf(fromHex(VECTORS.tickets.secret))).map(toHex), VECTORS.tickets.tickets);
  for (const { depth, bucket } of VECTORS.buckets) assert.equal(await bucketOf(REPLY_KEY, depth), bucket);
  for (const { comments, depth } of VECTORS.depths) assert.equal(depthFor(comments), depth, String(comments));
  const [whole, half, , deep] = VECTORS.buckets.map(({ bucket }) => bucket);
  assert.ok(contains(whole, deep) && contains(half, deep) && contains(deep, deep));
  assert.ok(!contains(deep, half) && !contains(half ^ 1, deep));
});
