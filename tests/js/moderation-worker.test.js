// What moderators share about a comment, through the handlers that hold its keys, and how saving meets another reader.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Refusal } from "../../static/src/moderation/api.js";
import { makeCoding } from "../../static/src/moderation/coding.js";
import { Draft } from "../../static/src/moderation/drafts.js";
import { updateRows } from "../../static/src/moderation/opening.js";
import { Saver } from "../../static/src/moderation/saving.js";
import { takeText } from "../../static/src/moderation/readable.js";
import { readShared, shareCoding } from "../../static/src/moderation/shared.js";
import { Shortcuts } from "../../static/src/moderation/shortcuts.js";
import { deskHandlers } from "../../static/src/workers/unseal-desk.js";
import { keep, rowHandlers } from "../../static/src/workers/unseal-rows.js";
import { CODING_SIZE } from "../../static/src/lib/rowkey.js";
import { randomBytes } from "../../static/src/lib/bytes.js";
import { refusal } from "./support.js";

const HEAD = new TextEncoder().encode("PFE1 head");
const handlers = { ...rowHandlers, ...deskHandlers };
const unsealer = { call: async (type, data) => handlers[type](data, () => {}) };
const coded = (...categories) => makeCoding({ categories, remedies: [], flags: [], paraphrase: "" });
const [MINE, OTHER, GONE] = [1, 2, 99]; // leaves; the worker opened the first two

for (const index of [MINE, OTHER]) {
  keep(index, { contentKey: randomBytes(32), head: HEAD, payload: {} });
  takeText(index, `Văn bản quá hạn ${index}`);
}
await unsealer.call("desk-taxonomy", { categories: [{ code: "C6", label: "Bê trễ", terms: ["quá hạn"] }] });

const share = (index, slot, revision, coding) => shareCoding(unsealer, { index, slot, revision, coding });

test("a shared copy has one size and reads back under its own comment, slot and revision only", async () => {
  const shared = await share(MINE, 1, 2, coded("C1"));
  assert.equal(Buffer.from(shared, "base64url").length, CODING_SIZE + 28);
  assert.equal((await share(MINE, 1, 2, coded("C1", "C2", "C6"))).length, shared.length);
  const entry = { index: MINE, slot: 1, revision: 2, mine: false, shared };
  const read = async (more) => (await readShared(unsealer, [{ ...entry, ...more }]))[0].coding;
  assert.deepEqual(await read({}), coded("C1"));
  for (const more of [{ revision: 1 }, { slot: 2 }, { index: OTHER }, { shared: null }, { shared: "AAAA" }, { index: GONE }]) {
    assert.equal(await read(more), null, JSON.stringify(more));
  }
});

test("nothing is sealed or told for a comment that did not open here", async () => {
  await assert.rejects(share(GONE, 1, 1, coded("C1")), refusal("cannot-open"));
  await assert.rejects(unsealer.call("desk-suggest", { index: GONE }), refusal("cannot-open"));
});

test("the worker finds, groups and suggests by what it holds", async () => {
  await unsealer.call("desk-index", { indexes: [MINE, OTHER] });
  assert.deepEqual(await unsealer.call("desk-search", { query: "qua han 2" }), [OTHER]);
  assert.equal(await unsealer.call("desk-search", { query: " " }), null);
  assert.deepEqual(await unsealer.call("desk-groups", { indexes: [MINE, OTHER] }), [[MINE, MINE], [OTHER, MINE]]);
  assert.deepEqual((await unsealer.call("desk-suggest", { index: MINE })).map(({ code }) => code), ["C6"]);
  // a comment is judged without its own coding, however often that was learnt
  const before = await unsealer.call("desk-suggest", { index: MINE });
  for (let time = 0; time < 2; time += 1) {
    await unsealer.call("desk-learn", { examples: [{ index: MINE, categories: [] }] });
  }
  assert.deepEqual(await unsealer.call("desk-suggest", { index: MINE }), before);
});

// A server that keeps codings in slots as portal/moderation/slots.py does, as far as one comment needs it.
function server({ readers = 2, codings = [] } = {}) {
  const posted = [];
  const items = () => [{ index: MINE, assigned: true, codings }];
  const api = {
    get: async () => ({ items: items(), next: null }),
    post: async (_url, body) => {
      posted.push(body);
      const held = codings.find(({ slot }) => slot === body.slot);
      if (held && !held.mine) throw new Refusal("coding-slot-taken", "taken");
      if ((held?.revision ?? 0) !== body.revision) throw new Refusal("coding-changed", "changed");
      if (held) codings.splice(codings.indexOf(held), 1);
      codings.push({ slot: body.slot, revision: body.revision + 1, mine: true, shared: body.shared });
      return { revision: body.revision + 1 };
    },
  };
  const saver = new Saver({ readers: String(readers), urlEnvelopes: "/e", urlCodings: "/c" }, api, unsealer);
  return { saver, posted, api, codings };
}

const fresh = () => ({ index: MINE, codings: new Map(), assigned: true });

test("saving twice makes two revisions of one slot", async () => {
  const { saver, posted } = server();
  const row = fresh();
  await saver.save(row, coded("C1"));
  await saver.save(row, coded("C2"));
  assert.deepEqual(posted.map(({ slot, revision }) => [slot, revision]), [[1, 0], [1, 1]]);
  assert.deepEqual(row.codings.get(1).coding, coded("C2"));
});

test("where another reader was first, an independent coding goes to the other slot, and theirs is seen after", async () => {
  const theirs = { slot: 1, revision: 1, mine: false, shared: await share(MINE, 1, 1, coded("C6")) };
  const { saver, posted } = server({ codings: [theirs] });
  const row = fresh(); // as it was before the other one saved
  const { slot } = await saver.save(row, coded("C1"));
  assert.equal(slot, 2);
  assert.deepEqual(posted.map((body) => body.slot), [1, 2]);
  assert.deepEqual([...row.codings.keys()].sort(), [1, 2]);
  assert.deepEqual(row.codings.get(1).coding, coded("C6"));
});

test("a coding that was changed elsewhere is not written over", async () => {
  const shared = await share(MINE, 1, 2, coded("C6"));
  const { saver, posted } = server({ codings: [{ slot: 1, revision: 2, mine: true, shared }] });
  const row = fresh();
  row.codings.set(1, { slot: 1, revision: 1, mine: true, coding: coded("C1") });
  await assert.rejects(saver.save(row, coded("C2")), { code: "coding-changed" });
  assert.equal(posted.length, 1);
  assert.deepEqual([row.codings.get(1).revision, row.codings.get(1).coding], [2, coded("C6")]);
});

test("an update takes in what others did, asks for all alike, and tells that comments have come", async () => {
  const { api, codings } = server();
  const row = fresh();
  const asked = { api, words: { urlEnvelopes: "/e" }, unsealer, rows: [row] };
  assert.equal(await updateRows({ ...asked, tried: new Set([MINE]) }), false);
  codings.push({ slot: 1, revision: 1, mine: false, shared: null });
  assert.equal(await updateRows({ ...asked, tried: new Set() }), true);
  assert.equal(row.codings.get(1).coding, null);
});

test("a draft is kept sealed and comes back where its comment opens again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const draft = new Draft(unsealer);
  const typed = { ...coded("C1"), paraphrase: "<p>dở dang</p>" };
  draft.later(MINE, () => typed);
  assert.equal(await draft.restored(), null);
  t.mock.timers.tick(1000);
  t.mock.timers.reset();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(await draft.restored(), { index: MINE, coding: typed });
  assert.ok(!JSON.stringify(draft).includes("dở"));
  draft.drop();
  assert.equal(await draft.restored(), null);
});

test("shortcuts are switched off all together or one by one, and the browser remembers", () => {
  const stored = new Map();
  const storage = { getItem: (name) => stored.get(name) ?? null, setItem: (name, value) => stored.set(name, value) };
  const page = () => {
    const boxes = ["save", "lock"].map((value) => ({ value, checked: true, disabled: false }));
    const all = { checked: true };
    let change = null;
    const root = { querySelector: () => all, querySelectorAll: () => boxes, addEventListener: (_type, fn) => (change = fn) };
    const shortcuts = new Shortcuts(root, storage);
    return { shortcuts, all, boxes, change: () => change() };
  };
  const first = page();
  assert.ok(first.shortcuts.on && first.shortcuts.allows("save"));
  first.boxes[0].checked = false;
  first.change();
  const second = page();
  assert.deepEqual([second.shortcuts.allows("save"), second.shortcuts.allows("lock")], [false, true]);
  second.all.checked = false;
  second.change();
  const third = page();
  assert.equal(third.shortcuts.on, false);
  assert.ok(third.boxes.every(({ disabled }) => disabled));
});
