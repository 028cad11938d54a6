// What the submit page makes of ballots: half-cards, the crowd, signatures, leaves, and codes before a camera.
import assert from "node:assert/strict";
import { constants, generateKeyPairSync, sign } from "node:crypto";
import { describe, test } from "node:test";

import qrcode from "qrcode-generator";

import { cardHash, collected, nonceOf } from "../../static/src/lib/ballot.js";
import { sha256, toB64url, toHex } from "../../static/src/lib/bytes.js";
import { encodeCode } from "../../static/src/lib/crockford.js";
import { holds, onlyGood } from "../../static/src/public/ballot-check.js";
import { crowdOf } from "../../static/src/public/ballot-crowd.js";
import { judgeHalves, readCard } from "../../static/src/public/ballot-halves.js";
import { expectedLeaf, judgePromise } from "../../static/src/public/promise.js";
import { judgeAnswer } from "../../static/src/public/receipt-verdict.js";
import { causeOf } from "../../static/src/public/scan.js";
import { withBallot } from "../../static/src/public/sealing.js";
import { leafHash } from "../../static/src/lib/merkle.js";
import { utf8 } from "../../static/src/lib/bytes.js";
import { parseVkey } from "../../static/src/lib/note.js";
import { makeLogKey } from "./public-support.js";

const CID = "phieu-2026";
const ISSUERS = ["thanh-tra", "van-phong"];
const random = (size) => crypto.getRandomValues(new Uint8Array(size));

describe("half-cards", async () => {
  const halves = { "thanh-tra": [random(10), random(10)], "van-phong": [random(10), random(10)] };
  const hashes = {};
  for (const issuer of ISSUERS) {
    hashes[issuer] = new Set(await Promise.all(halves[issuer].map(async (half) => toHex(await cardHash(half, CID, issuer)))));
  }
  const [a, b] = ISSUERS.map((issuer) => halves[issuer][0]);
  const judge = (...typed) => judgeHalves(typed, ISSUERS, hashes, CID);

  test("one of each makes a pair, in whichever fields they stand", async () => {
    const pair = { codes: { "thanh-tra": a, "van-phong": b } };
    assert.deepEqual(await judge(a, b), pair);
    assert.deepEqual(await judge(b, a), pair);
  });
  test("what makes no pair is told where it stands", async () => {
    assert.deepEqual(await judge(a, random(10)), { refusal: "halfUnknown", at: 1 });
    assert.deepEqual(await judge(random(10), b), { refusal: "halfUnknown", at: 0 });
    assert.deepEqual(await judge(a, a), { refusal: "halfSame", at: 1 });
    assert.deepEqual(await judge(a, halves["thanh-tra"][1]), { refusal: "halfBoth", at: 1, owner: "thanh-tra" });
    assert.deepEqual(await judge(b, halves["van-phong"][1]), { refusal: "halfBoth", at: 0, owner: "van-phong" });
  });
  test("halves of another consultation are none of this one", async () => {
    assert.deepEqual(await judgeHalves([a, b], ISSUERS, hashes, "khac-2026"), { refusal: "halfUnknown", at: 0 });
  });
  test("a code's text names issuer and code, and nothing else is taken for one", () => {
    assert.deepEqual(readCard(`PF1/CARD/VAN-PHONG/${encodeCode(b)}\n`), { issuer: "van-phong", code: encodeCode(b) });
    for (const text of ["", "PF1/CARD/VAN-PHONG/", `PF1/CLAIM/VAN-PHONG/${encodeCode(b)}`, `PF1/CARD/van-phong/${encodeCode(b)}`]) {
      assert.equal(readCard(text), null);
    }
  });
});

describe("the crowd", () => {
  const of = (turnout, kind) => crowdOf({ turnout, each: 3 }, kind);
  test("people are those who hold ballots of the same kind", () => {
    const turnout = { ballots: 60, cards: 60, used: 7 };
    assert.deepEqual(of(turnout, "collected"), { count: 60, people: 20, used: 7, few: "" });
    assert.deepEqual(of(turnout, "card"), { count: 60, people: 20, used: 7, few: "" });
  });
  test("fewer than 20 people are few, whichever kind of ballot they hold", () => {
    const turnout = { ballots: 57, cards: 57, used: 0 };
    assert.deepEqual([of(turnout, "collected").few, of(turnout, "card").few], ["fewPeople", "fewCards"]);
    assert.equal(of({ ...turnout, ballots: 58 }, "collected").people, 20);
  });
});

// Before the suite: one that waits for something may end before its tests have begun.
const SEED = random(32);
const NONCE = await nonceOf(SEED);

describe("a ballot's signatures", () => {
  const pairs = ISSUERS.map(() => generateKeyPairSync("rsa", { modulusLength: 2048 }));
  const issuers = pairs.map(({ publicKey }) => ({ publicKey: new Uint8Array(publicKey.export({ format: "der", type: "spki" })) }));
  const signed = (pair, message, saltLength = 48) =>
    new Uint8Array(sign("sha384", message, { key: pair.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }));
  const [seed, nonce] = [SEED, NONCE];
  const signatures = pairs.map((pair) => signed(pair, nonce));

  test("of every issuer, in their order, over this key", async () => {
    assert.ok(await holds({ seed, signatures }, issuers));
    const wrong = {
      "in another order": [...signatures].reverse(),
      "of one issuer": signatures.slice(0, 1),
      "of one issuer twice": [signatures[0], signatures[0]],
      "one more": [...signatures, signatures[0]],
      "of another key": pairs.map((pair) => signed(pair, random(32))),
      "with another salt": pairs.map((pair) => signed(pair, nonce, 32)),
      "of a wrong length": [signatures[0].subarray(1), signatures[1]],
    };
    for (const [name, given] of Object.entries(wrong)) assert.equal(await holds({ seed, signatures: given }, issuers), false, name);
    assert.deepEqual(await onlyGood([{ seed: random(32), signatures }, { seed, signatures }], issuers), [{ seed, signatures }]);
  });

  test("bind to one sealed envelope, and stand in the leaf that is promised", async () => {
    const envelope = random(64);
    const ballot = { id: "x", bind: (digest) => collected(CID, seed, signatures, digest) };
    const sealed = await withBallot({ envelope, body: { envelope: toB64url(envelope), locator_hash: "A" }, code: "C" }, ballot);
    assert.deepEqual(Object.keys(sealed.body).sort(), ["ballot", "envelope", "locator_hash"]);
    assert.equal(sealed.body.ballot, toB64url(await collected(CID, seed, signatures, await sha256(envelope))));
    assert.ok(!JSON.stringify(sealed.body).includes(toB64url(seed)));
    const log = await makeLogKey();
    const key = await parseVkey(log.vkey);
    const leaf = await expectedLeaf(CID, envelope, sealed.ballot);
    const digest = toHex(await sha256(envelope));
    const written = { ballot: sealed.ballot, consultation: CID, envelope_sha256: digest, type: "submission", v: 2 };
    assert.equal(leaf, JSON.stringify(written));
    const hash = Buffer.from(await leafHash(utf8(leaf))).toString("base64");
    const promise = log.note(`${log.name}/promise\n${hash}\n2026-11-25\n`);
    assert.deepEqual(await judgePromise({ leaf, promise }, CID, sealed, key), { verdict: "good", day: "2026-11-25" });
    // a leaf that leaves the ballot out, or one where none was sent, is not ours
    assert.deepEqual(await judgePromise({ leaf: await expectedLeaf(CID, envelope), promise: "" }, CID, sealed, key), { verdict: "bad" });
    assert.deepEqual(await judgePromise({ leaf, promise: "" }, CID, { envelope }, key), { verdict: "bad" });
    // and a receipt finds it
    const answer = { state: "waiting", promise, leaf, index: null, proof: "", log_vkey: log.vkey };
    assert.equal((await judgeAnswer(answer, log.vkey, "2026-11-24")).name, "waiting");
  });

  test("a receipt's leaf of an unknown version is bad, even under a good promise", async () => {
    const log = await makeLogKey();
    for (const leaf of [{ v: 2 }, { v: 3, ballot: "AA" }, {}]) {
      const text = JSON.stringify({ consultation: CID, envelope_sha256: "1".repeat(64), type: "submission", ...leaf });
      const hash = Buffer.from(await leafHash(utf8(text))).toString("base64");
      const promise = log.note(`${log.name}/promise\n${hash}\n2026-11-25\n`);
      const answer = { state: "waiting", promise, leaf: text, index: null, proof: "", log_vkey: log.vkey };
      assert.equal((await judgeAnswer(answer, log.vkey, "2026-11-24")).name, "bad");
    }
  });
});

describe("the scanner", async () => {
  // The worker's handlers, served to this thread: what it posts comes back here.
  const answers = [];
  let ask = null;
  globalThis.postMessage = (message) => answers.push(message);
  globalThis.addEventListener = (_, listener) => (ask = listener);
  await import("../../static/src/workers/scan.js");
  const decode = async (picture, patient = false) => {
    const at = answers.length;
    ask({ data: { id: at, type: "decode", data: { ...picture, pixels: picture.pixels.buffer, patient } } });
    while (answers.length === at) await new Promise((resolve) => setTimeout(resolve, 1));
    return answers[at].result;
  };

  /** The code with a quiet zone, `size` pixels a module, turned by `angle`, on a grey ground. */
  function picture(text, mode, { size = 6, angle = 0, correction = "M" } = {}) {
    const code = qrcode(0, correction);
    code.addData(text, mode);
    code.make();
    const count = code.getModuleCount();
    const side = (count + 8) * size;
    const full = Math.ceil(side * (Math.abs(Math.cos(angle)) + Math.abs(Math.sin(angle)))) + 20;
    const pixels = new Uint8ClampedArray(full * full * 4);
    for (let y = 0; y < full; y++) {
      for (let x = 0; x < full; x++) {
        const [dx, dy] = [x - full / 2, y - full / 2];
        const column = Math.floor((dx * Math.cos(angle) + dy * Math.sin(angle) + side / 2) / size) - 4;
        const row = Math.floor((dy * Math.cos(angle) - dx * Math.sin(angle) + side / 2) / size) - 4;
        const inside = column >= -4 && row >= -4 && column < count + 4 && row < count + 4;
        const coded = column >= 0 && row >= 0 && column < count && row < count;
        const grey = !inside ? 150 : coded && code.isDark(row, column) ? 30 : 235;
        pixels.set([grey, grey, grey, 255], (y * full + x) * 4);
      }
    }
    return { width: full, height: full, pixels };
  }

  test("reads half-cards and claim slips, level and turned", async () => {
    for (const text of ["PF1/CARD/VAN-PHONG/ABCD-EFGH-JKMN-PQRS-TV", `PF1/CLAIM/THANH-TRA/CB001/ABCD-EFGH-JKMN-PQRS-TV/${"0F".repeat(8)}`]) {
      for (const angle of [0, 0.2, Math.PI / 2, 3]) assert.equal(await decode(picture(text, "Alphanumeric", { angle })), text);
    }
  });
  test("reads a printed ballot of two issuers, the densest of the codes", async () => {
    const text = `PF1/BALLOT/${"c".repeat(40)}/${toB64url(random(32 + 2 * 256))}`;
    assert.equal(await decode(picture(text, "Byte", { size: 5, correction: "L" })), text);
    assert.equal(await decode(picture(text, "Byte", { size: 4, angle: 0.1, correction: "M" }), true), text);
  });
  test("says nothing where there is no code", async () => {
    assert.equal(await decode({ width: 64, height: 64, pixels: new Uint8ClampedArray(64 * 64 * 4).fill(200) }), null);
  });
  test("knows why there is no picture", () => {
    const names = ["NotAllowedError", "SecurityError", "NotFoundError", "OverconstrainedError", "NotReadableError", "AbortError"];
    assert.deepEqual(names.map((name) => causeOf({ name })), ["denied", "denied", "none", "none", "busy", "busy"]);
  });
});
