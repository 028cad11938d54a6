// The moderator's workbench. The seed lives in the worker, plaintext in this tab; both go when the desk locks.

import { makeApi } from "../moderation/api.js";
import { Compare } from "../moderation/compare.js";
import { Desk } from "../moderation/desk.js";
import { byId, part, say } from "../moderation/dom.js";
import { Hands } from "../moderation/hands.js";
import { IdleLock } from "../moderation/idle.js";
import { actionFor } from "../moderation/keymap.js";
import { Redact } from "../moderation/redact.js";
import { Shortcuts } from "../moderation/shortcuts.js";
import { Suggestions } from "../moderation/suggestions.js";
import { UnlockPanel } from "../moderation/unlock.js";

const PRESENCE = ["keydown", "pointerdown", "pointermove", "wheel", "touchstart"];

const words = byId("words").dataset;
const api = makeApi(words.csrf);
const panel = new UnlockPanel(words, api, opened);
const desk = new Desk(words, api, panel);
const help = byId("help");
const warning = byId("idle");
const shortcuts = new Shortcuts(help, localStorage);

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

async function opened(found) {
  panel.hide();
  byId("tools").hidden = false;
  idle.start();
  await desk.start(found);
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

const suggestion = (place) => () => desk.panels.of(Suggestions).accept(place);

const ACTIONS = {
  next: () => desk.step(1),
  previous: () => desk.step(-1),
  "next-uncoded": () => desk.toDo(),
  save: () => desk.form.editable && desk.saveAndNext(),
  search: () => byId("search").focus(),
  list: () => part(byId("queue"), "queue").focus(),
  filters: () => desk.queue.filters.focus(),
  pick: () => desk.pick(),
  bulk: () => desk.bulk.open(),
  undo: () => desk.bulk.undo(),
  take: () => desk.panels.of(Hands).take(),
  "hand-back": () => desk.panels.of(Hands).handBack(),
  "suggestion-1": suggestion(1),
  "suggestion-2": suggestion(2),
  "suggestion-3": suggestion(3),
  "adopt-left": () => desk.panels.of(Compare).adopt("left"),
  "adopt-right": () => desk.panels.of(Compare).adopt("right"),
  categories: () => desk.form.focus("categories"),
  severity: () => desk.form.focus("severity"),
  remedies: () => desk.form.focus("remedies"),
  paraphrase: () => desk.form.focus("paraphrase"),
  redact: () => desk.panels.of(Redact).focus(),
  update: () => desk.update(),
  lock: () => lock(),
  help: () => help.showModal(),
  "leave-field": () => (desk.row ? desk.view.focus() : byId("queue-title").focus()),
};

document.addEventListener("keydown", (event) => {
  const dialog = Boolean(document.querySelector("dialog[open]"));
  const allows = (action) => shortcuts.allows(action);
  const action = actionFor(event, { on: shortcuts.on, allows, locked: desk.root.hidden, dialog });
  if (!action) return;
  event.preventDefault();
  ACTIONS[action]();
});

part(byId("tools"), "lock").addEventListener("click", () => lock());
part(byId("tools"), "update").addEventListener("click", () => desk.update());
part(byId("tools"), "help").addEventListener("click", () => help.showModal());
part(warning, "stay").addEventListener("click", () => idle.touch());
for (const name of PRESENCE) document.addEventListener(name, () => idle.touch(), { passive: true });

window.addEventListener("beforeunload", (event) => {
  if (desk.dirty) event.preventDefault();
});
// A page kept for the back button must not keep what was read on it.
window.addEventListener("pagehide", () => lock({ quietly: true }));
