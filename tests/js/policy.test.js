import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";

import { isQuorum, judgeWitnesses, parsePolicy } from "../../static/src/lib/policy.js";
import { parseVkey } from "../../static/src/lib/note.js";
import { OUT, vectors } from "./make-witness-vectors.mjs";
import { fixedKey, noteOf } from "./witness-support.js";

const OURS = JSON.parse(await readFile(OUT, "utf8"));
const LOG = await fixedKey("log.example.org/thử", 1, 1);
const [A, B, C] = await Promise.all(["a", "b", "c"].map((name, at) => fixedKey(`witness.example/${name}`, 10 + at)));
const TEXT = `${LOG.name}\n4\n${"A".repeat(43)}=\n`;
const KEY = await parseVkey(LOG.vkey);
const TWO_OF_THREE = `log ${LOG.vkey}\nwitness a ${A.vkey}\nwitness b ${B.vkey}\nwitness c ${C.vkey}\ngroup g 2 a b c\nquorum g\n`;

const judge = async (note, policy = TWO_OF_THREE, key = KEY) => judgeWitnesses(note, await parsePolicy(policy), key);
const refuses = (text, cause) =>
  assert.rejects(parsePolicy(text), (error) => {
    assert.equal(error.code, "malformed-policy", text);
    if (cause !== undefined) assert.equal(error.cause, cause);
    return true;
  });

test("the vectors that Python reads are what this code writes", async () => {
  assert.deepEqual(JSON.parse(JSON.stringify(await vectors())), OURS);
});

describe("policies of the vectors", () => {
  for (const { name, policy, note, verdict, witnesses } of OURS.judged) {
    test(name, async () => {
      const judged = await judgeWitnesses(note, await parsePolicy(policy), await parseVkey(OURS.log));
      assert.equal(judged.verdict, verdict);
      assert.deepEqual(Object.fromEntries(judged.witnesses.map((one) => [one.name, one.state])), witnesses);
    });
  }
  for (const [why, text] of OURS.refused) test(`refused: ${why}`, () => refuses(text));
});

describe("a policy file", () => {
  test("has comments, blanks, tabs, URLs, and names that are octets", async () => {
    const text = `# Chính sách\n\n \t log  ${LOG.vkey}\thttps://log.example/ \nwitness nhân-chứng ${A.vkey} https://w.example\n  #x\nquorum nhân-chứng\n`;
    const policy = await parsePolicy(text);
    assert.deepEqual([policy.logs[0].url, policy.witnesses[0].url], ["https://log.example/", "https://w.example"]);
    assert.deepEqual((await judge(noteOf(TEXT, LOG, A), text)).witnesses.map(({ name }) => name), ["nhân-chứng"]);
    assert.deepEqual(await parsePolicy(new TextEncoder().encode(text)), policy);
  });

  test("may hold octets that are no UTF-8, in names and comments", async () => {
    const latin = (name) => Buffer.from(`# \u00e9\nwitness ${name} ${A.vkey}\nquorum ${name}\n`, "latin1");
    assert.equal((await parsePolicy(latin("\u00ff"))).quorum, "\u00ff");
    await refuses(Buffer.from(`witness a ${A.vkey.replace("witness", "\u00ff")}\nquorum a\n`, "latin1"), "malformed-key");
  });

  test("names the line at fault", async () => {
    await assert.rejects(parsePolicy(`log ${LOG.vkey}\n\nwitness a ${A.vkey.replace("+", "+0")}\nquorum a\n`), {
      code: "malformed-policy", line: 3, cause: "malformed-key",
    });
  });

  test("takes no word of JavaScript's own for one of the policy's", async () => {
    for (const word of ["constructor", "__proto__", "toString"]) {
      await refuses(`${word} a\nquorum none\n`);
      await refuses(`witness a ${A.vkey}\ngroup g ${word} a\nquorum g\n`);
      await refuses(`witness a ${A.vkey}\nquorum ${word}\n`);
    }
  });

  test("takes a hundred thousand groups, each inside the next", async () => {
    const groups = Array.from({ length: 100_000 }, (_, at) => `group g${at} all ${at ? `g${at - 1}` : "a"}\n`).join("");
    const policy = await parsePolicy(`witness a ${A.vkey}\n${groups}quorum g99999\n`);
    assert.ok(isQuorum(policy, new Set(["a"])));
    assert.ok(!isQuorum(policy, new Set()));
  });
});

describe("tampering", () => {
  const GOOD = noteOf(TEXT, LOG, A, B);

  test("one changed bit in a cosignature is a false one, however many others hold", async () => {
    const [head, encoded] = /^(\u2014 witness.example\/b )(.+)$/mu.exec(GOOD).slice(1);
    const raw = Buffer.from(encoded, "base64");
    for (let bit = 32; bit < raw.length * 8; bit += 1) {
      raw[bit >> 3] ^= 1 << (bit & 7);
      const forged = GOOD.replace(head + encoded, head + raw.toString("base64"));
      raw[bit >> 3] ^= 1 << (bit & 7);
      const { verdict, witnesses } = await judge(forged);
      assert.deepEqual([verdict, witnesses.map(({ state }) => state)], ["false", ["good", "false", "missing"]]);
    }
  });

  test("a changed key id or name makes it nobody's line", async () => {
    const raw = Buffer.from(/b (.+)\n/u.exec(GOOD)[1], "base64");
    raw[0] ^= 1;
    for (const forged of [GOOD.replace(/(example\/b ).+/u, `$1${raw.toString("base64")}`), GOOD.replace("example/b", "example/x")]) {
      assert.equal((await judge(forged)).verdict, "fails");
    }
  });

  test("a cosignature moved to another checkpoint is false", async () => {
    const other = TEXT.replace("\n4\n", "\n5\n");
    assert.equal((await judge(`${other}\n${LOG.line(other)}${A.line(TEXT)}${B.line(other)}`)).verdict, "false");
  });

  test("the log's own line, or one witness twice, makes no quorum", async () => {
    assert.equal((await judge(noteOf(TEXT, LOG, LOG, A, A))).verdict, "fails");
  });

  test("a second, false line of a witness is seen", async () => {
    assert.equal((await judge(`${noteOf(TEXT, LOG, A, B)}${A.line(TEXT.replace("4", "5"))}`)).verdict, "false");
  });

  test("a log that the policy does not list is another log", async () => {
    const other = await fixedKey(LOG.name, 2, 1);
    assert.equal((await judge(noteOf(TEXT, other, A, B), TWO_OF_THREE, await parseVkey(other.vkey))).verdict, "other-log");
  });

  test("a browser without Ed25519 has checked nothing", async (t) => {
    t.mock.method(crypto.subtle, "importKey", () => Promise.reject(new DOMException("", "NotSupportedError")));
    const { verdict, witnesses } = await judge(GOOD);
    assert.deepEqual([verdict, witnesses[0].state], ["unchecked", "unchecked"]);
  });
});
