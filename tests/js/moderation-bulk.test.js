// One change to many codings, and taking it back.

import assert from "node:assert/strict";
import { test } from "node:test";

import { apply, isNothing, NOTHING, plan, planUndo } from "../../static/src/moderation/bulk.js";
import { runSteps } from "../../static/src/moderation/bulk-run.js";
import { makeCoding } from "../../static/src/moderation/coding.js";

const TOOLS = { map: { C1: "R2", C4: "R1", C6: "R5" }, levels: { P1: "unit", P2: "unit" }, readers: 2 };
const coded = (categories, more = {}) => makeCoding({ categories, remedies: [], flags: [], paraphrase: "", ...more });
const CODED = coded(["C1"], { remedies: ["R2"], severity: 1, paraphrase: "<p>lời của tôi</p>" });

function row(index, coding = null, { unit = null, mine = true } = {}) {
  const entries = coding ? [[1, { slot: 1, revision: 1, mine, coding }]] : [];
  return { index, codings: new Map(entries), payload: { level: unit && "unit", unit }, assigned: true };
}

test("a change adds, removes and sets; remedies follow and words stay", () => {
  const change = { ...NOTHING, add: ["C4"], remove: ["C1"], severity: 3, unit: "P2", flag: ["denunciation"] };
  const after = apply(CODED, change, TOOLS);
  assert.deepEqual(after, {
    ...CODED, categories: ["C4"], remedies: ["R1"], severity: 3, unit: "P2", level: "unit", flags: ["denunciation"],
  });
  assert.deepEqual(apply(after, { ...NOTHING, severity: null, unit: null, unflag: ["denunciation"] }, TOOLS), {
    ...after, severity: null, unit: null, flags: [],
  });
  // a remedy that was set by hand is no consequence of a category, so it stays
  const byHand = { ...CODED, remedies: ["R2", "R6"] };
  assert.deepEqual(apply(byHand, { ...NOTHING, remove: ["C1"], add: ["C6"] }, TOOLS).remedies, ["R5", "R6"]);
  assert.ok(isNothing(NOTHING) && !isNothing(change) && !isNothing({ ...NOTHING, severity: null }));
});

test("the plan tells what changes, what says so already, and what cannot have the change", () => {
  // given a coded comment, one that already has the category, a new one, one of two others, and one with nothing to publish
  const rows = [
    row(1, CODED),
    row(2, coded(["C6"], { remedies: ["R5"] })),
    row(3, null, { unit: "P1" }),
    { ...row(4), codings: new Map([1, 2].map((slot) => [slot, { slot, revision: 1, mine: false, coding: coded([`C${slot}`]) }])) },
    row(5, coded([], { flags: ["no_publishable"] })),
  ];
  const { steps, same, refused } = plan(rows, { ...NOTHING, add: ["C6"] }, TOOLS);
  assert.deepEqual(steps.map((step) => step.row.index), [1, 3]);
  assert.deepEqual(steps[1], { row: rows[2], before: null, after: coded(["C6"], { remedies: ["R5"], unit: "P1", level: "unit" }) });
  assert.equal(same, 1);
  assert.deepEqual(refused.map(({ index }) => index), [4, 5]);
});

test("undo puts the earlier codings back as steps of their own, and leaves what had none to go back to", () => {
  const rows = [row(1, CODED), row(2, null, { unit: "P1" }), row(3)];
  const { steps } = plan(rows, { ...NOTHING, add: ["C6"] }, TOOLS);
  const undo = planUndo(steps, TOOLS);
  assert.deepEqual(undo.steps.map((step) => [step.row.index, step.after]), [
    [1, CODED],
    [2, coded([], { unit: "P1", level: "unit" })],
  ]);
  assert.deepEqual(undo.steps[0].before, steps[0].after);
  assert.deepEqual(undo.left, [rows[2]]);
});

test("steps are saved one after another; a refusal or a stop ends the batch with what is done", async () => {
  const steps = [1, 2, 3].map((index) => ({ row: row(index), before: null, after: coded([`C${index}`]) }));
  const saved = [];
  const save = async ({ index }, { categories }) => {
    if (index === 3) throw new Error("refused");
    saved.push([index, categories[0]]);
  };
  const seen = [];
  const all = await runSteps(steps, save, { signal: new AbortController().signal, onDone: (count) => seen.push(count) });
  assert.deepEqual(saved, [[1, "C1"], [2, "C2"]]);
  assert.deepEqual([all.done.length, all.error.message, seen], [2, "refused", [1, 2]]);
  const stop = new AbortController();
  const some = await runSteps(steps, save, { signal: stop.signal, onDone: () => stop.abort() });
  assert.deepEqual([some.done.length, some.error], [1, null]);
});
