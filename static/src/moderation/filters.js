// The fields above the list. What they hold lives in the page only and goes when the desk locks.

import { byId, part, fill } from "./dom.js";
import { ALL, counts } from "./queue.js";

const SELECTS = ["state", "category", "severity", "unit"];
const MORE = ["category", "severity", "unit"];
const SEARCH_MS = 120;

export class Filters {
  /** `onChange()` is called when the rows to show may have changed. */
  constructor(root, words, onChange) {
    Object.assign(this, { root, words, onChange });
    this.form = part(root, "filter");
    this.search = byId("search");
    this.selects = Object.fromEntries(SELECTS.map((name) => [name, byId(`filter-${name}`)]));
    this.marks = [...this.form.querySelectorAll("input[name=marks]")];
    this.group = null;
    this.form.addEventListener("change", (event) => event.target !== this.search && this.#changed());
    this.form.addEventListener("submit", (event) => event.preventDefault());
    this.search.addEventListener("input", () => this.#typed());
    part(root, "reset").addEventListener("click", () => this.reset());
    part(root, "ungroup").addEventListener("click", () => this.byGroup(null));
  }

  /** Open the further filters and go to them. */
  focus() {
    part(this.root, "more").open = true;
    this.selects.category.focus();
  }

  get query() {
    return this.search.value;
  }

  /** As {@link choose} takes it. */
  get value() {
    const chosen = Object.fromEntries(SELECTS.map((name) => [name, this.selects[name].value]));
    const marks = this.marks.filter(({ checked }) => checked).map(({ value }) => value);
    return { ...ALL, ...chosen, marks, group: this.group };
  }

  /** Only one group of near-duplicates, or null for no such limit. */
  byGroup(group) {
    this.group = group;
    part(this.root, "grouped").hidden = group === null;
    this.onChange();
  }

  /** Everything shown again. */
  reset() {
    this.form.reset();
    clearTimeout(this.timer);
    this.#changed(false);
    this.byGroup(null);
  }

  /** Behind each state, how many of those rows have it. */
  count(rows, readers) {
    const found = counts(rows, readers);
    for (const option of this.selects.state.options) {
      option.dataset.label ??= option.textContent.trim();
      option.textContent = fill(this.words.counted, { label: option.dataset.label, count: found[option.value] });
    }
  }

  #changed(tell = true) {
    const { marks, ...chosen } = this.value;
    const used = MORE.filter((name) => chosen[name]).length + marks.length;
    part(this.root, "used").textContent = used ? fill(this.words.filtersUsed, { count: used }) : "";
    if (tell) this.onChange();
  }

  #typed() {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.onChange, SEARCH_MS);
  }
}
