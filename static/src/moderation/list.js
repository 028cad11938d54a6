// The list of opened comments: filters, search, one tab stop with arrow keys inside.

import { byId, clone, fill, part } from "./dom.js";
import { choose } from "./queue.js";

export class QueueList {
  /** `onOpen(index)` is called when a row is chosen. `words` is the dataset of the page's words. */
  constructor(root, words, onOpen) {
    this.root = root;
    this.words = words;
    this.onOpen = onOpen;
    this.rows = [];
    this.shown = [];
    this.current = null;
    this.search = byId("search");
    this.selects = { state: byId("filter-state"), category: byId("filter-category") };
    this.list = part(root, "queue");
    this.search.addEventListener("input", () => this.refresh());
    for (const select of Object.values(this.selects)) select.addEventListener("change", () => this.refresh());
    part(root, "filter").addEventListener("submit", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => this.#clicked(event));
    this.list.addEventListener("keydown", (event) => this.#moved(event));
  }

  /** The rows to choose from, in the log's order. */
  setRows(rows) {
    this.rows = rows;
    this.refresh();
  }

  refresh() {
    const filter = { state: this.selects.state.value, category: this.selects.category.value, query: this.search.value };
    this.shown = choose(this.rows, filter);
    this.list.replaceChildren(...this.shown.map((row) => this.#item(row)));
    part(this.root, "none").hidden = this.shown.length > 0;
    part(this.root, "shown").textContent = fill(this.words.shown, { shown: this.shown.length });
    this.mark(this.current);
  }

  /** Mark the row that is open; the tab stop follows it. */
  mark(index) {
    this.current = index;
    const buttons = [...this.list.querySelectorAll("button")];
    const open = buttons.find((button) => Number(button.value) === index);
    for (const button of buttons) {
      button.tabIndex = button === (open ?? buttons[0]) ? 0 : -1;
      if (button === open) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    open?.scrollIntoView({ block: "nearest" });
  }

  clear() {
    this.rows = [];
    this.current = null;
    this.search.value = "";
    this.selects.state.value = "all";
    this.selects.category.value = "";
    this.refresh();
  }

  #item(row) {
    const item = clone("queue-item");
    const button = item.querySelector("button");
    button.value = String(row.index);
    part(item, "no").textContent = fill(this.words.comment, { index: row.index });
    part(item, "tags").append(clone(row.coding ? "tag-coded" : "tag-uncoded"));
    if (row.coding?.flags.includes("denunciation")) part(item, "tags").append(" ", clone("tag-flag"));
    part(item, "line").textContent = row.text;
    return item;
  }

  #clicked(event) {
    const button = event.target.closest("button");
    if (button) this.onOpen(Number(button.value));
  }

  #moved(event) {
    const buttons = [...this.list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined || !buttons[to]) return;
    event.preventDefault();
    buttons.forEach((button, place) => (button.tabIndex = place === to ? 0 : -1));
    buttons[to].focus();
  }
}
