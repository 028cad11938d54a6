import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";

import { checkCosignature, cosignedAt, parseCosignerKey } from "../../static/src/lib/cosignature.js";
import { parseProof, verifyProof, withLeaf } from "../../static/src/lib/logproof.js";
import { parseVkey } from "../../static/src/lib/note.js";
import { isQuorum, judgeWitnesses, parsePolicy } from "../../static/src/lib/policy.js";
import { judgeFile, kindOf } from "../../static/src/public/proof-verdict.js";
import { fixedKey } from "./witness-support.js";

const PYTHON = JSON.parse(await readFile(new URL("../vectors/tlog/witness-python.json", import.meta.url)));
const SHARED = JSON.parse(await readFile(new URL("../vectors/tlog/witness.json", import.meta.url)));
const TEXT = PYTHON.checkpoint;
const hex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const keyOf = (kind) => parseCosignerKey(PYTHON.keys[kind]);
const ED = PYTHON.cosignatures.filter(({ kind }) => kind === "ed25519");
const PQ = PYTHON.cosignatures.filter(({ kind }) => kind === "ml-dsa-44");

// Stands in for a browser that has ML-DSA-44: accepts exactly one message and signature, as a verifier would.
function withMldsa(t, message, signature) {
  const { importKey, verify } = crypto.subtle;
  t.mock.method(crypto.subtle, "importKey", (format, bytes, algorithm, ...rest) => {
    if (algorithm.name !== "ML-DSA-44") return importKey.call(crypto.subtle, format, bytes, algorithm, ...rest);
    assert.deepEqual([format, bytes.length, ...rest], ["raw-public", 1312, false, ["verify"]]);
    return Promise.resolve("the key");
  });
  t.mock.method(crypto.subtle, "verify", (algorithm, key, given, data) => {
    if (algorithm.name !== "ML-DSA-44") return verify.call(crypto.subtle, algorithm, key, given, data);
    assert.equal(key, "the key");
    return Promise.resolve(Buffer.from(given).equals(Buffer.from(signature)) && Buffer.from(data).equals(Buffer.from(message)));
  });
}

describe("Ed25519", () => {
  test("what Python signs holds, at any time that fits", async () => {
    for (const { signature, time } of ED) {
      assert.equal(await checkCosignature(await keyOf("ed25519"), TEXT, hex(signature)), "good");
      assert.equal(String(cosignedAt(hex(signature))), time);
    }
  });
  test("not with a bit changed, cut short, made longer, or over another checkpoint", async () => {
    const key = await keyOf("ed25519");
    const good = hex(ED[0].signature);
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      good[bit >> 3] ^= 1 << (bit & 7);
      assert.equal(await checkCosignature(key, TEXT, good), "false");
      good[bit >> 3] ^= 1 << (bit & 7);
    }
    for (const wrong of [good.subarray(1), good.subarray(0, 71), new Uint8Array([...good, 0]), new Uint8Array(0)]) {
      assert.equal(await checkCosignature(key, TEXT, wrong), "false");
    }
    for (const other of [TEXT.replace("\n7\n", "\n8\n"), `${TEXT}more\n`, "words\n"]) {
      assert.equal(await checkCosignature(key, other, good), "false");
    }
  });
});

describe("ML-DSA-44", () => {
  test("the message is Python's, to the byte", async (t) => {
    for (const { message, signature } of PQ) {
      withMldsa(t, hex(message), hex(signature).subarray(8));
      assert.equal(await checkCosignature(await keyOf("ml-dsa-44"), TEXT, hex(signature)), "good");
      assert.equal(await checkCosignature(await keyOf("ml-dsa-44"), TEXT.replace("\n7\n", "\n8\n"), hex(signature)), "false");
      t.mock.restoreAll();
    }
  });
  test("extension lines are not part of it", async (t) => {
    withMldsa(t, hex(PQ[0].message), hex(PQ[0].signature).subarray(8));
    assert.equal(await checkCosignature(await keyOf("ml-dsa-44"), `${TEXT}more\n`, hex(PQ[0].signature)), "good");
  });
  test("a browser without it has not checked, and calls nobody a liar", async (t) => {
    for (const refusal of [new DOMException("", "NotSupportedError"), new TypeError("no such format")]) {
      t.mock.method(crypto.subtle, "importKey", () => Promise.reject(refusal));
      assert.equal(await checkCosignature(await keyOf("ml-dsa-44"), TEXT, hex(PQ[0].signature)), "unchecked");
      t.mock.restoreAll();
    }
  });
  test("what has not its size is false even there, and so is an origin that does not fit", async () => {
    const key = await keyOf("ml-dsa-44");
    assert.equal(await checkCosignature(key, TEXT, hex(PQ[0].signature).subarray(1)), "false");
    const long = TEXT.replace(/^.*\n/u, `${"x".repeat(256)}\n`);
    assert.equal(await checkCosignature(key, long, hex(PQ[0].signature)), "false");
  });
});

describe("the vectors that all of Python's tests share", () => {
  const { text, time, name, ...made } = SHARED.cosignatures;
  const valueOf = ({ line }) => new Uint8Array(Buffer.from(line.trimEnd().split(" ").at(-1), "base64")).subarray(4);

  test("Ed25519", async () => {
    const key = await parseCosignerKey(made.ed25519.vkey);
    assert.equal(key.name, name);
    assert.equal(await checkCosignature(key, text, valueOf(made.ed25519)), "good");
    assert.equal(cosignedAt(valueOf(made.ed25519)), BigInt(time));
  });
  test("ML-DSA-44", async (t) => {
    withMldsa(t, hex(made["ml-dsa-44"].message), valueOf(made["ml-dsa-44"]).subarray(8));
    assert.equal(await checkCosignature(await parseCosignerKey(made["ml-dsa-44"].vkey), text, valueOf(made["ml-dsa-44"])), "good");
  });
  test("the policy printed in the specification, with keys put in", async () => {
    let byte = 60;
    const lines = await Promise.all(SHARED.policy.text.split("\n").map(async (line) => {
      const type = line.startsWith("log") ? 1 : 4;
      return line.replace("<vkey>", line.includes("<vkey>") ? (await fixedKey("w.example/x", (byte += 1), type)).vkey : "");
    }));
    const policy = await parsePolicy(lines.join("\n"));
    assert.ok(isQuorum(policy, new Set(["X1", "X3", "Y2"])));
    assert.ok(!isQuorum(policy, new Set(["X1", "Y1", "Y2", "Y3"])));
    assert.ok(!isQuorum(policy, new Set(["X1", "X2", "X3"])));
  });
});

test("a time beyond 2^63-1 is false for both kinds", async () => {
  for (const [{ kind, signature }] of [ED, PQ]) {
    const late = hex(signature);
    late.set([0x80, 0, 0, 0, 0, 0, 0, 0]);
    assert.equal(await checkCosignature(await keyOf(kind), TEXT, late), "false");
  }
});

test("keys that sign notes, or of another size, are no cosigners'", async () => {
  const cut = PYTHON.keys["ed25519"].replace(/.{4}$/u, "");
  for (const wrong of [PYTHON.log, cut, "", PYTHON.keys["ed25519"].replace("/ed", "/de")]) {
    await assert.rejects(parseCosignerKey(wrong), { code: "malformed-key" });
  }
});

describe("a proof that both kinds of witness cosigned", async () => {
  const judge = async () => {
    const { checkpoint } = parseProof(PYTHON.proof);
    return judgeWitnesses(checkpoint, await parsePolicy(PYTHON.policy), await parseVkey(PYTHON.log));
  };
  test("has its quorum where both can be checked", async (t) => {
    const line = parseProof(PYTHON.proof).checkpoint.trimEnd().split("\n").at(-1);
    const signature = Buffer.from(line.split(" ").at(-1), "base64").subarray(4);
    withMldsa(t, hex(PQ[0].message), signature.subarray(8));
    assert.equal((await judge()).verdict, "holds");
  });
  test("is left open where one cannot", async (t) => {
    const { importKey } = crypto.subtle;
    t.mock.method(crypto.subtle, "importKey", (format, bytes, algorithm, ...rest) =>
      algorithm.name === "Ed25519"
        ? importKey.call(crypto.subtle, format, bytes, algorithm, ...rest)
        : Promise.reject(new DOMException("", "NotSupportedError")),
    );
    const { verdict, witnesses } = await judge();
    assert.deepEqual([verdict, witnesses.map(({ state }) => state)], ["unchecked", ["good", "unchecked"]]);
  });
});

describe("a proof file that is brought", () => {
  const given = { proof: PYTHON.proof, leaf: PYTHON.leaf, vkey: PYTHON.log };
  const nameOf = async (changes) => (await judgeFile({ ...given, ...changes })).name;

  test("proves its entry, however it was pasted", async () => {
    assert.equal(await nameOf({}), "proven");
    assert.equal(await nameOf({ proof: PYTHON.proof.trimEnd().replaceAll("\n", "\r\n"), leaf: `${PYTHON.leaf}\n` }), "proven");
  });
  test("carries its entry as extra data, once", async () => {
    const whole = withLeaf(PYTHON.proof, PYTHON.leaf);
    const verdict = await judgeFile({ ...given, proof: whole, leaf: "" });
    assert.deepEqual([verdict.name, verdict.leaf, verdict.index, verdict.size], ["proven", PYTHON.leaf, 6, 7]);
    assert.equal(withLeaf(whole, "another"), whole);
    await verifyProof(whole, PYTHON.leaf, await parseVkey(PYTHON.log));
  });
  test("says what is wrong", async () => {
    const other = "elsewhere.example/log";
    assert.equal(await nameOf({ leaf: "" }), "leaf");
    assert.equal(await nameOf({ leaf: PYTHON.leaf.replace("1", "2") }), "path");
    assert.equal(await nameOf({ proof: withLeaf(PYTHON.proof, "another"), leaf: "" }), "path");
    assert.equal(await nameOf({ proof: PYTHON.proof.replace("index 6", "index 5") }), "path");
    assert.equal(await nameOf({ proof: "words" }), "file");
    assert.equal(await nameOf({ vkey: "words" }), "key");
    assert.equal(await nameOf({ proof: PYTHON.proof.replace("\n7\n", "\n8\n") }), "signature");
    assert.equal(await nameOf({ proof: PYTHON.proof.replaceAll("log.example.org/gop-y", other) }), "signer");
  });
  test("finds its field by its first words", () => {
    const found = [PYTHON.proof, PYTHON.leaf, PYTHON.policy, PYTHON.log, "words", ""].map(kindOf);
    assert.deepEqual(found, ["proof", "leaf", "policy", "vkey", null, null]);
  });
});
