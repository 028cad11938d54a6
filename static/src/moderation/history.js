// The revisions of this moderator's coding of a comment, what each changed. Fetched when asked for, opened by the worker.

import { Refusal } from "./api.js";
import { makeCoding } from "./coding.js";
import { changes } from "./differences.js";
import { byId, clone, fill, part } from "./dom.js";
import { labelOf, titleOf } from "./labels.js";
import { readShared } from "./shared.js";

const EMPTY = makeCoding({ categories: [], remedies: [], flags: [], paraphrase: "" });

export class History {
  constructor(words, api, unsealer) {
    Object.assign(this, { words, api, unsealer });
    this.root = byId("history");
    this.list = part(this.root, "revisions");
    this.row = null;
    this.root.addEventListener("toggle", () => this.root.open && this.#load());
  }

  get dirty() {
    return false;
  }

  show(row) {
    this.row = row;
    this.list.replaceChildren();
    this.root.hidden = ![...row.codings.values()].some(({ mine }) => mine);
    if (this.root.open) this.#load();
  }

  refresh(row) {
    return this.show(row);
  }

  clear() {
    this.row = null;
    this.list.replaceChildren();
    this.root.open = false;
    this.root.hidden = true;
  }

  async #load() {
    const { row } = this;
    if (!row || this.root.hidden) return;
    try {
      const { codings } = await this.api.get(`${this.words.urlCodings}?index=${row.index}`);
      const own = codings.filter(({ mine }) => mine).map((entry) => ({ index: row.index, ...entry }));
      const revisions = await readShared(this.unsealer, own);
      if (this.row === row) this.#render(revisions.sort((one, other) => one.revision - other.revision));
    } catch (error) {
      if (!(error instanceof Refusal) && error.name !== "CryptoError") throw error;
      if (this.row === row) this.list.replaceChildren(this.#said(error.words || this.words.errorNetwork));
    }
  }

  #render(revisions) {
    const days = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeZone: "UTC" });
    const items = revisions.map(({ revision, coding, day }, place) => {
      const item = clone("revision");
      part(item, "title").textContent = fill(this.words.revision, { revision, day: day ? days.format(new Date(day)) : "" });
      const before = revisions[place - 1]?.coding ?? EMPTY;
      part(item, "changes").replaceChildren(...(coding ? changes(before, coding).flatMap((change) => this.#change(change)) : []));
      return item;
    });
    this.list.replaceChildren(...items.reverse());
  }

  #change({ field, removed, added }) {
    const say = (pattern, values) =>
      values.map((value) => this.#said(fill(pattern, { field: titleOf(field), value: labelOf(field, value) })));
    return [...say(this.words.added, added), ...say(this.words.removed, removed)];
  }

  #said(text) {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }
}
