// Collecting in the browser: both halves of the vectors (tests/vectors/crypto/collecting-*.json), files, and what is refused.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";

import { collected } from "../../static/src/lib/ballot.js";
import { messages, readFile, readPrinted, writeFile, writePrinted } from "../../static/src/lib/ballot-file.js";
import { fromB64url, toB64url, utf8 } from "../../static/src/lib/bytes.js";
import { begin, finish, keyId, loadPublic, unblind } from "../../static/src/lib/collecting.js";
import { fromHex, refusal, vectors } from "./support.js";

const PYTHON = await vectors("collecting-python.json");

/** A vector's collection as this code keeps it, and the issuers' answers. */
function restored(found) {
  const lists = (entries, read) => Object.fromEntries(Object.entries(entries).map(([name, item]) => [name, read(item)]));
  const collection = {
    consultation: found.consultation,
    keys: lists(found.issuers, (issuer) => fromB64url(issuer.public_key)),
    seeds: found.seeds.map(fromB64url),
    blinded: lists(found.blinded, (items) =>
      items.map(({ message, inverse }) => ({ message: fromB64url(message), inverse: fromB64url(inverse) })),
    ),
  };
  return { collection, answers: lists(found.answers, (items) => items.map(fromB64url)) };
}

for (const maker of ["python", "js"]) {
  describe(`a collection that ${maker} began`, async () => {
    const found = await vectors(`collecting-${maker}.json`);
    const { collection, answers } = restored(found);

    test("is finished here, and its file and ballots are the same", async () => {
      const held = await finish(collection, answers);
      assert.equal(writeFile(found.consultation, held), found.file);
      assert.deepEqual(readFile(utf8(found.file)), { consultation: found.consultation, ballots: held });
      for (const [at, { seed, signatures }] of held.entries()) {
        const spent = await collected(found.consultation, seed, signatures, fromHex(found.envelope_sha256));
        assert.equal(toB64url(spent), found.ballots[at]);
      }
    });

    test("gives nothing for answers of another key, order or number", async () => {
      const [first, second] = Object.keys(collection.keys);
      const bad = refusal("blind-signature-error");
      await assert.rejects(unblind(collection, first, answers[second]), bad);
      await assert.rejects(unblind(collection, first, [...answers[first]].reverse()), bad);
      await assert.rejects(unblind(collection, first, answers[first].map((one) => one.subarray(1))), bad);
      await assert.rejects(unblind(collection, first, answers[first].slice(1)), refusal("ballot-error"));
      await assert.rejects(finish(collection, { [first]: answers[first] }), refusal("ballot-error"));
      const changed = answers[first].map((one) => one.map((byte, at) => (at === 100 ? byte ^ 1 : byte)));
      await assert.rejects(unblind(collection, first, changed), bad);
    });
  });
}

test("each collection is drawn afresh, and no issuer sees what another does", async () => {
  const { collection: { keys } } = restored(PYTHON);
  const counts = [];
  const [one, other] = [await begin("thu", keys, 2, (done) => counts.push(done)), await begin("thu", keys, 2)];
  const all = [one, other].flatMap((made) => [
    ...made.seeds,
    ...Object.keys(keys).flatMap((issuer) => made.blinded[issuer].flatMap(({ message, inverse }) => [message, inverse])),
  ]);
  assert.equal(new Set(all.map(toB64url)).size, 2 * (2 + 2 * 2 * 2));
  assert.deepEqual(counts, [1, 2, 3, 4]);
  assert.ok(messages(one, "thanh-tra").every((message) => message.length === 256));
  for (const each of [0, 10, -1, NaN, undefined]) await assert.rejects(begin("thu", keys, each), refusal("ballot-error"));
});

describe("an issuer's key", () => {
  const der = fromB64url(PYTHON.issuers["thanh-tra"].public_key);
  const made = (options) => new Uint8Array(generateKeyPairSync("rsa", options).publicKey.export({ type: "spki", format: "der" }));

  test("is RSA with 2048 bits and the exponent 65537", async () => {
    assert.equal((await loadPublic(der)).algorithm.modulusLength, 2048);
    assert.match(await keyId(der), /^[0-9a-f]{64}$/u);
  });

  const strangers = {
    "a shorter one": made({ modulusLength: 1024 }),
    "a longer one": made({ modulusLength: 3072 }),
    "another exponent": made({ modulusLength: 2048, publicExponent: 3 }),
    "bytes after it": new Uint8Array([...der, 0]),
    "an elliptic one": new Uint8Array(generateKeyPairSync("ed25519").publicKey.export({ type: "spki", format: "der" })),
    nothing: new Uint8Array(0),
  };
  for (const [name, bytes] of Object.entries(strangers)) {
    test(`is not ${name}`, () => assert.rejects(loadPublic(bytes), refusal("key-format-error")));
  }
});

describe("ballot files", () => {
  const document = JSON.parse(PYTHON.file);
  const [ballot] = document.ballots;
  const changes = [
    { v: 2 }, { v: true }, { type: "ballot" }, { consultation: "X" }, { consultation: 77 }, { ballots: [] }, { ballots: {} },
    { ballots: Array(10).fill(ballot) }, { ballots: [{ ...ballot, seed: "AA" }] }, { ballots: [{ ...ballot, signatures: [] }] },
    { ballots: [{ ...ballot, signatures: ["AAAA"] }] }, { ballots: [null] }, { ballots: [{ seed: ballot.seed }] },
  ];
  for (const change of changes) {
    test(`refuse ${JSON.stringify(change).slice(0, 50)}`, () => {
      assert.throws(() => readFile(utf8(JSON.stringify({ ...document, ...change }))), refusal("ballot-error"));
    });
  }

  test("refuse what is no JSON", () => {
    for (const data of ["", "null", "[]", "{", "PFB1"]) assert.throws(() => readFile(utf8(data)), refusal("ballot-error"));
  });

  test("a printed ballot is read back; another code is none", () => {
    const { consultation, ballots } = readFile(utf8(PYTHON.file));
    const text = writePrinted(consultation, ballots[0]);
    assert.deepEqual(readPrinted(text), { consultation, ballot: ballots[0] });
    const wrong = ["", text.slice(0, -4), text.toUpperCase(), text.replace("BALLOT", "CARD"), `${text}=`, `${text}AAAA`];
    for (const one of wrong) assert.throws(() => readPrinted(one), refusal("ballot-error"), one.slice(0, 30));
  });
});
