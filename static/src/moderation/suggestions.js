// Suggested categories beside the form. They are said to be suggestions, and nothing is ticked until a hand ticks it.

import { byId, clone, fill, part, say } from "./dom.js";
import { labelOf } from "./labels.js";
import { DECISION, slotFor } from "./rows.js";

export class Suggestions {
  constructor(words, api, unsealer) {
    Object.assign(this, { words, unsealer });
    this.readers = Number(words.readers);
    this.root = byId("suggestions");
    this.list = part(this.root, "list");
    this.root.addEventListener("click", (event) => {
      const button = event.target.closest("button[value]");
      if (button) this.#take(button);
    });
  }

  get dirty() {
    return false;
  }

  async show(row) {
    this.clear();
    this.row = row;
    if (!row.payload || slotFor(row, this.readers) === DECISION) return;
    const found = await this.unsealer.call("desk-suggest", { index: row.index }).catch(() => []);
    if (this.row !== row) return; // another comment is open by now, or none
    this.list.replaceChildren(...found.map(({ code }, place) => this.#item(code, place + 1)));
    this.root.hidden = !found.length;
  }

  refresh(row) {
    return this.show(row);
  }

  clear() {
    this.row = null;
    this.list.replaceChildren();
    this.root.hidden = true;
  }

  /** Take the suggestion at that place, counted from 1, as if it were clicked. */
  accept(place) {
    const button = this.list.children[place - 1]?.querySelector("button");
    if (button) this.#take(button);
  }

  #item(code, place) {
    const item = clone("suggestion");
    const button = item.querySelector("button");
    button.value = code;
    part(item, "key").textContent = String(place);
    part(item, "name").textContent = labelOf("categories", code);
    return item;
  }

  #take(button) {
    const code = button.value;
    this.root.dispatchEvent(new CustomEvent("desk:suggested", { bubbles: true, detail: { code } }));
    say(byId("status"), fill(this.words.suggestionTaken, { name: labelOf("categories", code) }));
  }
}
