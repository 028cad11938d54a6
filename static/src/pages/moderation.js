// The moderator's workbench. The seed lives in the worker, plaintext in this tab; both go when the desk locks.

import { makeApi } from "../moderation/api.js";
import { Desk } from "../moderation/desk.js";
import { byId, part, say } from "../moderation/dom.js";
import { IdleLock } from "../moderation/idle.js";
import { actionFor } from "../moderation/keymap.js";
import { UnlockPanel } from "../moderation/unlock.js";

const PRESENCE = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];
const SWITCH = "portal-shortcuts";

const words = byId("words").dataset;
const api = makeApi(words.csrf);
const panel = new UnlockPanel(words, api, opened);
const desk = new Desk(words, api, panel);
const help = byId("help");
const warning = byId("idle");

const idle = new IdleLock(
  {
    warn: () => (warning.hidden = false),
    calm: () => (warning.hidden = true),
    lock: () => lock(),
  },
  {
    now: () => Date.now(),
    every: (ms, tick) => {
      const timer = setInterval(tick, ms);
      return () => clearInterval(timer);
    },
  },
);

function opened({ rows, broken }) {
  panel.hide();
  byId("tools").hidden = false;
  idle.start();
  desk.start(rows, broken);
  say(byId("status"), words.opened);
}

function lock({ quietly = false } = {}) {
  idle.end();
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
  desk.clear();
  byId("tools").hidden = true;
  warning.hidden = true;
  panel.show();
  if (!quietly) say(byId("status"), words.locked);
}

const ACTIONS = {
  next: () => desk.step(1),
  previous: () => desk.step(-1),
  "next-uncoded": () => desk.toUncoded(),
  save: () => desk.form.editable && desk.saveAndNext(),
  search: () => byId("search").focus(),
  categories: () => desk.form.focus("categories"),
  severity: () => desk.form.focus("severity"),
  remedies: () => desk.form.focus("remedies"),
  paraphrase: () => desk.form.focus("paraphrase"),
  lock: () => lock(),
  help: () => help.showModal(),
  "leave-field": () => (desk.row ? part(desk.detail, "title") : byId("queue-title")).focus(),
};

const switchBox = byId("shortcuts-on");
switchBox.checked = localStorage.getItem(SWITCH) !== "off";
switchBox.addEventListener("change", () => localStorage.setItem(SWITCH, switchBox.checked ? "on" : "off"));

document.addEventListener("keydown", (event) => {
  const dialog = Boolean(document.querySelector("dialog[open]"));
  const action = actionFor(event, { on: switchBox.checked, locked: desk.root.hidden, dialog });
  if (!action) return;
  event.preventDefault();
  ACTIONS[action]();
});

part(byId("tools"), "lock").addEventListener("click", () => lock());
part(byId("tools"), "help").addEventListener("click", () => help.showModal());
part(warning, "stay").addEventListener("click", () => idle.touch());
for (const name of PRESENCE) document.addEventListener(name, () => idle.touch(), { passive: true });

window.addEventListener("beforeunload", (event) => {
  if (desk.dirty) event.preventDefault();
});
// A page kept for the back button must not keep what was read on it.
window.addEventListener("pagehide", () => lock({ quietly: true }));
