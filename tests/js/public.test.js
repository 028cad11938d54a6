import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { formatReceipt, locatorHash } from "../../static/src/lib/receipt.js";
import { fromB64url, sha256 } from "../../static/src/lib/bytes.js";
import { utf8 } from "../../static/src/lib/bytes.js";
import { leafHash } from "../../static/src/lib/merkle.js";
import { showDay } from "../../static/src/public/dom.js";
import { expectedLeaf, judgePromise } from "../../static/src/public/promise.js";
import { CodeError, locatorOf, readCode } from "../../static/src/public/receipt-code.js";
import { judgeAnswer } from "../../static/src/public/receipt-verdict.js";
import { sameEnd } from "../../static/src/public/saved.js";
import { checkSealing } from "../../static/src/public/sealing-info.js";
import { makeLogKey, makeSealing, proofFile } from "./public-support.js";

const LOG = await makeLogKey();
const { document: SEALING, submission: ENTRY } = await makeSealing(LOG);
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const promiseOf = async (leaf, day, key = LOG) =>
  key.note(`${key.name}/promise\n${base64(await leafHash(utf8(leaf)))}\n${day}\n`);

describe("sealing.json", () => {
  test("keys that the log shows are taken", async () => {
    const info = await checkSealing(SEALING, "thu-2026");
    assert.deepEqual(info.keys.map(({ kid }) => kid), SEALING.keys.map(({ kid }) => kid));
    assert.equal(info.keys[0].publicKey.length, 1216);
  });

  test("a key that the log shows as revoked is told apart", async () => {
    const { document } = await makeSealing(LOG, 1);
    const info = await checkSealing(document, "thu-2026");
    assert.deepEqual(info.keys.map(({ revoked }) => revoked), [true, false]);
  });
  test("refused: one key's revocation shown as another's, or of every key", async () => {
    const { document } = await makeSealing(LOG, 1);
    const moved = structuredClone(document);
    [moved.keys[0].revoked, moved.keys[1].revoked] = [null, moved.keys[0].revoked];
    await assert.rejects(checkSealing(moved, "thu-2026"));
    const all = structuredClone(document);
    all.keys[1].revoked = all.keys[0].revoked;
    await assert.rejects(checkSealing(all, "thu-2026"));
  });

  const lies = {
    "an invented revocation": (d) => (d.keys[0].revoked = { index: d.keys[0].index, leaf: d.keys[0].leaf, proof: d.keys[0].proof }),
    "another public key": (d) => (d.keys[0].public_key = "A".repeat(1621) + "A"),
    "the keys of each other": (d) => ([d.keys[0].public_key, d.keys[1].public_key] = [d.keys[1].public_key, d.keys[0].public_key]),
    "a key withheld": (d) => d.keys.pop(),
    "no key at all": (d) => (d.keys = []),
    "another order": (d) => d.keys.reverse(),
    "another key id": (d) => (d.keys[0].kid = "0".repeat(32)),
    "a key leaf that is not logged": (d) => (d.keys[0].leaf = d.keys[0].leaf.replace("add", "revoke")),
    "a proof of another leaf": (d) => (d.keys[0].proof = d.keys[1].proof),
    "other settings": (d) => (d.settings.max_chars = 1500),
    "another consultation": (d) => (d.consultation = "khac-2026"),
    "a key leaf as the consultation's": (d) => (d.consultation_leaf = d.keys[0]),
    "a checkpoint that was not signed": (d) => (d.checkpoint = d.checkpoint.replace("\n4\n", "\n5\n")),
    "another log key": async (d) => (d.log_vkey = (await makeLogKey()).vkey),
  };
  for (const [name, lie] of Object.entries(lies)) {
    test(`refused: ${name}`, async () => {
      const forged = structuredClone(SEALING);
      await lie(forged);
      await assert.rejects(checkSealing(forged, "thu-2026"));
    });
  }

  test("refused: the genuine file of another consultation", () => assert.rejects(checkSealing(SEALING, "khac-2026")));
});

describe("the answer to a submission", async () => {
  const envelope = crypto.getRandomValues(new Uint8Array(64));
  const leaf = await expectedLeaf("thu-2026", envelope);
  const key = (await checkSealing(SEALING, "thu-2026")).logKey;
  const judge = (answer) => judgePromise(answer, "thu-2026", { envelope }, key);

  test("our leaf under the log's signature is good", async () => {
    const promise = await promiseOf(leaf, "2026-11-25");
    assert.deepEqual(await judge({ leaf, promise }), { verdict: "good", day: "2026-11-25" });
  });
  test("an entry that left the pool has no promise any more", async () => {
    assert.deepEqual(await judge({ leaf, promise: "" }), { verdict: "later" });
  });
  test("another leaf, another promise, another signer are bad", async () => {
    const promise = await promiseOf(leaf, "2026-11-25");
    const other = await expectedLeaf("thu-2026", new Uint8Array(64));
    const foreign = await promiseOf(leaf, "2026-11-25", await makeLogKey());
    for (const answer of [{ leaf: other, promise }, { leaf, promise: await promiseOf(other, "2026-11-25") }, { leaf, promise: foreign }]) {
      assert.deepEqual(await judge(answer), { verdict: "bad" });
    }
  });
});

describe("the answer to a receipt", () => {
  const answer = (fields) => ({ state: "unknown", promise: "", leaf: "", index: null, proof: "", log_vkey: LOG.vkey, ...fields });
  const sequenced = answer({ state: "sequenced", leaf: ENTRY.leaf, index: 3, proof: proofFile(ENTRY, SEALING.checkpoint) });
  const nameOf = async (given, today = "2026-11-24") => (await judgeAnswer(given, LOG.vkey, today)).name;

  test("a proof that holds", async () => {
    const verdict = await judgeAnswer(sequenced, LOG.vkey);
    assert.deepEqual([verdict.name, verdict.index, verdict.size, verdict.consultation], ["sequenced", 3, 4, "thu-2026"]);
  });
  test("a promise is waited for until its day, then overdue", async () => {
    const waiting = answer({ state: "waiting", leaf: ENTRY.leaf, promise: await promiseOf(ENTRY.leaf, "2026-11-25") });
    assert.equal(await nameOf(waiting, "2026-11-25"), "waiting");
    assert.equal(await nameOf(waiting, "2026-11-26"), "overdue");
  });
  test("unknown", async () => assert.equal(await nameOf(answer({})), "unknown"));
  test("what does not hold is bad", async () => {
    const other = await makeLogKey();
    const forged = [
      { ...sequenced, leaf: ENTRY.leaf.replace("1", "2") },
      { ...sequenced, index: 2 },
      { ...sequenced, leaf: SEALING.keys[0].leaf },
      { ...sequenced, proof: "" },
      { ...sequenced, log_vkey: other.vkey },
      { ...sequenced, state: "waiting" },
      { ...sequenced, state: "fine" },
      answer({ state: "waiting", leaf: ENTRY.leaf, promise: await promiseOf(ENTRY.leaf, "2026-11-25", other) }),
    ];
    for (const one of forged) assert.equal(await nameOf(one), "bad");
  });
});

describe("a typed code", () => {
  const raw = crypto.getRandomValues(new Uint8Array(10));
  const code = formatReceipt(raw);

  test("is read however it is spelt", () => {
    for (const typed of [code, code.toLowerCase(), code.replaceAll("-", " "), ` ${code.replaceAll("-", "")} `, code.replaceAll("0", "o")]) {
      assert.deepEqual(readCode(typed), raw);
    }
  });
  test("says what is wrong with it", () => {
    const wrong = code.startsWith("2") ? `3${code.slice(1)}` : `2${code.slice(1)}`;
    for (const [typed, key] of [["  ", "codeEmpty"], ["ABC", "codeLength"], [`U${code.slice(1)}`, "codeSymbol"], [wrong, "codeCheck"]]) {
      assert.throws(() => readCode(typed), (error) => error instanceof CodeError && error.key === key);
    }
  });
  test("the locator is what the server's hash is of", async () => {
    assert.deepEqual(await sha256(fromB64url(await locatorOf(raw))), await locatorHash(raw));
  });
  test("its end shows that it was saved", () => {
    for (const typed of [code.slice(-7), code.slice(-7).toLowerCase(), code, code.slice(-7).replace("-", " ")]) assert.ok(sameEnd(code, typed));
    for (const typed of ["", code.slice(-2), code.slice(0, 6), "000000000"]) assert.ok(!sameEnd("ABCD-EFGH-JKMN-PQRS-TV", typed));
  });
});

test("days are written as the office writes them", () => {
  assert.deepEqual(["2026-02-08", "2026-11-23"].map((day) => showDay(day, "vi")), ["08/02/2026", "23/11/2026"]);
  assert.equal(showDay("2026-02-08", "en"), "8 February 2026");
});
