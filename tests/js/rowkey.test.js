// Row keys against the vectors that portal/crypto/rowkey.py is held to as well, and through the worker that holds them.

import assert from "node:assert/strict";
import { test } from "node:test";

import { toHex, utf8 } from "../../static/src/lib/bytes.js";
import { makeRowOpener, openWith, seal, wrapFor } from "../../static/src/lib/envelope.js";
import { kidOf, publicKeyOf } from "../../static/src/lib/keys.js";
import { CODING_SIZE, codingAad, openRow, rowKey, sealRow } from "../../static/src/lib/rowkey.js";
import { fromHex, refusal, seedOf, vectors } from "./support.js";

const VECTORS = await vectors("rowkey.json");
const CONTENT_KEY = fromHex(VECTORS.content_key);
const HEAD = fromHex(VECTORS.head);
const keyOf = (label) => rowKey(CONTENT_KEY, HEAD, label);

async function sealedTo(...names) {
  const recipients = [];
  for (const name of names) {
    const publicKey = await publicKeyOf(await seedOf(name));
    recipients.push({ kid: await kidOf(publicKey), publicKey, include: true });
  }
  return seal(utf8("nội dung"), { consultation: "thu-2026", recipients });
}

test("each use of a comment's key has a key of its own, the one that Python derives", async () => {
  for (const [label, expected] of Object.entries(VECTORS.keys)) assert.equal(toHex(await keyOf(label)), expected);
  for (const label of VECTORS.refused_labels) await assert.rejects(keyOf(label), refusal("row-error"));
  await assert.rejects(rowKey(CONTENT_KEY.subarray(1), HEAD, "coding"), refusal("row-error"));
});

test("rows that Python sealed open here, and the same nonce seals to the same bytes", async () => {
  const key = await keyOf("coding");
  for (const { sealed, plaintext, size, aad } of VECTORS.rows) {
    const data = fromHex(sealed);
    assert.equal(toHex(await openRow(key, data, fromHex(aad))), plaintext);
    assert.deepEqual(await sealRow(key, fromHex(plaintext), size, fromHex(aad), data.slice(0, 12)), data);
  }
});

test("a row of another key, another revision, or with one bit flipped does not open", async () => {
  const key = await keyOf("coding");
  const aad = codingAad(1, 2);
  assert.equal(toHex(aad), VECTORS.coding_aad.aad);
  const sealed = await sealRow(key, utf8("nặng"), CODING_SIZE, aad);
  assert.equal(sealed.length, CODING_SIZE + 28);
  await assert.rejects(openRow(await keyOf("redaction"), sealed, aad), refusal("row-error"));
  await assert.rejects(openRow(key, sealed, codingAad(1, 1)), refusal("row-error"));
  await assert.rejects(openRow(key, sealed, codingAad(2, 2)), refusal("row-error"));
  for (const at of [0, 12, sealed.length - 1]) {
    const altered = sealed.map((byte, place) => (place === at ? byte ^ 1 : byte));
    await assert.rejects(openRow(key, altered, aad), refusal("row-error"));
  }
  await assert.rejects(sealRow(key, new Uint8Array(CODING_SIZE - 3), CODING_SIZE, aad), refusal("padding-error"));
});

test("a wrap made later opens a comment for a key that is not in its header, and for that key alone", async () => {
  const envelope = await sealedTo("alpha", "beta");
  const late = await seedOf("late");
  const publicKey = await publicKeyOf(late);
  const opened = await (await makeRowOpener(await seedOf("alpha")))(envelope);
  const wrap = await wrapFor(opened, { kid: await kidOf(publicKey), publicKey });
  await assert.rejects(openWith(late, envelope), refusal("cannot-open"));
  assert.deepEqual(await (await makeRowOpener(late))(envelope, wrap), opened);
  await assert.rejects((await makeRowOpener(await seedOf("beta")))(envelope, wrap), refusal("cannot-open"));
  await assert.rejects(wrapFor(opened, { kid: "0".repeat(32), publicKey }), refusal("envelope-error"));
});
