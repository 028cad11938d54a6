// Attachments in the browser, against the vectors that portal/crypto is held to as well.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  attachmentKey, bucketOf, FILE_MAX, openAttachment, parseAttachment, sealAttachment,
} from "../../static/src/lib/attachment.js";
import { fromHex, sha256, toHex } from "../../static/src/lib/bytes.js";
import { canonicalBytes, parseCanonical } from "../../static/src/lib/canonical.js";
import { buildPayload, parsePayload } from "../../static/src/lib/payload.js";
import { refusal, vectors } from "./support.js";

const FOUND = await vectors("attachment.json");
const WHOLE = fromHex(FOUND.payload.bytes);
const { consultation } = FOUND;
const key = await attachmentKey(fromHex(FOUND.secret), FOUND.place);
const sealed = await sealAttachment(fromHex(FOUND.data), { key, consultation });

test("seals to the vector's bytes and opens them", async () => {
  const found = { head: toHex(parseAttachment(sealed).head), length: sealed.length, sha256: toHex(await sha256(sealed)) };
  assert.deepEqual(found, FOUND.sealed);
  assert.equal(toHex(await openAttachment(sealed, { key, consultation })), FOUND.data);
});

test("each place has its own key, which cannot be read out", async () => {
  const secret = fromHex(FOUND.secret);
  for (const [place, expected] of FOUND.keys.entries()) {
    const ours = await attachmentKey(secret, place);
    assert.equal(ours.extractable, false);
    const theirs = await crypto.subtle.importKey("raw", fromHex(expected), "AES-GCM", false, ["decrypt"]);
    const data = await sealAttachment(Uint8Array.of(place), { key: ours, consultation });
    assert.deepEqual(await openAttachment(data, { key: theirs, consultation }), Uint8Array.of(place));
  }
  for (const [bytes, place] of [[secret, -1], [secret, 3], [secret, 0.5], [secret.slice(1), 0], [null, 0]]) {
    await assert.rejects(attachmentKey(bytes, place), refusal("attachment-error"));
  }
});

for (const { field, at, error } of FOUND.damaged) {
  test(`one changed bit in ${field} is noticed`, async () => {
    const damaged = sealed.slice();
    damaged[at] ^= 1;
    await assert.rejects(openAttachment(damaged, { key, consultation }), refusal(error));
  });
}

test("a length is told by its bucket only", () => {
  for (const { length, size } of FOUND.buckets) assert.equal(bucketOf(length), size);
  for (const length of [0, FILE_MAX + 1, NaN]) assert.throws(() => bucketOf(length), refusal("attachment-error"));
});

test("other lengths and another consultation open nothing", async () => {
  for (const data of [new Uint8Array(0), sealed.slice(0, 5), sealed.slice(0, -1), sealed.slice(0, 40)]) {
    await assert.rejects(openAttachment(data, { key, consultation }), refusal("attachment-error"));
  }
  await assert.rejects(openAttachment(sealed, { key, consultation: "khac" }), refusal("cannot-open"));
});

test("the payload's second version names the files", () => {
  const payload = parsePayload(WHOLE);
  assert.equal(toHex(payload.attachments.secret), FOUND.secret);
  const named = payload.attachments.files.map(({ sha256: digest, type }) => ({ sha256: toHex(digest), type }));
  assert.deepEqual(named, FOUND.payload.files);
  assert.deepEqual(buildPayload(payload), WHOLE);
  assert.equal(parseCanonical(buildPayload({ ...payload, attachments: null })).v, 1);
});

test("attachments of another form make it no payload", () => {
  const document = parseCanonical(WHOLE);
  for (const attachments of FOUND.payload.changes) {
    assert.throws(() => parsePayload(canonicalBytes({ ...document, attachments })), refusal("payload-error"));
  }
  for (const v of [1, 3, true, "2", null]) {
    assert.throws(() => parsePayload(canonicalBytes({ ...document, v })), refusal("payload-error"));
  }
});
