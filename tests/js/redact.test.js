// Words that were kept back of a comment: what every message of the unsealing worker gives out of it, and the pure parts.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { fromUtf8, randomBytes, sha256, toB64url, toHex, utf8 } from "../../static/src/lib/bytes.js";
import { canonicalBytes } from "../../static/src/lib/canonical.js";
import { adviceOn, cleanPasted, piecesAt } from "../../static/src/moderation/advice.js";
import { fold } from "../../static/src/moderation/fold.js";
import { merged, originalRange, pieces, readable, takeText, without } from "../../static/src/moderation/readable.js";
import { stepWords, wholeWords } from "../../static/src/moderation/selection.js";
import { deskHandlers } from "../../static/src/workers/unseal-desk.js";
import { fileHandlers } from "../../static/src/workers/unseal-files.js";
import { keyHandlers } from "../../static/src/workers/unseal-keys.js";
import { redactHandlers } from "../../static/src/workers/unseal-redact.js";
import { keep, rowHandlers } from "../../static/src/workers/unseal-rows.js";
import { talkHandlers } from "../../static/src/workers/unseal-talk.js";

const TABLES = { rowHandlers, redactHandlers, talkHandlers, fileHandlers, deskHandlers, keyHandlers };
const handlers = Object.assign({}, ...Object.values(TABLES));
const CID = "thu-2026";
const INDEX = 7;
const MARKER = "cửu vạn";
const TEXT = `Đồng chí ${MARKER} ở phòng ba người, hồ sơ quá hạn.`;
const RANGE = [TEXT.indexOf(MARKER), TEXT.indexOf(MARKER) + MARKER.length];

const call = (type, data) => handlers[type](data, () => {});

function open() {
  keep(INDEX, { contentKey: randomBytes(32), head: utf8("PFE1 head"), payload: { consultation: CID, replyKey: new Uint8Array(1216) } });
  takeText(INDEX, TEXT);
}

/** A redaction as the server serves it, with the leaf that commits to it. */
async function served(kind, revision, ranges, { change = {}, garble = false } = {}) {
  const sealed = garble ? toB64url(randomBytes(1052)) : await call("redact-seal", { index: INDEX, kind, revision, ranges });
  const salt = randomBytes(32);
  const place = { consultation: CID, submission: INDEX, kind, revision };
  const said = { ...place, sealed_sha256: toHex(await sha256(Buffer.from(sealed, "base64url"))) };
  const preimage = Buffer.concat([utf8("portal/commitment/v1\0"), salt, canonicalBytes(said)]);
  const leaf = JSON.stringify({ type: "redaction", v: 1, ...place, commitment: toHex(await sha256(preimage)), ...change });
  return { kind, revision, mine: true, day: "2026-11-26", sealed, salt: toHex(salt), leaf };
}

const read = (...redactions) => call("redact-read", { index: INDEX, consultation: CID, redactions });

// One sample of each message that the worker takes once comments are open; a message without one fails the walk.
const SAMPLES = {
  "seal-row": { index: INDEX, label: "coding", size: 4096, aad: "x", text: "y" },
  "open-row": null, // opens what other moderators sealed: no word of the comment goes in
  "open-rows": { label: "coding", items: [] },
  "redact-read": null, // called below, with what is kept back
  "redact-seal": { index: INDEX, kind: "mask", revision: 9, ranges: [RANGE] },
  "talk-open": { consultation: CID, items: [] },
  "talk-states": {},
  "talk-read": { index: INDEX },
  "talk-seal": null, // seals what was typed to the submitter's key
  "talk-sent": null,
  "open-file": null, // gives out files, never the text
  "desk-index": { indexes: [] },
  "desk-groups": { indexes: [INDEX, INDEX + 1] },
  "desk-search": { query: MARKER },
  "desk-taxonomy": { categories: [{ code: "C1", label: "Một", terms: [MARKER] }, { code: "C6", label: "Chậm", terms: ["quá hạn"] }] },
  "desk-learn": { examples: [] },
  "desk-suggest": { index: INDEX },
  reseal: null, // seals content keys
};

test("every message of the worker is walked", async () => {
  const source = await readFile(new URL("../../static/src/workers/unseal.js", import.meta.url), "utf8");
  const spread = [...source.matchAll(/\.\.\.(\w+Handlers)\b/gu)].map(([, name]) => name);
  assert.deepEqual(spread.sort(), Object.keys(TABLES).sort(), "a table of handlers that this test does not walk");
  assert.deepEqual(Object.keys(handlers).sort(), Object.keys(SAMPLES).sort());
});

let indexed = false;
for (const kind of ["mask", "removal"]) {
  test(`no message gives out what a ${kind} keeps back`, async () => {
    // given two comments that say the same, searched and learnt from before anything was redacted
    open();
    keep(INDEX + 1, { contentKey: randomBytes(32), head: utf8("PFE1 head"), payload: null });
    takeText(INDEX + 1, "Văn bản gửi đi rồi không thấy trả lời.");
    await call("desk-taxonomy", SAMPLES["desk-taxonomy"]);
    if (indexed) await read(); // the index has the comment since the other kind's walk
    else await call("desk-index", { indexes: [INDEX] });
    indexed = true;
    assert.deepEqual(await call("desk-search", { query: MARKER }), [INDEX]);
    await call("desk-learn", { examples: [{ index: INDEX, categories: ["C1"] }] });
    const before = (await call("desk-suggest", { index: INDEX })).map(({ code }) => code);
    assert.ok(before.includes("C1"), "the marker alone suggests this category");
    // when the words are kept back
    const shown = await read(await served(kind, 1, [RANGE]));
    // then no answer has them, folded or not, and what is worked out of the text does not rest on them
    const answers = [shown];
    for (const [type, sample] of Object.entries(SAMPLES)) {
      if (sample && type !== "desk-taxonomy") answers.push(await call(type, sample));
    }
    const said = JSON.stringify(answers);
    assert.ok(!said.includes(MARKER) && !fold(said).includes(fold(MARKER)), said);
    assert.deepEqual(await call("desk-search", { query: MARKER }), []);
    assert.ok(!(await call("desk-suggest", { index: INDEX })).some(({ code }) => code === "C1"));
    assert.deepEqual(await call("desk-search", { query: "qua han" }), [INDEX]);
  });
}

test("a mask can be lifted, a removal by nobody", async () => {
  open();
  const masked = await served("mask", 1, [RANGE]);
  assert.ok(!(await read(masked)).text.includes(MARKER));
  assert.equal((await read(masked, await served("mask", 2, []))).text, TEXT);
  const removed = await served("removal", 1, [RANGE]);
  assert.ok(!(await read(removed)).text.includes(MARKER));
  // a later revision with other ranges, or none at all, brings nothing back, and neither does a server that forgets
  assert.ok(!(await read(removed, await served("removal", 2, [[0, 4]]))).text.includes(MARKER));
  assert.ok(!(await read()).text.includes(MARKER));
});

test("bytes that do not open, or are not those in the log, undo no mask and are told", async () => {
  open();
  const masked = await served("mask", 1, [RANGE]);
  const cases = [
    await served("mask", 2, [], { garble: true }),
    await served("mask", 2, [], { change: { commitment: "0".repeat(64) } }),
    await served("mask", 2, [], { change: { submission: INDEX + 1 } }),
    await served("mask", 2, [], { change: { kind: "removal" } }),
    { ...(await served("removal", 1, [RANGE])), kind: "mask", revision: 2 },
  ];
  for (const later of cases) {
    const { text, redaction } = await read(masked, later);
    assert.ok(!text.includes(MARKER));
    assert.deepEqual(redaction.acts.map(({ count }) => count), [1, null]);
    assert.deepEqual(redaction.held.mask, 2);
  }
});

test("a list of ranges has one size, whatever it says", async () => {
  open();
  const few = await call("redact-seal", { index: INDEX, kind: "mask", revision: 1, ranges: [] });
  const many = Array.from({ length: 60 }, (_, nth) => [nth * 20, nth * 20 + 9]);
  assert.equal((await call("redact-seal", { index: INDEX, kind: "mask", revision: 1, ranges: many })).length, few.length);
  assert.equal(Buffer.from(few, "base64url").length, 1052);
});

test("bars stand for what they hide at one width, and selections over them are found in the original", () => {
  const { text, bars } = readable("một hai ba bốn năm", { mask: [[4, 7], [8, 10]], removal: [[8, 10]] });
  assert.equal(text, "một ███ ▒▒▒ bốn năm");
  assert.deepEqual(bars.map(({ kind, from, to }) => [kind, from, to]), [["mask", 4, 7], ["removal", 8, 10]]);
  assert.deepEqual(originalRange(bars, [text.indexOf("bốn"), text.indexOf("bốn") + 3]), [11, 14]);
  assert.deepEqual(originalRange(bars, [5, 6]), [4, 7]); // inside a bar: all of it
  assert.deepEqual(originalRange(bars, [0, text.length]), [0, 18]);
  assert.equal(pieces(text, bars).map((piece) => piece.text).join(""), text);
  // no range parts a pair of surrogates or an accent from its letter
  assert.equal(readable("a🙂b", { mask: [[2, 3]], removal: [] }).text, "a███b");
  assert.equal(readable("x\u0323\u0307y", { mask: [[1, 2]], removal: [] }).text, "███y");
  assert.equal(readable("ngắn", { mask: [[2, 900]], removal: [] }).text, "ng███");
});

test("ranges are joined and taken apart", () => {
  assert.deepEqual(merged([[8, 9], [1, 3], [3, 5], [2, 4], [6, 6]]), [[1, 5], [8, 9]]);
  assert.deepEqual(without([[1, 9], [12, 15]], [4, 13]), [[1, 4], [13, 15]]);
  assert.deepEqual(without([[1, 9]], [1, 9]), []);
});

test("words are chosen whole, and one after another", () => {
  const text = "Một, hai ███ ba.";
  assert.equal(text.slice(...wholeWords(text, [6, 7])), "hai");
  assert.equal(text.slice(...wholeWords(text, [1, 6])), "Một, hai");
  assert.equal(wholeWords(text, [3, 5]), null);
  let range = stepWords(text, [0, 0], 1, false);
  assert.equal(text.slice(...range), "Một");
  range = stepWords(text, range, 1, false);
  range = stepWords(text, range, 1, true);
  assert.equal(text.slice(...range), "hai ███");
  assert.equal(text.slice(...stepWords(text, range, -1, true)), "hai");
  assert.equal(text.slice(...stepWords(text, [13, 15], 1, false)), "ba");
  assert.equal(stepWords("…", [0, 0], 1, false), null);
});

test("advice tells copied words wherever tones stand, and details, each once and with their places", () => {
  const original = "Hồ sơ của uỷ ban bị chuyển qua lại giữa các phòng.";
  const typed = "Ho so, của ủy ban bị chuyển qua lai. Công văn số 12-CV/VPTU, Chánh Văn phòng; phòng có 3 người; ngày 3/4/2026.";
  const found = adviceOn(original, typed);
  assert.equal(found[0].about, "copied");
  assert.equal(original.slice(...found[0].there), "Hồ sơ của uỷ ban bị chuyển qua lại");
  assert.equal(found.filter(({ about }) => about === "detail").length, 4);
  for (const { text, here } of found) assert.equal(typed.slice(...here), text);
  const marked = piecesAt(typed, found.map(({ here }) => here));
  assert.equal(marked.map(({ text }) => text).join(""), typed);
  assert.equal(marked.filter(({ hit }) => hit).length, found.length);
});

test("pasted text loses what nobody typed", () => {
  assert.equal(cleanPasted("\u200b• Một\u00a0 việc\r\n•\tHai\u202e việc\u0007\n\n\n\nBa"), "- Một việc\n- Hai việc\n\nBa");
  assert.equal(cleanPasted("Hoa\u0300"), "Hoà");
  assert.equal(fromUtf8(utf8(cleanPasted("- một"))), "- một");
});
