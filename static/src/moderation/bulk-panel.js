// The bar over the list: what is picked, what to do with it, and taking the last batch back.

import { Refusal } from "./api.js";
import { planUndo } from "./bulk.js";
import { BulkForm } from "./bulk-form.js";
import { runSteps } from "./bulk-run.js";
import { byId, fill, part, say } from "./dom.js";

export class BulkPanel {
  /**
   * `hooks`: {picked() -> rows, pick(rows), save(row, coding) -> promise, settled() -> promise of whether unsaved work is
   * out of the way, changed(): rows have new codings}. `tools`: as {@link plan} takes them.
   */
  constructor(root, words, tools, hooks) {
    Object.assign(this, { words, tools, hooks });
    this.bar = part(root, "bulk");
    this.undoBar = part(root, "undo");
    this.dialog = byId("bulk");
    this.form = new BulkForm(this.dialog, words, tools);
    this.last = null; // the steps of the last batch
    this.stop = null;
    // Where codings are frozen there is nothing to change, and no button for it.
    part(this.bar, "change")?.addEventListener("click", () => this.open());
    part(this.bar, "unpick").addEventListener("click", () => hooks.pick([]));
    part(this.undoBar, "take-back").addEventListener("click", () => this.undo());
    part(this.undoBar, "keep").addEventListener("click", () => this.#remember(null));
    part(this.dialog, "apply").addEventListener("click", () => this.#apply());
    part(this.dialog, "stop").addEventListener("click", () => this.stop?.abort());
    this.dialog.addEventListener("cancel", (event) => this.busy && event.preventDefault());
    this.dialog.addEventListener("close", () => this.form.clear());
  }

  /** Whether a batch is under way. */
  get busy() {
    return this.stop !== null;
  }

  /** Say how many rows are picked. */
  count() {
    const { length } = this.hooks.picked();
    this.bar.hidden = !length;
    part(this.bar, "picked").textContent = fill(this.words.picked, { count: length });
  }

  async open() {
    const rows = this.hooks.picked();
    if (!rows.length || this.busy || !(await this.hooks.settled())) return;
    this.#busy(false);
    this.form.open(rows);
    this.dialog.showModal();
  }

  /** Write the codings that stood before the last batch, as new revisions. */
  async undo() {
    if (!this.last || this.busy || !(await this.hooks.settled())) return;
    const { steps, left } = planUndo(this.last, this.tools);
    this.form.clear();
    this.dialog.showModal();
    const result = await this.#run(steps);
    if (!result) return;
    const { done, error } = result;
    this.#remember(error ? this.last.filter(({ row }) => !done.some((step) => step.row === row)) : null);
    if (left.length) this.hooks.pick(left);
    this.#tell(fill(left.length ? this.words.undoneSome : this.words.undone, { count: done.length, left: left.length }), error);
  }

  /** The desk locks: nothing of the batch may stay. */
  clear() {
    this.stop?.abort();
    this.stop = null;
    this.form.clear();
    this.#remember(null);
    this.bar.hidden = true;
  }

  async #apply() {
    const result = await this.#run(this.form.plan.steps);
    if (!result) return;
    const { done, error } = result;
    this.#remember(done);
    if (!error) this.hooks.pick([]);
    this.#tell(fill(this.words.bulkDone, { count: done.length }), error);
  }

  async #run(steps) {
    this.#busy(true, steps.length);
    const { signal } = this.stop;
    const bar = this.dialog.querySelector("progress");
    const result = await runSteps(steps, this.hooks.save, { signal, onDone: (count) => (bar.value = count) });
    if (this.stop?.signal !== signal) return null; // locked meanwhile
    this.#busy(false);
    this.dialog.close();
    this.hooks.changed();
    return result;
  }

  #busy(on, total = 1) {
    this.stop = on ? new AbortController() : null;
    part(this.dialog, "asking").hidden = on;
    part(this.dialog, "running").hidden = !on;
    Object.assign(this.dialog.querySelector("progress"), { max: Math.max(1, total), value: 0 });
    if (on) part(this.dialog, "stop").focus();
  }

  #remember(steps) {
    this.last = steps?.length ? steps : null; // an empty batch is none
    this.undoBar.hidden = !this.last;
    const words = this.last ? fill(this.words.undoOffer, { count: this.last.length }) : "";
    part(this.undoBar, "offer").textContent = words;
  }

  #tell(text, error) {
    if (error && !(error instanceof Refusal) && error.name !== "CryptoError") throw error;
    const why = error && (error.words || (error.code === "session" ? this.words.errorSession : this.words.errorNetwork));
    say(byId("status"), why ? `${text} ${why}` : text);
    part(this.bar.parentElement, "bulk-said").textContent = why ? `${text} ${why}` : "";
  }
}
