// The unlocked desk: which row is open, saving, stepping, and the question before unsaved work is left.

import { Refusal } from "./api.js";
import { byId, fill, part, say } from "./dom.js";
import { CodingForm } from "./form.js";
import { QueueList } from "./list.js";
import { Panels } from "./panels.js";
import { nextUncoded, progress, stepFrom } from "./queue.js";

export class Desk {
  /** `unsealer`: {call(type, data, onProgress)}, the worker that holds the comments' keys while the desk is unlocked. */
  constructor(words, api, unsealer) {
    this.words = words;
    this.api = api;
    this.panels = new Panels(words, api, unsealer);
    this.root = byId("desk");
    this.detail = part(this.root, "detail");
    this.rows = [];
    this.row = null;
    this.list = new QueueList(byId("queue"), words, (index) => this.go(this.#at(index)));
    this.form = new CodingForm(part(this.root, "coding"), words, () => this.saveAndNext());
    for (const button of this.root.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => this.step(button.dataset.step === "next" ? 1 : -1));
    }
  }

  get dirty() {
    return Boolean(this.row) && (this.form.dirty || this.panels.dirty);
  }

  /** Lay out opened rows; `broken`: leaves whose envelope disagrees with the log. */
  start(rows, broken) {
    this.rows = rows;
    this.list.setRows(rows);
    part(this.root, "integrity").hidden = !broken.length;
    part(this.root, "integrity-text").textContent = broken.length ? fill(this.words.integrity, { list: broken.join(", ") }) : "";
    this.root.hidden = false;
    this.#count();
    this.#show(nextUncoded(rows, null) ?? rows[0] ?? null);
  }

  /** Wipe everything that was ever plaintext from the page and from reach. */
  clear() {
    for (const row of this.rows) row.text = row.folded = row.payload = row.coding = null;
    this.rows = [];
    this.#show(null);
    this.list.clear();
    this.root.hidden = true;
    part(this.root, "integrity-text").textContent = "";
  }

  /** Open that row, after asking about unsaved work. */
  async go(row) {
    if (!row || row === this.row || !(await this.#settled())) return;
    this.#show(row);
  }

  step(by) {
    return this.go(stepFrom(this.list.shown, this.row?.index ?? null, by));
  }

  toUncoded() {
    return this.go(nextUncoded(this.list.shown, this.row?.index ?? null));
  }

  /** Save and open what comes next in the list as it is filtered. */
  async saveAndNext() {
    const from = this.row;
    if (!from || !(await this.save())) return;
    const next = stepFrom(this.list.shown, from.index, 1) ?? nextUncoded(this.rows, from.index);
    if (next) this.#show(next);
    const { total, coded } = progress(this.rows);
    say(byId("status"), total === coded ? this.words.allCoded : fill(this.words.saved, { revision: from.revision }));
  }

  /** Send the coding; false where it was refused, with the reason shown. */
  async save() {
    const row = this.row;
    const coding = row && !this.saving && this.form.editable ? this.form.checked() : null;
    if (!coding) return false;
    this.saving = true;
    try {
      const kept = await this.api.post(this.words.urlCodings, { index: row.index, revision: row.revision, coding });
      if (this.row !== row) return false; // locked meanwhile
      row.coding = kept.coding;
      row.revision = kept.revision;
      this.form.open(row);
      part(this.root, "saved").textContent = fill(this.words.saved, { revision: kept.revision });
      this.list.refresh();
      this.#count();
      return true;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const own = { network: this.words.errorNetwork, session: this.words.errorSession };
      this.form.error(error.words || own[error.code]);
      return false;
    } finally {
      this.saving = false;
    }
  }

  #at(index) {
    return this.rows.find((row) => row.index === index) ?? null;
  }

  #count() {
    part(byId("tools"), "progress").textContent = fill(this.words.progress, progress(this.rows));
  }

  #show(row) {
    this.row = row;
    part(this.detail, "opened").hidden = !row;
    part(this.detail, "choose").hidden = Boolean(row);
    part(this.detail, "title").textContent = row ? fill(this.words.comment, { index: row.index }) : "";
    part(this.detail, "text").textContent = row?.text ?? "";
    part(this.detail, "meta").replaceChildren(...(row?.payload ? this.#meta(row.payload) : []));
    if (row) this.form.open(row);
    else this.form.clear();
    if (row) this.panels.show(row);
    else this.panels.clear();
    this.list.mark(row?.index ?? null);
    if (row) part(this.detail, "title").focus();
  }

  #meta(payload) {
    const topic = payload.topic[0].toUpperCase() + payload.topic.slice(1);
    const chosen = (id, value) => [...byId(id).options].find((option) => option.value === value)?.textContent.trim();
    const ratings = Object.entries(payload.ratings).map(([code, value]) => `${code}: ${value}`);
    const lines = [
      [this.words.topic, this.words[`topic${topic}`]],
      [this.words.level, payload.level && chosen("level", payload.level)],
      [this.words.unit, payload.unit && (chosen("unit", payload.unit) ?? payload.unit)],
      [this.words.ratings, ratings.join(" · ")],
    ];
    return lines.filter(([, value]) => value).map(([term, value]) => this.#metaItem(term, value));
  }

  #metaItem(term, value) {
    const item = byId("meta-item").content.firstElementChild.cloneNode(true);
    item.querySelector("dt").textContent = term;
    item.querySelector("dd").textContent = value;
    return item;
  }

  async #settled() {
    if (!this.dirty) return true;
    const answer = await ask(byId("unsaved"));
    if (answer === "save") return this.save();
    return answer === "discard";
  }
}

// The value of the button that closes the dialog; "" when it is dismissed.
function ask(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
