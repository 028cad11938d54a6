// The unlocked desk: its rows, which one is open, stepping through them, saving, and the question before work is lost.

import { Refusal } from "./api.js";
import { BulkPanel } from "./bulk-panel.js";
import { CommentView } from "./comment.js";
import { ask, breathe, byId, fill, part, say } from "./dom.js";
import { Draft } from "./drafts.js";
import { CodingForm } from "./form.js";
import { updateRows } from "./opening.js";
import { Panels } from "./panels.js";
import { nextToDo, progress, stepFrom } from "./queue.js";
import { QueueView } from "./queue-view.js";
import { Saver } from "./saving.js";
import { regroup } from "./study.js";

export class Desk {
  /** `unsealer`: {call(type, data, onProgress)}, the worker that holds the comments' keys while the desk is unlocked. */
  constructor(words, api, unsealer) {
    Object.assign(this, { words, api, unsealer });
    this.readers = Number(words.readers);
    this.root = byId("desk");
    this.rows = [];
    this.row = null;
    this.saver = new Saver(words, api, unsealer);
    this.draft = new Draft(unsealer);
    this.#parts(byId("queue"), part(this.root, "detail"));
    this.root.addEventListener("desk:adopt", ({ detail }) => this.form.propose(detail.coding));
    this.root.addEventListener("desk:suggested", ({ detail }) => this.form.tick(detail.code));
    this.root.addEventListener("desk:changed", () => this.queue.refresh());
    this.root.addEventListener("desk:redacted", ({ detail }) => this.#redacted(detail.row));
    this.root.addEventListener("desk:talks", ({ detail }) => this.#talked(detail));
    for (const button of this.root.querySelectorAll("[data-step]")) {
      button.addEventListener("click", () => this.step(button.dataset.step === "next" ? 1 : -1));
    }
  }

  #parts(queue, detail) {
    const { words } = this;
    this.view = new CommentView(detail, words, (group) => this.queue.filters.byGroup(group));
    this.queue = new QueueView(queue, words, this.unsealer, {
      open: (row) => this.go(row),
      picked: () => this.bulk.count(),
      shown: (query) => this.#shown(query),
    });
    this.form = new CodingForm(part(detail, "coding"), words, {
      save: () => this.saveAndNext(),
      copied: (ranges) => this.view.mark(ranges),
      typed: () => this.row && this.form.dirty && this.draft.later(this.row.index, () => this.form.read()),
    });
    this.panels = new Panels(words, this.api, this.unsealer);
    const levels = Object.fromEntries([...byId("unit").options].map(({ value, dataset }) => [value, dataset.level]));
    this.bulk = new BulkPanel(queue, words, { map: this.form.map, levels, readers: this.readers }, {
      picked: () => this.queue.picked,
      pick: (rows) => this.queue.list.pick(rows),
      save: (row, coding) => this.saver.save(row, coding),
      settled: () => this.#settled(),
      changed: () => this.#saved(),
    });
  }

  get dirty() {
    return this.bulk.busy || (Boolean(this.row) && (this.form.dirty || this.panels.dirty));
  }

  /** Lay out opened rows; `broken`: leaves whose envelope disagrees with the log; `tried`: those and all others. */
  async start({ rows, broken, tried }) {
    Object.assign(this, { rows, tried });
    part(this.root, "integrity").hidden = !broken.length;
    part(this.root, "integrity-text").textContent = broken.length ? fill(this.words.integrity, { list: broken.join(", ") }) : "";
    this.root.hidden = false;
    await breathe();
    await this.queue.refresh(rows);
    await breathe();
    const draft = await this.draft.restored();
    if (this.rows !== rows) return; // locked meanwhile
    const row = rows.find(({ index }) => index === draft?.index) ?? nextToDo(rows, null, this.readers) ?? rows[0] ?? null;
    this.#show(row);
    if (row && row.index === draft?.index) this.form.propose(draft.coding);
    part(this.root, "draft").hidden = !draft;
  }

  /** Wipe everything that was ever plaintext from the page and from reach. */
  clear() {
    this.draft.rest();
    for (const row of this.rows) Object.assign(row, { text: "", bars: [], redaction: null, payload: null, codings: new Map() });
    this.rows = [];
    this.#show(null);
    this.bulk.clear();
    this.queue.clear();
    this.root.hidden = true;
    part(this.root, "integrity-text").textContent = "";
  }

  /** Take in what others did meanwhile. What is typed stays as it is. */
  async update() {
    const { rows } = this;
    try {
      const fresh = await updateRows(this);
      if (this.rows !== rows) return; // locked meanwhile
      if (this.row && !this.dirty) this.#fill(this.row, "refresh");
      await this.queue.refresh();
      const said = fresh ? this.words.updatedNew : this.words.updated;
      say(byId("status"), said);
      part(byId("tools"), "updated").textContent = said;
    } catch (error) {
      this.#refused(error);
    }
  }

  /** Open that row, after asking about unsaved work. */
  async go(row) {
    if (!row || row === this.row) return this.view.reveal();
    if (await this.#settled()) this.#show(row);
    return undefined;
  }

  step(by) {
    const row = stepFrom(this.queue.shown, this.row?.index ?? null, by);
    return row && this.go(row);
  }

  toDo() {
    const row = nextToDo(this.queue.shown, this.row?.index ?? null, this.readers);
    return row && this.go(row);
  }

  /** Pick or unpick the open row for a change of many. */
  pick() {
    if (this.row) this.queue.list.toggle(this.row.index);
  }

  /** Save and open what comes next in the list as it is filtered. */
  async saveAndNext() {
    const from = this.row;
    if (!from || !(await this.save())) return;
    const { shown } = this.queue;
    const next = stepFrom(shown, from.index, 1) ?? nextToDo(shown, from.index, this.readers);
    if (next) this.#show(next);
    const { total, done } = progress(this.rows, this.readers);
    if (total === done) say(byId("status"), this.words.allCoded);
  }

  /** Send the coding; false where it was refused, with the reason shown. */
  async save() {
    const row = this.row;
    const coding = row && !this.saving && this.form.editable ? this.form.checked() : null;
    if (!coding || !(await this.form.editor.settled()) || this.row !== row) return false;
    this.saving = true;
    try {
      const { revision } = await this.saver.save(row, coding);
      if (this.row !== row) return false; // locked meanwhile
      await this.#saved();
      const said = fill(this.words.saved, { revision });
      part(this.root, "saved").textContent = said;
      say(byId("status"), said);
      return true;
    } catch (error) {
      this.#refused(error);
      if (this.row === row) this.view.state(); // after a conflict the row has what stands on the server
      return false;
    } finally {
      this.saving = false;
    }
  }

  // Where conversations are: a Map from index to a state of workers/unseal-talk.js.
  #talked(states) {
    for (const row of this.rows) row.talk = states.get(row.index) ?? null;
    this.queue.list.redraw();
  }

  // What may be read of a comment has changed: everything that shows it follows, and what is typed stays.
  async #redacted(row) {
    const { rows } = this;
    await regroup(this.unsealer, rows);
    if (this.rows !== rows) return; // locked meanwhile
    if (this.row === row && !this.dirty) this.#fill(row, "refresh");
    else if (this.row === row) this.form.against(row.text);
    await this.queue.refresh();
  }

  // Codings changed on the server and in the rows: what shows them follows.
  async #saved() {
    this.draft.drop();
    if (this.row) this.#fill(this.row, "refresh");
    await this.queue.refresh();
  }

  #refused(error) {
    if (!(error instanceof Refusal) && error.name !== "CryptoError") throw error;
    const own = { network: this.words.errorNetwork, session: this.words.errorSession };
    if (!this.root.hidden) this.form.error(error.words || own[error.code] || this.words.errorWorker);
  }

  #shown(query) {
    this.view.paint(query);
    part(byId("tools"), "progress").textContent = fill(this.words.progress, progress(this.rows, this.readers));
  }

  #show(row) {
    this.row = row;
    part(this.root, "draft").hidden = true;
    if (!row) {
      this.view.clear();
      this.form.clear();
      this.panels.clear();
      return;
    }
    row.seen = true;
    this.#fill(row);
    this.queue.list.mark(row.index);
    this.queue.count(); // it has been read now
    this.view.reveal();
  }

  #fill(row, how = "show") {
    const others = row.group === null ? 0 : this.rows.filter(({ group }) => group === row.group).length - 1;
    this.view.show(row, this.queue.query, others);
    this.form.open(row);
    this.panels[how](row);
  }

  async #settled() {
    if (!this.dirty) return true;
    const answer = await ask(byId("unsaved"));
    if (answer === "save") return (!this.form.dirty || (await this.save())) && this.panels.save();
    if (answer !== "discard") return false;
    this.draft.drop();
    this.panels.discard();
    if (this.row) this.form.open(this.row);
    return true;
  }
}
