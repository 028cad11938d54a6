// The report studio: what is typed is kept, and keys hinder nobody who types.

import assert from "node:assert/strict";
import test from "node:test";

import { Autosave } from "../../static/src/reports/autosave.js";
import { actionFor, neighbour } from "../../static/src/reports/keys.js";

/** An autosave over a field that a test types into; `sent` are the bodies, `states` what the page was told. */
function kept({ refuse = () => null } = {}) {
  const made = { text: "Câu cũ.", sent: [], states: [], due: null };
  made.save = new Autosave({
    seen: "ab",
    text: () => made.text,
    post: async (body) => {
      made.sent.push(body);
      const refusal = refuse(made);
      if (refusal) throw refusal;
    },
    show: (state) => made.states.push(state),
    later: (tick) => (made.due = tick),
    never: () => (made.due = null),
  });
  return made;
}

test("what was typed is sent after a while, once", async () => {
  const field = kept();
  field.text = "Câu m";
  field.save.touch();
  field.text = "Câu mới.";
  field.save.touch();
  assert.equal(field.sent.length, 0);
  await field.due();
  assert.deepEqual(field.sent, [{ seen: "ab", text: "Câu mới." }]);
  assert.deepEqual(field.states, ["writing", "writing", "keeping", "kept"]);
  assert.equal(field.save.dirty, false);
  await field.save.flush();
  assert.equal(field.sent.length, 1);
});

test("a field that nobody touched sends nothing", async () => {
  const field = kept();
  await field.save.flush();
  assert.deepEqual(field.sent, []);
});

test("what could not be sent stays unsent, says so, and is tried again", async () => {
  let online = false;
  const field = kept({ refuse: () => (online ? null : Object.assign(new Error(), { code: "network" })) });
  field.text = "Mất mạng.";
  field.save.touch();
  await field.due();
  assert.equal(field.states.at(-1), "network");
  assert.equal(field.save.dirty, true);
  online = true;
  await field.due();
  assert.equal(field.states.at(-1), "kept");
  assert.deepEqual(field.sent.map((body) => body.text), ["Mất mạng.", "Mất mạng."]);
});

test("what is typed while it is sent is due again", async () => {
  const field = kept({
    refuse: (made) => {
      if (made.sent.length === 1) made.text = "Thêm nữa.";
      return null;
    },
  });
  field.text = "Thêm.";
  await field.save.flush();
  assert.equal(field.states.at(-1), "writing");
  await field.due();
  assert.equal(field.sent.at(-1).text, "Thêm nữa.");
});

const key = (name, more = {}) => ({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });

test("letters act on a sentence and are letters in a field", () => {
  assert.equal(actionFor(key("j"), "sentence"), "next");
  assert.equal(actionFor(key("K"), "sentence"), "previous");
  assert.equal(actionFor(key("n"), "sentence"), "next-open");
  for (const where of ["field", ""]) assert.equal(actionFor(key("j"), where), null);
  assert.equal(actionFor(key("j", { ctrlKey: true }), "sentence"), null);
  assert.equal(actionFor(key("j", { isComposing: true }), "sentence"), null);
});

test("a field is saved by Ctrl+Enter and closed by Escape, and Enter is a line break", () => {
  assert.equal(actionFor(key("Enter", { ctrlKey: true }), "field"), "save");
  assert.equal(actionFor(key("Escape"), "field"), "close");
  assert.equal(actionFor(key("Enter"), "field"), null);
  assert.equal(actionFor(key("Escape", { isComposing: true }), "field"), null);
});

test("neighbours end at both ends, and the next open one comes round", () => {
  const list = ["a", "b!", "c", "d!"];
  const open = (item) => item.endsWith("!");
  assert.equal(neighbour(list, "a", "previous", open), "a");
  assert.equal(neighbour(list, "d!", "next", open), "d!");
  assert.equal(neighbour(list, "b!", "next-open", open), "d!");
  assert.equal(neighbour(list, "d!", "next-open", open), "b!");
  assert.equal(neighbour(["a", "c"], "c", "next-open", open), "c");
});
