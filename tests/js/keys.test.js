// Keys against the X-Wing draft's own vectors, and the passphrases that wrap them.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";

import { fromHex, toHex } from "../../static/src/lib/bytes.js";
import { keyPairOf, publicKeyOf, suite } from "../../static/src/lib/keys.js";
import { makePassphrase, normalPassphrase, wordList, WORDS } from "../../static/src/lib/passphrase.js";
import { vectors } from "./support.js";

const LIST = wordList(await readFile(new URL("../../static/src/data/words.txt", import.meta.url), "utf8"));

describe("X-Wing", async () => {
  for (const item of (await vectors("xwing.json")).vectors) {
    test(`vector ${item.seed.slice(0, 8)}`, async () => {
      assert.equal(toHex(await publicKeyOf(fromHex(item.seed))), item.public_key);
      const recipientKey = await keyPairOf(fromHex(item.seed));
      const secret = await suite.kem.decap({ recipientKey, enc: fromHex(item.ciphertext).buffer });
      assert.equal(toHex(new Uint8Array(secret)), item.shared_secret);
    });
  }
});

describe("the word list", () => {
  test("gives six words 62 bits or more, and holds each word once, in order", () => {
    assert.ok(LIST.length >= 1296);
    assert.ok(Math.log2(LIST.length) * WORDS >= 62);
    assert.deepEqual(LIST, [...new Set(LIST)].sort());
  });

  test("is typed on any keyboard: two to six letters without marks", () => {
    assert.deepEqual(LIST.filter((word) => !/^[a-z]{2,6}$/u.test(word)), []);
  });
});

describe("passphrases", () => {
  const bytes = (...values) => {
    const left = [...values];
    return (size) => Uint8Array.from({ length: size }, () => left.shift());
  };

  test("are six words of the list", () => {
    const words = makePassphrase(LIST).split(" ");
    assert.equal(words.length, WORDS);
    for (const word of words) assert.ok(LIST.includes(word));
    assert.notEqual(makePassphrase(LIST), makePassphrase(LIST));
  });

  test("draw anew where a remainder would favour the first words", () => {
    // 65 536 = 21 845 * 3 + 1: only the value 65 535 is over
    const drawn = makePassphrase(["a", "b", "c"], bytes(255, 255, 0, 0, 0, 1, 0, 2, 255, 255, 255, 254, 0, 3, 1, 0));
    assert.equal(drawn, "a b c c a b");
  });

  test("reach every word alike", () => {
    // all 65 536 draws once: each of three words comes up 21 845 times
    const counts = { a: 0, b: 0, c: 0 };
    let next = 0;
    const random = () => Uint8Array.of((next >> 8) & 255, next++ & 255);
    while (next + WORDS <= 65535) for (const word of makePassphrase(["a", "b", "c"], random).split(" ")) counts[word] += 1;
    const spread = Object.values(counts);
    assert.ok(Math.max(...spread) - Math.min(...spread) <= 1, `${spread}`);
  });

  test("may be typed with capitals, more blanks and composed otherwise", () => {
    assert.equal(normalPassphrase("  Mot  hai\tBA\n"), "mot hai ba");
    assert.equal(normalPassphrase("mo\u0302\u0323t"), "một");
  });
});
