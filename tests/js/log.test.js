import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, test } from "node:test";

import {
  openCheckpoint,
  openPromise,
  parseProof,
  verifyLeaf,
  verifyProof,
  verifyPromise,
} from "../../static/src/lib/logproof.js";
import { leafHash, LogError, nodeHash, verifyInclusion } from "../../static/src/lib/merkle.js";
import { utf8 } from "../../static/src/lib/bytes.js";
import { openNote, parseNote, parseVkey } from "../../static/src/lib/note.js";

const load = async (name) => JSON.parse(await readFile(new URL(`../vectors/tlog/${name}.json`, import.meta.url)));
const OURS = await load("browser");
const C2SP = await load("c2sp");
const RFC = await load("rfc6962");
const KEY = await parseVkey(OURS.vkey);
const OTHER_LEAF = OURS.leaf.replace("7", "8");

const hex = (text) => Uint8Array.from(Buffer.from(text, "hex"));
const base64 = (text) => Uint8Array.from(Buffer.from(text, "base64"));
const kebab = (name) => name.replace(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase();
const refuses = (action, code) =>
  assert.rejects(action, (error) => {
    assert.ok(error instanceof LogError, `${error}`);
    if (code !== undefined) assert.equal(error.code, code);
    return true;
  });

describe("inclusion", () => {
  test("the proofs of the Certificate Transparency reference tree verify", async () => {
    for (const { index, size, proof } of RFC.inclusion) {
      const leaf = await leafHash(hex(RFC.leaves[index]));
      await verifyInclusion({ index, size, leaf, proof: proof.map(hex), root: hex(RFC.roots[size - 1]) });
    }
  });

  test("the proofs that Python makes verify, for no other index or size, and not with a bit changed", async () => {
    for (const { index, size, leaf, proof, root } of OURS.inclusion) {
      const parts = { index, size, leaf: base64(leaf), proof: proof.map(base64), root: base64(root) };
      await verifyInclusion(parts);
      for (const wrong of [index - 1, index + 1, size, 0.5, NaN, "0"]) {
        await refuses(verifyInclusion({ ...parts, index: wrong }), "inclusion-error");
      }
      await refuses(verifyInclusion({ ...parts, size: index }), "inclusion-error");
      for (const hash of [parts.leaf, parts.root, ...parts.proof]) {
        hash[index % 32] ^= 1 << index % 8;
        await refuses(verifyInclusion(parts), "inclusion-error");
        hash[index % 32] ^= 1 << index % 8;
      }
      await verifyInclusion(parts);
    }
  });

  test("a proof too short, too long, or of hashes of another length is refused", async () => {
    const { index, size, leaf, proof, root } = OURS.inclusion.at(-2);
    const parts = { index, size, leaf: base64(leaf), root: base64(root) };
    const path = proof.map(base64);
    await refuses(verifyInclusion({ ...parts, index: 0, leaf: parts.root, proof: [] }), "inclusion-error");
    for (const wrong of [path.slice(1), path.slice(0, -1), [...path, path[0]], path.with(0, path[0].subarray(1))]) {
      await refuses(verifyInclusion({ ...parts, proof: wrong }), "inclusion-error");
    }
  });

  test("indexes beyond 32 bits are not cut short", async () => {
    const size = 2 ** 40 + 1;
    const leaf = await leafHash(utf8("the last leaf"));
    const left = await leafHash(utf8("the root over 2^40 leaves"));
    const root = await nodeHash(left, leaf);
    await verifyInclusion({ index: size - 1, size, leaf, proof: [left], root });
    await refuses(verifyInclusion({ index: 0, size, leaf, proof: [left], root }), "inclusion-error");
  });
});

describe("notes", () => {
  test("the example of the specification opens", async () => {
    const { text, unknown } = await openNote(C2SP.note.note, await parseVkey(C2SP.note.vkey));
    assert.equal(text, C2SP.note.text);
    assert.deepEqual(unknown, []);
  });

  test("a text keeps its blank lines", () => {
    const { text, signatures } = parseNote(C2SP.note_with_blank_lines.note);
    assert.ok(text.includes("raggio di sole:\n\ned è subito sera.\n"));
    assert.equal(signatures[0].name, C2SP.note_with_blank_lines.name);
  });

  test("lone surrogates are refused", async () => {
    await refuses(openNote(C2SP.note.note.replace("example", "\ud800"), KEY), "malformed-note");
  });

  test("a browser without Ed25519 says so, and does not call the log a liar", async (t) => {
    t.mock.method(crypto.subtle, "importKey", () => Promise.reject(new DOMException("", "NotSupportedError")));
    await refuses(openNote(OURS.checkpoint.note, KEY), "ed25519-unavailable");
  });
});

describe("what the log signs", () => {
  test("a checkpoint with a witness's line opens", async () => {
    const checkpoint = await openCheckpoint(OURS.checkpoint.note, KEY);
    assert.equal(checkpoint.size, OURS.checkpoint.size);
    assert.deepEqual(checkpoint.root, base64(OURS.checkpoint.root));
    const { unknown } = await openNote(OURS.checkpoint.note, KEY);
    assert.deepEqual(unknown.map(({ name }) => name), [OURS.checkpoint.unknown]);
  });

  test("the empty log has a checkpoint", async () => {
    assert.equal((await openCheckpoint(OURS.empty_checkpoint, KEY)).size, 0);
  });

  test("a promise opens, for its own leaf only", async () => {
    const promise = await verifyPromise(OURS.promise.note, OURS.leaf, KEY);
    assert.equal(promise.latest, OURS.promise.latest);
    await refuses(verifyPromise(OURS.promise.note, OTHER_LEAF, KEY), "promise-of-other-leaf");
  });

  test("a proof file proves its own leaf only", async () => {
    const { index, checkpoint } = await verifyProof(OURS.proof.text, OURS.leaf, KEY);
    assert.deepEqual([index, checkpoint.size], [OURS.proof.index, OURS.checkpoint.size]);
    await refuses(verifyProof(OURS.proof.text, OTHER_LEAF, KEY), "inclusion-error");
  });

  test("a path that came apart from its checkpoint is checked as well", async () => {
    const checkpoint = await openCheckpoint(OURS.checkpoint.note, KEY);
    const proof = OURS.proof.text.split("\n\n")[0].split("\n").slice(2);
    await verifyLeaf({ index: OURS.proof.index, leaf: OURS.leaf, proof }, checkpoint);
    await refuses(verifyLeaf({ index: OURS.proof.index, leaf: OTHER_LEAF, proof }, checkpoint), "inclusion-error");
    await refuses(verifyLeaf({ index: 300, leaf: OURS.leaf, proof: ["?"] }, checkpoint), "inclusion-error");
  });

  test("the proof file of the specification parses, and extra data is handed over unsigned", () => {
    const [, signature] = C2SP.checkpoint.note.split("\n\n"); // the example elides its own
    const { index, path, extra } = parseProof(C2SP.proof.head + signature);
    assert.deepEqual([index, path.length], [C2SP.proof.index, C2SP.proof.hashes]);
    assert.deepEqual(extra, base64(C2SP.proof.extra));
  });
});

describe("refusals", () => {
  const readers = {
    vkey: (text) => parseVkey(text),
    checkpoint: (text) => openCheckpoint(text, KEY),
    promise: (text) => openPromise(text, KEY),
    proof: (text) => verifyProof(text, OURS.leaf, KEY),
  };
  for (const [kind, cases] of Object.entries(OURS.refused)) {
    test(`each false ${kind} is refused by the name that Python gives it`, async () => {
      assert.ok(cases.length > 0);
      for (const [error, text] of cases) {
        await refuses((async () => readers[kind](text))(), kebab(error)).catch((failure) => {
          throw new Error(`${error} was expected for ${JSON.stringify(text)}: ${failure.message}`);
        });
      }
    });
  }

  test("one changed character anywhere in a proof file, a promise or a checkpoint is refused", async () => {
    const [own] = OURS.checkpoint.note.split("\u2014 witness");
    const texts = [
      [OURS.proof.text, readers.proof],
      [OURS.promise.note, (text) => verifyPromise(text, OURS.leaf, KEY)],
      [own, readers.checkpoint],
    ];
    for (const [text, read] of texts) {
      await read(text);
      for (let at = 0; at < text.length; at += 1) {
        const changed = String.fromCharCode(text.charCodeAt(at) ^ 1);
        await refuses((async () => read(text.slice(0, at) + changed + text.slice(at + 1)))());
      }
    }
  });
});
