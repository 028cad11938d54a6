// Where a comment is between two readers, who may write what, and what the filters show: no page, no network.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { makeCoding } from "../../static/src/moderation/coding.js";
import { changes, differences } from "../../static/src/moderation/differences.js";
import { Picks } from "../../static/src/moderation/picks.js";
import { ALL, choose, counts, nextToDo, progress, stepFrom } from "../../static/src/moderation/queue.js";
import { DECISION, isDeciding, isLeft, isMine, isWritable, pair, slotFor, standing, stateOf } from "../../static/src/moderation/rows.js";
import { windowOf } from "../../static/src/moderation/virtual.js";

const coded = (categories, more = {}) => makeCoding({ categories, remedies: [], flags: [], paraphrase: "", ...more });
const entry = (slot, mine, coding) => [slot, { slot, revision: 1, mine, coding }];

function row(index, entries = [], more = {}) {
  const codings = new Map(entries.map((one) => entry(...one)));
  return { index, codings, payload: { unit: null }, text: "", seen: false, group: null, assigned: true, ...more };
}

const C1 = coded(["C1"]);
const C2 = coded(["C2"]);

describe("two readers", () => {
  const cases = [
    // codings: [slot, mine, coding or null where withheld] -> state, the slot for this moderator, may write, decides
    ["nobody has coded", [], "none", 1, true, false],
    ["another one has, and it is withheld", [[1, false, null]], "one", 2, true, false],
    ["only this moderator has", [[1, true, C1]], "one", 1, true, false],
    ["both have, and agree", [[1, true, C1], [2, false, C1]], "decided", 1, true, false],
    ["both have, and differ", [[1, false, C1], [2, true, C2]], "decide", 2, true, false],
    ["two others have, and differ", [[1, false, C1], [2, false, C2]], "decide", DECISION, true, true],
    ["two others have, and agree", [[1, false, C1], [2, false, C1]], "decided", DECISION, false, false],
    ["two others have, not to be seen", [[1, false, null], [2, false, null]], "two", DECISION, false, false],
    ["this moderator has decided", [[1, false, C1], [2, false, C2], [3, true, C1]], "decided", DECISION, true, true],
    ["another one has decided", [[1, false, C1], [2, false, C2], [3, false, C1]], "decided", DECISION, false, false],
    ["one's own coding has been decided on", [[1, true, C1], [2, false, C2], [3, false, C2]], "decided", 1, false, false],
  ];
  for (const [name, entries, state, slot, writable, deciding] of cases) {
    test(name, () => {
      const one = row(1, entries);
      assert.equal(stateOf(one, 2), state);
      assert.equal(slotFor(one, 2), slot);
      assert.equal(isWritable(one, 2), writable);
      assert.equal(isDeciding(one, 2), deciding);
    });
  }

  test("they agree on what is counted: severity, remedies and wording are each reader's own", () => {
    const other = { ...C1, severity: 3, remedies: ["R2"], level: "unit", paraphrase: "<p>khác</p>" };
    assert.equal(stateOf(row(1, [[1, true, C1], [2, false, other]]), 2), "decided");
    for (const change of [{ unit: "P1" }, { flags: ["denunciation"] }, { categories: ["C1", "C2"] }]) {
      assert.equal(stateOf(row(1, [[1, true, C1], [2, false, { ...C1, ...change }]]), 2), "decide");
    }
  });

  test("one's own coding stands on the left; a withheld one gives no pair", () => {
    const both = pair(row(1, [[1, false, C1], [2, true, C2]]));
    assert.deepEqual(both.map(({ coding }) => coding), [C2, C1]);
    assert.equal(pair(row(1, [[1, false, null]])), null);
    assert.equal(standing(row(1, [[1, false, C1], [2, true, C2], [3, false, C1]])), C1);
    assert.equal(standing(row(1, [[1, false, null]])), null);
  });
});

test("with one reader any coding is enough, and anyone may correct it", () => {
  const one = row(1, [[1, false, C1]]);
  assert.deepEqual([stateOf(one, 1), slotFor(one, 1), isWritable(one, 1), isDeciding(one, 1)], ["decided", 1, true, false]);
  assert.equal(stateOf(row(1), 1), "none");
});

test("whose a comment is: mine when it fell to me and waits, left when it waits for another", () => {
  assert.deepEqual([isMine(row(1), 2), isLeft(row(1), 2)], [true, false]);
  const others = row(1, [], { assigned: false });
  assert.deepEqual([isMine(others, 2), isLeft(others, 2)], [false, true]);
  for (const entries of [[[1, true, C1]], [[1, false, null], [2, false, null]]]) {
    assert.equal(isMine(row(1, entries), 2) || isLeft(row(1, entries, { assigned: false }), 2), false);
  }
});

const ROWS = [
  row(3),
  row(8, [[1, true, coded(["C1", "C6"], { severity: 2, unit: "P1" })], [2, false, C2]], { seen: true }),
  row(9, [[1, false, null]], { assigned: false, group: 9 }),
  row(12, [[1, true, coded([], { flags: ["denunciation"] })]], { group: 9 }),
];
const shown = (filter, found) => choose(ROWS, { ...ALL, ...filter }, 2, found).map(({ index }) => index);

test("filters by state, category, severity, unit, marks, group and found words combine", () => {
  assert.deepEqual(shown({}), [3, 8, 9, 12]);
  assert.deepEqual(shown({ state: "todo" }), [3]);
  assert.deepEqual(shown({ state: "left" }), [9]);
  assert.deepEqual(shown({ state: "unread" }), [3, 9]);
  assert.deepEqual(shown({ state: "one" }), [9, 12]);
  assert.deepEqual(shown({ state: "decide" }), [8]);
  assert.deepEqual(shown({ category: "C6" }), [8]);
  assert.deepEqual(shown({ severity: "2", unit: "P1" }), [8]);
  assert.deepEqual(shown({ severity: "1" }), []);
  assert.deepEqual(shown({ marks: ["flagged"] }), [12]);
  assert.deepEqual(shown({ marks: ["mine", "similar"] }), [12]);
  assert.deepEqual(shown({ group: 9 }), [9, 12]);
  assert.deepEqual(shown({ marks: ["unread"] }, new Set([9, 12])), [9]);
  assert.deepEqual(counts(ROWS, 2), { "": 4, todo: 1, left: 1, unread: 2, one: 2, decide: 1, decided: 0 });
});

test("stepping stops at the ends and goes on from where a vanished row stood", () => {
  assert.equal(stepFrom(ROWS, 3, 1).index, 8);
  assert.equal(stepFrom(ROWS, 12, 1), null);
  assert.equal(stepFrom(ROWS, 3, -1), null);
  assert.equal(stepFrom(ROWS, null, 1).index, 3);
  const left = ROWS.filter(({ index }) => index !== 8);
  assert.equal(stepFrom(left, 8, 1).index, 9);
  assert.equal(stepFrom(left, 8, -1).index, 3);
  assert.equal(stepFrom([], 8, 1), null);
});

test("the next one to do comes after this one, then round the end, then none; progress counts one's own part", () => {
  const rows = [...ROWS, row(20)];
  assert.equal(nextToDo(rows, 3, 2).index, 20);
  assert.equal(nextToDo(rows, 20, 2).index, 3);
  assert.equal(nextToDo(ROWS, 3, 2), null);
  assert.deepEqual(progress(ROWS, 2), { total: 3, done: 2 });
});

test("two codings differ field by field, and what only one says is marked", () => {
  const found = differences(coded(["C1", "C2"], { unit: "P1" }), coded(["C1"], { severity: 2, unit: "P1" }));
  const [categories, severity] = found;
  assert.deepEqual(categories.left, [{ value: "C1", only: false }, { value: "C2", only: true }]);
  assert.deepEqual(severity, { field: "severity", differs: true, left: [], right: [{ value: 2, only: true }] });
  assert.deepEqual(found.filter(({ differs }) => differs).map(({ field }) => field), ["categories", "severity"]);
  assert.deepEqual(changes(C1, C2), [{ field: "categories", removed: ["C1"], added: ["C2"] }]);
  assert.deepEqual(changes(C1, C1), []);
});

test("picking by one, by range from the last one, and all", () => {
  const picks = new Picks();
  picks.toggle(3);
  picks.extend(ROWS, 9);
  assert.deepEqual(picks.of(ROWS).map(({ index }) => index), [3, 8, 9]);
  picks.toggle(8);
  assert.deepEqual([picks.has(8), picks.size], [false, 2]);
  picks.extend(ROWS, 12); // from the one just toggled
  assert.deepEqual(picks.of(ROWS).map(({ index }) => index), [3, 8, 9, 12]);
  picks.set([]);
  picks.extend(ROWS, 9);
  assert.deepEqual(picks.of(ROWS).map(({ index }) => index), [9]);
});

test("a list of a million rows draws those in view and a few around them", () => {
  const { first, last } = windowOf({ top: 96 * 500_000, height: 960, row: 96, total: 1_000_000 });
  assert.ok(first <= 500_000 && last >= 500_010 && last - first < 40);
  assert.deepEqual(windowOf({ top: 0, height: 960, row: 96, total: 3 }), { first: 0, last: 3 });
  assert.deepEqual(windowOf({ top: 0, height: 960, row: 96, total: 0 }), { first: 0, last: 0 });
});
