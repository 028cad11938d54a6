// The left side of the desk: fields that filter, the list they leave, and what is said of both.

import { fill, part } from "./dom.js";
import { Filters } from "./filters.js";
import { QueueList } from "./list.js";
import { choose } from "./queue.js";

export class QueueView {
  /**
   * `unsealer`: {call(type, data)}: the worker searches. `hooks`: {open(row): a row is chosen, picked(): what is picked
   * has changed, shown(query): the list shows what the fields ask for}.
   */
  constructor(root, words, unsealer, hooks) {
    Object.assign(this, { root, words, unsealer, hooks, rows: [] });
    this.readers = Number(words.readers);
    this.filters = new Filters(root, words, () => this.refresh());
    this.list = new QueueList(root, words, hooks);
  }

  /** The rows that the list shows, in its order. */
  get shown() {
    return this.list.shown;
  }

  get query() {
    return this.filters.query;
  }

  /** The rows that are picked, shown or not. */
  get picked() {
    return this.list.picks.of(this.rows);
  }

  /** Show those of `rows` that the fields let through. An answer of the worker that came too late is dropped. */
  async refresh(rows = this.rows) {
    this.rows = rows;
    const { query, value } = this.filters;
    const turn = (this.turn = {});
    const found = query.trim() ? await this.unsealer.call("desk-search", { query }).catch(() => null) : null;
    if (turn !== this.turn) return;
    this.list.show(choose(rows, value, this.readers, found && new Set(found)), query);
    part(this.root, "shown").textContent = fill(this.words.shown, { shown: this.shown.length, total: rows.length });
    this.count();
    this.hooks.shown(query);
  }

  /** Behind each state, how many rows have it. */
  count() {
    this.filters.count(this.rows, this.readers);
  }

  /** The desk locks: fields, rows and picks go, and no answer that is still under way comes in. */
  clear() {
    this.turn = {};
    this.rows = [];
    this.list.clear();
    this.filters.reset();
  }
}
