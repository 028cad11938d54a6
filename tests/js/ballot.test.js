// Ballots in the browser against portal/crypto/ballot.py's vectors (tests/vectors/crypto/ballot.json).
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { card, cardHash, cardSeed, collected, nonceOf, publicOf } from "../../static/src/lib/ballot.js";
import { sha256, toHex } from "../../static/src/lib/bytes.js";
import { fromHex, refusal, vectors } from "./support.js";

const VECTORS = await vectors("ballot.json");
const { consultation } = VECTORS;
const envelope = fromHex(VECTORS.envelope_sha256);
const unhex = (codes) => Object.fromEntries(Object.entries(codes).map(([issuer, code]) => [issuer, fromHex(code)]));

describe("ballots have the bytes that Python gives them", () => {
  for (const { seed, public_key: publicKey } of VECTORS.keys) {
    test(`a seed's key ${publicKey.slice(0, 8)}`, async () => {
      assert.equal(toHex(await publicOf(fromHex(seed))), publicKey);
      assert.deepEqual(await nonceOf(fromHex(seed)), await sha256(fromHex(publicKey)));
    });
  }

  for (const { seed, signatures, ballot } of VECTORS.collected) {
    test(`collected from ${signatures.length}`, async () => {
      const made = await collected(consultation, fromHex(seed), signatures.map(fromHex), envelope);
      assert.equal(toHex(made), ballot);
    });
  }

  for (const { codes, ballot } of VECTORS.cards) {
    test(`of ${Object.keys(codes).length} half-cards, in whichever order they were typed`, async () => {
      const typed = Object.entries(unhex(codes)).reverse();
      assert.equal(toHex(await card(consultation, Object.fromEntries(typed), envelope)), ballot);
    });
  }

  for (const { issuer, code, seed, hash } of VECTORS.halves) {
    test(`a half-card of ${issuer}`, async () => {
      assert.equal(toHex(await cardSeed(fromHex(code), consultation, issuer)), seed);
      assert.equal(toHex(await cardHash(fromHex(code), consultation, issuer)), hash);
      assert.notEqual(toHex(await cardHash(fromHex(code), "other", issuer)), hash);
    });
  }

  test("a ballot bound to other content differs in its binding alone", async () => {
    const [{ seed, signatures, ballot }] = VECTORS.collected;
    const other = await collected(consultation, fromHex(seed), signatures.map(fromHex), new Uint8Array(32));
    assert.equal(toHex(other).slice(0, -128), ballot.slice(0, -128));
    assert.notEqual(toHex(other).slice(-128), ballot.slice(-128));
  });
});

describe("what is no ballot is not made", () => {
  const seed = new Uint8Array(32);
  const signature = new Uint8Array(256);
  const halves = { a: new Uint8Array(10), b: new Uint8Array(10) };
  const attempts = {
    "no signature": () => collected("thu", seed, [], envelope),
    "three signatures": () => collected("thu", seed, [signature, signature, signature], envelope),
    "a short signature": () => collected("thu", seed, [signature.subarray(1)], envelope),
    "a short seed": () => collected("thu", seed.subarray(1), [signature], envelope),
    "no digest": () => collected("thu", seed, [signature], envelope.subarray(1)),
    "no name": () => collected("", seed, [signature], envelope),
    "a name that is not ASCII": () => collected("thư", seed, [signature], envelope),
    "no half": () => card("thu", {}, envelope),
    "three halves": () => card("thu", { ...halves, c: new Uint8Array(10) }, envelope),
    "a short code": () => card("thu", { a: new Uint8Array(9) }, envelope),
  };
  for (const [name, attempt] of Object.entries(attempts)) {
    test(name, () => assert.rejects(attempt(), refusal("ballot-error")));
  }
});

test("a browser without Ed25519 is refused by name", async (context) => {
  const { importKey } = crypto.subtle;
  context.after(() => (crypto.subtle.importKey = importKey));
  crypto.subtle.importKey = function lacking(format, data, algorithm, ...rest) {
    if (algorithm.name === "Ed25519") return Promise.reject(new DOMException("no", "NotSupportedError"));
    return importKey.call(this, format, data, algorithm, ...rest);
  };
  await assert.rejects(publicOf(new Uint8Array(32)), refusal("ed25519-unavailable"));
  await assert.rejects(collected("thu", new Uint8Array(32), [new Uint8Array(256)], envelope), refusal("ed25519-unavailable"));
});
