// The browser's crypto against the vectors that portal/crypto is held to as well (tests/vectors/crypto).

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { fromB64url, fromHex, sha256, toB64url, toHex, utf8 } from "../../static/src/lib/bytes.js";
import { canonicalBytes, parseCanonical } from "../../static/src/lib/canonical.js";
import { ALPHABET, encodeCode, parseCode } from "../../static/src/lib/crockford.js";
import { openWith, parseEnvelope, seal, WRAP_SIZE } from "../../static/src/lib/envelope.js";
import { kidOf, newSeed, publicKeyOf } from "../../static/src/lib/keys.js";
import { addPasskey, rewrap, unwrap, unwrapWithPrf, wrap } from "../../static/src/lib/keywrap.js";
import { COMMENT_SIZE, pad, unpad } from "../../static/src/lib/padding.js";
import { buildPayload, parsePayload, TEXT_MAX } from "../../static/src/lib/payload.js";
import { locator, locatorHash, newReceipt, replySeed } from "../../static/src/lib/receipt.js";
import { parseDocument, parseWrapped, withoutPasskey } from "../../static/src/lib/wrapped.js";
import { refusal, seedOf, vectors } from "./support.js";

const CANONICAL = await vectors("canonical.json");
const CODES = await vectors("codes.json");
const PADDING = await vectors("padding.json");
const PAYLOAD = await vectors("payload.json");
const QUICK = { memoryKib: 8192, timeCost: 1 };

describe("canonical JSON", () => {
  for (const { document, bytes } of CANONICAL.documents) {
    test(`writes and reads ${bytes.slice(0, 20)}`, () => {
      assert.equal(toHex(canonicalBytes(document)), bytes);
      assert.deepEqual(parseCanonical(fromHex(bytes)), document);
    });
  }

  for (const bytes of CANONICAL.refused) {
    test(`refuses ${bytes.slice(0, 30) || "nothing"}`, () => {
      assert.throws(() => parseCanonical(fromHex(bytes)), refusal("not-canonical"));
    });
  }

  for (const value of [1.5, NaN, Infinity, 2 ** 53, "e\u0302", "\ud800", undefined, 1n, new Date(0), new Map(), () => 1]) {
    test(`does not write ${typeof value} ${String(value)}`, () => {
      assert.throws(() => canonicalBytes({ a: value }), refusal("not-canonical"));
    });
  }

  test("only objects are documents", () => {
    for (const value of [null, 1, "x", [], true]) assert.throws(() => canonicalBytes(value), refusal("not-canonical"));
  });
});

describe("texts of bytes", () => {
  test("base64url and hexadecimal round-trip", () => {
    for (let size = 0; size < 40; size += 1) {
      const data = Uint8Array.from({ length: size }, (_, at) => (at * 83 + size) & 255);
      assert.deepEqual(fromB64url(toB64url(data)), data);
      assert.deepEqual(fromHex(toHex(data)), data);
    }
  });

  for (const text of ["A", "AB==", "AB", "A A", "AA\n", "A+", "A/", "Đ", "AAA=", "=", null, 5]) {
    test(`base64url refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => fromB64url(text), refusal("crypto-error"));
    });
  }

  for (const text of ["0", "0G", "AA", " 00", null]) {
    test(`hexadecimal refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => fromHex(text), refusal("crypto-error"));
    });
  }
});

describe("receipts", () => {
  for (const item of CODES.receipts) {
    test(`derives the same from ${item.code}`, async () => {
      const raw = parseCode(item.code);
      assert.equal(toHex(raw), item.raw);
      assert.equal(encodeCode(raw), item.code);
      assert.equal(toHex(await locator(raw)), item.locator);
      assert.equal(toHex(await locatorHash(raw)), item.locator_hash);
      assert.equal(toHex(await replySeed(raw)), item.reply_seed);
      assert.equal(await kidOf(await publicKeyOf(await replySeed(raw))), item.reply_kid);
    });
  }

  for (const code of CODES.typed.codes) {
    test(`reads ${JSON.stringify(code)}`, () => assert.equal(toHex(parseCode(code)), CODES.typed.raw));
  }

  for (const { code, error } of CODES.refused) {
    test(`refuses ${JSON.stringify(code)}`, () => assert.throws(() => parseCode(code), refusal(error)));
  }

  test("every wrong symbol and every swap of neighbours is found", () => {
    for (let round = 0; round < 20; round += 1) {
      const raw = newReceipt();
      const symbols = [...encodeCode(raw).replaceAll("-", "")];
      const refused = (changed) => assert.throws(() => parseCode(changed.join("")), refusal("receipt-check"));
      symbols.forEach((right, at) => {
        for (const wrong of ALPHABET) if (wrong !== right) refused(replaced(symbols, at, wrong));
        const next = symbols[at + 1];
        if (next !== undefined && next !== right) refused(replaced(replaced(symbols, at, next), at + 1, right));
      });
    }
  });
});

function replaced(list, at, value) {
  const copy = [...list];
  copy[at] = value;
  return copy;
}

describe("padding", () => {
  for (const { payload, size, padded } of PADDING.padded) {
    test(`${payload || "nothing"} in ${size}`, () => {
      assert.equal(toHex(pad(fromHex(payload), size)), padded);
      assert.equal(toHex(unpad(fromHex(padded))), payload);
    });
  }

  for (const data of PADDING.refused) {
    test(`refuses ${data || "nothing"}`, () => assert.throws(() => unpad(fromHex(data)), refusal("padding-error")));
  }

  test("the fullest comment, and one byte more", async () => {
    const { repeat, times, sha256: digest } = PADDING.comment;
    const payload = utf8(repeat.repeat(times));
    assert.equal(toHex(await sha256(pad(payload))), digest);
    assert.deepEqual(unpad(pad(payload)), payload);
    assert.throws(() => pad(new Uint8Array(payload.length + 1)), refusal("padding-error"));
  });

  test("a view into a larger buffer is read from its own start", () => {
    const larger = new Uint8Array([9, 9, 9, 0, 0, 0, 1, 7, 0]);
    assert.deepEqual(unpad(larger.subarray(3)), Uint8Array.of(7));
  });
});

describe("payload", () => {
  const first = JSON.parse(new TextDecoder().decode(fromHex(PAYLOAD.accepted[0].bytes)));

  for (const { fields, bytes } of PAYLOAD.accepted) {
    test(`writes and reads ${fields.topic}`, () => {
      const { reply_key, ...rest } = fields;
      const comment = { ...rest, replyKey: fromB64url(reply_key) };
      assert.equal(toHex(buildPayload(comment)), bytes);
      assert.deepEqual(parsePayload(fromHex(bytes)), comment);
    });
  }

  for (const change of PAYLOAD.changes) {
    test(`refuses ${JSON.stringify(change).slice(0, 40)}`, () => {
      assert.throws(() => parsePayload(canonicalBytes({ ...first, ...change })), refusal("payload-error"));
    });
  }

  for (const name of PAYLOAD.absent) {
    test(`refuses the lack of ${name}`, () => {
      const { [name]: _, ...rest } = first;
      assert.throws(() => parsePayload(canonicalBytes(rest)), refusal("payload-error"));
    });
  }

  test("text is counted in code points", () => {
    const replyKey = new Uint8Array(1216);
    const comment = { consultation: "thu", topic: "praise", text: "\u{1f600}".repeat(10), replyKey };
    assert.equal(parsePayload(buildPayload(comment, 10), 10).text, comment.text);
    assert.throws(() => buildPayload(comment, 9), refusal("payload-error"));
    assert.throws(() => parsePayload(buildPayload(comment), 9), refusal("payload-error"));
    assert.throws(() => buildPayload({ ...comment, text: "e\u0302" }), refusal("payload-error"));
    pad(buildPayload({ ...comment, text: "\u{1f600}".repeat(TEXT_MAX) }));
  });
});

for (const maker of ["python", "js"]) {
  describe(`envelopes sealed by ${maker}`, async () => {
    const found = await vectors(`envelope-${maker}.json`);

    test("open for whom they were sealed to, and for nobody else", async () => {
      for (const { envelope, recused } of found.envelopes) {
        const data = fromB64url(envelope);
        assert.equal(parseEnvelope(data).header.consultation, found.consultation);
        for (const { kid, seed } of found.moderators) {
          if (recused.includes(kid)) await assert.rejects(openWith(fromHex(seed), data), refusal("cannot-open"));
          else assert.deepEqual(await openWith(fromHex(seed), data), utf8(found.payload));
        }
        await assert.rejects(openWith(newSeed(), data), refusal("cannot-open"));
      }
    });

    for (const { field, at, xor, error } of found.damaged) {
      test(`refuse a changed ${field}`, async () => {
        const data = fromB64url(found.envelopes[0].envelope);
        data[at] ^= xor;
        await assert.rejects(openWith(fromHex(found.moderators[0].seed), data), refusal(error));
      });
    }
  });

  describe(`keys wrapped by ${maker}`, async () => {
    const found = await vectors(`keywrap-${maker}.json`);

    for (const { passphrase, text } of found.wrapped) {
      test(`unwrap by ${passphrase}`, async () => {
        assert.equal(toHex(await unwrap(text, passphrase, found.kid)), found.seed);
        assert.equal(toHex(await unwrap(text, passphrase.normalize("NFD"), found.kid)), found.seed);
      });
    }
  });

  describe(`keys under passkeys by ${maker}`, async () => {
    const { kid, seed, passphrase, text, passkeys, refused } = await vectors(`passkey-${maker}.json`);

    test("unwrap by each passkey and by the passphrase", async () => {
      for (const { prf, id } of passkeys) {
        assert.equal(toHex(await unwrapWithPrf(text, kid, { prf: fromHex(prf), id: fromHex(id) })), seed);
      }
      assert.equal(toHex(await unwrap(text, passphrase, kid)), seed);
    });

    test("do not unwrap by another passkey's output, or for another key", async () => {
      const [one, other] = passkeys.map(({ prf, id }) => ({ prf: fromHex(prf), id: fromHex(id) }));
      const wrong = refusal("wrong-passkey");
      await assert.rejects(unwrapWithPrf(text, kid, { prf: one.prf, id: other.id }), wrong);
      await assert.rejects(unwrapWithPrf(text, "0".repeat(32), one), wrong);
      await assert.rejects(unwrapWithPrf(text, kid, { ...one, id: new Uint8Array(16) }), wrong);
      await assert.rejects(unwrapWithPrf(text, kid, { ...one, prf: new Uint8Array(31) }), refusal("key-wrap-error"));
    });

    test("are read in one form only", () => {
      assert.equal(parseDocument(text).passkeys.length, 2);
      for (const other of refused) assert.throws(() => parseDocument(other), refusal("key-wrap-error"), other);
    });
  });
}

describe("the ways to one seed", async () => {
  const seed = await seedOf("ways");
  const kid = await kidOf(await publicKeyOf(seed));
  const cost = { memoryKib: 8192, timeCost: 1 };
  const passkey = { prf: await seedOf("prf"), id: (await seedOf("id")).slice(0, 16), salt: await seedOf("salt") };
  const plain = await wrap(seed, "sau tu", kid, cost);

  test("a passkey is added beside the passphrase, and taken away again", async () => {
    const both = await addPasskey(plain, seed, kid, passkey);
    assert.deepEqual(await unwrap(both, "sau tu", kid), seed);
    assert.deepEqual(await unwrapWithPrf(both, kid, passkey), seed);
    const id = JSON.parse(both).passkeys[0].id;
    assert.deepEqual(withoutPasskey(JSON.parse(both), id), JSON.parse(plain));
    assert.deepEqual(withoutPasskey(JSON.parse(both), "AAAA"), JSON.parse(both));
  });

  test("a passkey that is added again takes its own place", async () => {
    const twice = await addPasskey(await addPasskey(plain, seed, kid, passkey), seed, kid, passkey);
    assert.equal(parseDocument(twice).passkeys.length, 1);
  });

  test("another passphrase leaves the passkeys as they are", async () => {
    const changed = await rewrap(await addPasskey(plain, seed, kid, passkey), seed, "tu khac", kid);
    assert.deepEqual(await unwrap(changed, "tu khac", kid), seed);
    assert.deepEqual(await unwrapWithPrf(changed, kid, passkey), seed);
    await assert.rejects(unwrap(changed, "sau tu", kid), refusal("wrong-passphrase"));
  });

  test("five passkeys and no more", async () => {
    let text = plain;
    for (let at = 0; at < 5; at += 1) text = await addPasskey(text, seed, kid, { ...passkey, id: await seedOf(`id${at}`) });
    assert.equal(parseDocument(text).passkeys.length, 5);
    const sixth = await addPasskey(text, seed, kid, passkey);
    assert.throws(() => parseDocument(sixth), refusal("key-wrap-error"));
  });
});

describe("sealing", async () => {
  const seeds = await Promise.all(["một", "hai", "ba"].map(seedOf));
  const everybody = await Promise.all(
    seeds.map(async (seed) => {
      const publicKey = await publicKeyOf(seed);
      return { kid: await kidOf(publicKey), publicKey, include: true };
    }),
  );
  const sealed = (recipients, payload = utf8("thử")) => seal(payload, { consultation: "thu", recipients });

  test("recusal changes neither size nor structure", async () => {
    const some = everybody.map((item, at) => ({ ...item, include: at !== 1 }));
    const [one, other] = [await sealed(everybody), await sealed(some)];
    const [all, less] = [parseEnvelope(one), parseEnvelope(other)];
    assert.equal(one.length, other.length);
    assert.deepEqual(all.head, less.head);
    assert.deepEqual([...all.wraps.keys()], [...less.wraps.keys()]);
    for (const wrap of [...all.wraps.values(), ...less.wraps.values()]) {
      assert.equal(wrap.length, WRAP_SIZE);
      assert.ok(new Set(wrap).size > 200); // as varied as ciphertext is
    }
    await assert.rejects(openWith(seeds[1], other), refusal("cannot-open"));
    assert.deepEqual(await openWith(seeds[0], other), utf8("thử"));
    assert.deepEqual(await openWith(seeds[2], other), utf8("thử"));
  });

  test("size does not depend on the payload", async () => {
    const sizes = [0, 1, COMMENT_SIZE - 4].map(async (size) => (await sealed(everybody, new Uint8Array(size))).length);
    assert.equal(new Set(await Promise.all(sizes)).size, 1);
    await assert.rejects(sealed(everybody, new Uint8Array(COMMENT_SIZE - 3)), refusal("padding-error"));
  });

  test("what nobody could open is not sealed", async () => {
    await assert.rejects(sealed([]), refusal("envelope-error"));
    await assert.rejects(sealed(everybody.map((item) => ({ ...item, include: false }))), refusal("envelope-error"));
    // "include" must be said: neither a lack of it nor a text is a yes
    await assert.rejects(sealed(everybody.map((item) => ({ ...item, include: "no" }))), refusal("envelope-error"));
    await assert.rejects(sealed([everybody[0], everybody[0]]), refusal("envelope-error"));
    await assert.rejects(sealed([{ ...everybody[0], kid: everybody[1].kid }]), refusal("envelope-error"));
  });

  test("bytes that are no public key are refused", async () => {
    const bad = [new Uint8Array(1216).fill(255), everybody[0].publicKey.map((byte, at) => (at < 1184 ? byte : 0))];
    for (const publicKey of bad) {
      const recipients = [{ kid: await kidOf(publicKey), publicKey, include: true }];
      await assert.rejects(sealed(recipients), refusal("key-format-error"));
    }
    await assert.rejects(kidOf(new Uint8Array(1215)), refusal("key-format-error"));
    await assert.rejects(publicKeyOf(new Uint8Array(31)), refusal("key-format-error"));
  });

  test("a truncated or lengthened envelope is none", async () => {
    const data = await sealed(everybody);
    for (const length of [0, 3, 5, 6, 100, data.length - WRAP_SIZE, data.length - 1]) {
      assert.throws(() => parseEnvelope(data.slice(0, length)), refusal("envelope-error"));
    }
    assert.throws(() => parseEnvelope(new Uint8Array([...data, 0])), refusal("envelope-error"));
  });
});

describe("wrapping", async () => {
  const seed = await seedOf("wrap");
  const kid = await kidOf(await publicKeyOf(seed));
  const text = await wrap(seed, "sau tu ngau nhien", kid, QUICK);

  test("is fresh, and bound to key and passphrase", async () => {
    assert.notEqual(await wrap(seed, "sau tu ngau nhien", kid, QUICK), text);
    assert.deepEqual(await unwrap(text, "sau tu ngau nhien", kid), seed);
    await assert.rejects(unwrap(text, "sau tu ngau nhiem", kid), refusal("wrong-passphrase"));
    await assert.rejects(unwrap(text, "", kid), refusal("wrong-passphrase"));
    await assert.rejects(unwrap(text, "sau tu ngau nhien", "0".repeat(32)), refusal("wrong-passphrase"));
  });

  const document = JSON.parse(text);
  const changes = [{ v: 2 }, { v: true }, { kdf: "scrypt" }, { m: 8191 }, { m: 2 ** 21 }, { t: 0 }, { p: 5 }, { salt: "" }, { more: 1 }];
  for (const change of changes) {
    test(`refuses ${JSON.stringify(change)}`, () => {
      const changed = new TextDecoder().decode(canonicalBytes({ ...document, ...change }));
      assert.throws(() => parseWrapped(changed), refusal("key-wrap-error"));
    });
  }
});

test("without WebCrypto everything is refused, nothing falls back", async (context) => {
  const seed = await seedOf("none");
  const publicKey = await publicKeyOf(seed);
  const recipients = [{ kid: await kidOf(publicKey), publicKey, include: true }];
  const own = Object.getOwnPropertyDescriptor(globalThis, "crypto");
  context.after(() => Object.defineProperty(globalThis, "crypto", own));
  const random = crypto.getRandomValues.bind(crypto);
  for (const value of [undefined, {}, { getRandomValues: random }]) { // the last: a page that is no secure context
    Object.defineProperty(globalThis, "crypto", { configurable: true, value });
    const attempts = [
      () => seal(utf8("x"), { consultation: "thu", recipients }),
      () => openWith(seed, new Uint8Array(8)),
      () => locatorHash(new Uint8Array(10)),
      () => publicKeyOf(seed),
      () => wrap(seed, "sau tu", "0".repeat(32), QUICK),
    ];
    for (const attempt of attempts) await assert.rejects(async () => attempt(), refusal("no-webcrypto"));
  }
});
