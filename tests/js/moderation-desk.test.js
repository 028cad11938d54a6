import assert from "node:assert/strict";
import { test } from "node:test";

import { fromUtf8 } from "../../static/src/lib/bytes.js";
import { canonicalBytes } from "../../static/src/lib/canonical.js";
import { makeCoding, PARAPHRASE_MAX, problems, readCoding, REASON_MAX, same, startOf } from "../../static/src/moderation/coding.js";
import { IdleLock } from "../../static/src/moderation/idle.js";
import { actionFor, isTyping, KEYS } from "../../static/src/moderation/keymap.js";
import { follow, proposal, touchedIn } from "../../static/src/moderation/remedies.js";

const MAP = { C1: "R2", C2: "R2", C4: "R1", D1: "R6" };
const ON = { on: true, locked: false, dialog: false };
const press = (key, more = {}) => actionFor({ key, target: { tagName: "BODY" }, ...more }, ON);

test("each key of the map has its action, with caps lock too, and other keys have none", () => {
  for (const [key, action] of Object.entries(KEYS)) assert.equal(press(key), action);
  assert.equal(press("J"), "next");
  for (const key of ["y", "Enter", "Tab", "ArrowDown", " ", "constructor"]) assert.equal(press(key), null, key);
});

test("no key fires while one types, and Escape leaves the field", () => {
  const fields = [
    { tagName: "TEXTAREA" },
    { tagName: "SELECT" },
    { tagName: "INPUT", type: "search" },
    { tagName: "INPUT", type: "password" },
    { tagName: "INPUT" },
    { tagName: "DIV", isContentEditable: true },
  ];
  for (const target of fields) {
    assert.ok(isTyping(target));
    assert.equal(press("j", { target }), null);
    assert.equal(press("s", { target }), null);
    assert.equal(press("Escape", { target }), "leave-field");
  }
});

test("keys do fire on ticks and buttons, where a letter types nothing", () => {
  for (const target of [{ tagName: "INPUT", type: "checkbox" }, { tagName: "INPUT", type: "radio" }, { tagName: "BUTTON" }]) {
    assert.equal(press("j", { target }), "next");
  }
});

test("modifiers, composing, a dialog, a locked desk and the switch each silence the map", () => {
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }, { isComposing: true }]) {
    assert.equal(press("s", more), null);
  }
  assert.equal(actionFor({ key: "s", target: null }, { ...ON, allows: (action) => action !== "save" }), null);
  assert.equal(actionFor({ key: "j", target: null }, { ...ON, allows: (action) => action !== "save" }), "next");
  for (const state of [{ on: false }, { locked: true }, { dialog: true }]) {
    assert.equal(actionFor({ key: "s", target: null }, { ...ON, ...state }), null);
  }
});

test("remedies follow the categories until a hand changes them", () => {
  // given two concerns that share a remedy, and praise that has none
  assert.deepEqual(proposal(["C4", "C1", "C2", "C12"], MAP), ["R1", "R2"]);
  const first = follow(["C1", "C4"], MAP, new Set(), new Set());
  assert.deepEqual([...first.ticked].sort(), ["R1", "R2"]);
  assert.deepEqual([...first.proposed].sort(), ["R1", "R2"]);
  // when the moderator unticks R1 and ticks R5 by hand, and then adds a category
  const touched = new Set(["R1", "R5"]);
  const next = follow(["C1", "C4", "D1"], MAP, new Set(["R2", "R5"]), touched);
  // then R1 stays off, R5 stays on, R6 is proposed
  assert.deepEqual([...next.ticked].sort(), ["R2", "R5", "R6"]);
  assert.deepEqual([...next.proposed].sort(), ["R2", "R6"]);
  // and a category taken back takes its own proposal with it, no more
  assert.deepEqual([...follow(["D1"], MAP, next.ticked, touched).ticked].sort(), ["R5", "R6"]);
});

test("a saved coding shows which remedies were set by hand", () => {
  assert.deepEqual([...touchedIn({ categories: ["C1", "C4"], remedies: ["R2", "R5"] }, MAP)].sort(), ["R1", "R5"]);
  assert.deepEqual([...touchedIn({ categories: ["C1"], remedies: ["R2"] }, MAP)], []);
});

const coded = (...categories) => makeCoding({ categories, remedies: [], flags: [], paraphrase: "" });
test("a coding is canonical, so that ticking twice leaves it unchanged", () => {
  const one = makeCoding({ categories: ["D1", "C1", "C1"], remedies: ["R2"], flags: [], paraphrase: "", unit: "" });
  assert.deepEqual(one.categories, ["C1", "D1"]);
  assert.equal(one.unit, null);
  assert.ok(same(one, { ...one, categories: ["D1", "C1"] }));
  assert.ok(!same(one, { ...one, severity: 2 }));
  assert.deepEqual(startOf({ level: "unit", unit: "P2" }), { ...coded(), level: "unit", unit: "P2" });
});

test("what the server would refuse is named before sending", () => {
  assert.deepEqual(problems(coded()), ["empty"]);
  assert.deepEqual(problems({ ...coded(), unit: "P1" }), []);
  assert.deepEqual(problems(coded("C1")), []);
  assert.deepEqual(problems({ ...coded(), flags: ["denunciation"] }), []);
  assert.deepEqual(problems({ ...coded("C1"), flags: ["no_publishable"] }), ["contradiction"]);
  assert.deepEqual(problems({ ...coded("C1"), paraphrase: "a".repeat(PARAPHRASE_MAX + 1) }), ["long"]);
  // three bytes a letter do not fit the copy that moderators share, although two thousand letters would be few enough
  assert.deepEqual(problems({ ...coded("C1"), paraphrase: "ế".repeat(1500) }), ["long"]);
  assert.deepEqual(problems({ ...coded("C1"), reason: "" }), ["reason"]);
  assert.deepEqual(problems({ ...coded("C1"), reason: "x".repeat(REASON_MAX + 1) }), ["reasonLong"]);
});

test("a shared copy reads back; what is no coding reads as nothing", () => {
  const text = (coding) => fromUtf8(canonicalBytes(coding));
  for (const coding of [coded("C1"), { ...coded("C2"), unit: "P1", severity: 3, reason: "<p>vì vậy</p>" }]) {
    assert.deepEqual(readCoding(text(coding)), coding);
  }
  const wrong = [{ categories: "C1" }, { categories: [1] }, { severity: 4 }, { unit: 7 }, { paraphrase: null }, { reason: 1 }, { more: 1 }];
  for (const change of wrong) assert.equal(readCoding(text({ ...coded("C1"), ...change })), null, JSON.stringify(change));
  for (const broken of ["", "{}", "[]", "null", '{"v":1}', " {}"]) assert.equal(readCoding(broken), null);
});

function desk(limits) {
  const seen = [];
  const clock = { time: 0, tick: null, now: () => clock.time, every: (_ms, fn) => ((clock.tick = fn), () => (clock.tick = null)) };
  const hooks = Object.fromEntries(["warn", "calm", "lock"].map((name) => [name, () => seen.push(name)]));
  return { seen, clock, idle: new IdleLock(hooks, clock, limits) };
}

test("an idle desk warns once, calms when touched, and locks at the limit", () => {
  const { seen, clock, idle } = desk({ idle: 600, warn: 60 });
  idle.start();
  const at = (time) => ((clock.time = time), clock.tick?.());
  at(539);
  assert.deepEqual(seen, []);
  at(540);
  at(550);
  assert.deepEqual(seen, ["warn"]);
  idle.touch();
  at(1149);
  assert.deepEqual(seen, ["warn", "calm", "warn"]);
  at(1150);
  assert.deepEqual(seen, ["warn", "calm", "warn", "lock"]);
  assert.equal(clock.tick, null);
});

test("a machine that slept past the limit locks on the first movement", () => {
  const { seen, clock, idle } = desk({ idle: 600, warn: 60 });
  idle.start();
  clock.time = 5000;
  idle.touch();
  assert.deepEqual(seen, ["lock"]);
  idle.touch();
  assert.deepEqual(seen, ["lock"]);
});
