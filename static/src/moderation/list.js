// The list of opened comments: one tab stop, arrow keys inside, Enter opens, Space picks.

import { clone, fill, part, renderPieces } from "./dom.js";
import { Picks } from "./picks.js";
import { isMine, standing, stateOf } from "./rows.js";
import { highlight } from "./search.js";
import { VirtualList } from "./virtual.js";

const BEFORE_HIT = 40; // characters of a line before the first word that the search found

export class QueueList {
  /** `hooks`: {open(row), picked()}: a row is chosen; what is picked has changed. `words`: the dataset of #words. */
  constructor(root, words, hooks) {
    Object.assign(this, { words, hooks });
    this.readers = Number(words.readers);
    this.box = part(root, "queue");
    this.none = part(root, "none");
    this.picks = new Picks();
    this.shown = [];
    this.query = "";
    this.current = null;
    this.active = 0;
    this.view = new VirtualList(this.box, (place) => this.#item(this.shown[place], place));
    this.box.addEventListener("click", (event) => this.#clicked(event));
    this.box.addEventListener("keydown", (event) => this.#pressed(event));
  }

  /** Show those rows; `query`: what was searched for, marked in their lines. */
  show(rows, query) {
    const stay = this.shown[this.active]?.index;
    this.shown = rows;
    this.query = query;
    this.active = Math.max(0, rows.findIndex(({ index }) => index === stay));
    this.none.hidden = rows.length > 0;
    this.box.hidden = !rows.length;
    this.view.reset(rows.length);
    this.#point();
  }

  /** Something is shown of the rows that was not known when they were shown. */
  redraw() {
    this.view.redraw();
  }

  /** Mark the row that is open and bring it into view. */
  mark(index) {
    this.current = index;
    const at = this.shown.findIndex((row) => row.index === index);
    if (at >= 0) this.#moveTo(at);
    else this.view.redraw();
  }

  /** Pick or unpick a row; picking changes what is shown of it. */
  toggle(index) {
    this.picks.toggle(index);
    this.#repick();
  }

  pick(rows) {
    this.picks.set(rows);
    this.#repick();
  }

  clear() {
    this.picks.set([]);
    this.current = null;
    this.active = 0;
    this.show([], "");
    this.hooks.picked();
  }

  #repick() {
    this.view.redraw();
    this.hooks.picked();
  }

  #moveTo(place) {
    this.active = place;
    this.view.reveal(place);
    this.#point();
  }

  #point() {
    const row = this.shown[this.active];
    if (row) this.box.setAttribute("aria-activedescendant", `row-${row.index}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  #item(row, place) {
    const item = clone("queue-item");
    item.id = `row-${row.index}`;
    item.dataset.index = String(row.index);
    item.setAttribute("aria-setsize", String(this.shown.length));
    item.setAttribute("aria-posinset", String(place + 1));
    item.setAttribute("aria-selected", String(this.picks.has(row.index)));
    if (row.index === this.current) item.setAttribute("aria-current", "true");
    item.classList.toggle("is-active", place === this.active);
    item.classList.toggle("is-unread", !row.seen);
    part(item, "no").textContent = fill(this.words.comment, { index: row.index });
    part(item, "tags").append(...this.#tags(row));
    renderPieces(part(item, "line"), excerpt(highlight(row.text, this.query)));
    return item;
  }

  #tags(row) {
    const names = [`tag-${stateOf(row, this.readers)}`];
    if (isMine(row, this.readers)) names.push("tag-mine");
    if (row.group !== null) names.push("tag-similar");
    if (standing(row)?.flags.includes("denunciation")) names.push("tag-flag");
    if (row.talk) names[row.talk === "new" ? "unshift" : "push"](`tag-talk-${row.talk}`);
    return names.map(clone);
  }

  #clicked(event) {
    const index = Number(event.target.closest("[data-index]")?.dataset.index ?? NaN);
    const place = this.shown.findIndex((row) => row.index === index);
    if (place < 0) return;
    if (event.shiftKey) this.picks.extend(this.shown, index);
    else if (event.ctrlKey || event.metaKey || event.target.closest("[data-pick]")) this.picks.toggle(index);
    else return void this.hooks.open(this.shown[place]);
    this.#moveTo(place);
    this.#repick();
  }

  #pressed(event) {
    const row = this.shown[this.active];
    const last = this.shown.length - 1;
    const to = {
      ArrowDown: this.active + 1, ArrowUp: this.active - 1, Home: 0, End: last,
      PageDown: Math.min(last, this.active + this.view.page), PageUp: Math.max(0, this.active - this.view.page),
    }[event.key];
    const all = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "a";
    if (!row || event.altKey || (to === undefined && ![" ", "Enter"].includes(event.key) && !all)) return;
    event.preventDefault();
    event.stopPropagation();
    if (all) return void this.pick(this.shown);
    if (event.key === "Enter") return void this.hooks.open(row);
    if (event.key === " ") return void this.toggle(row.index);
    if (!this.shown[to]) return;
    if (event.shiftKey) [row, this.shown[to]].forEach(({ index }) => this.picks.extend(this.shown, index));
    this.#moveTo(to);
    if (event.shiftKey) this.#repick();
  }
}

// The list shows two lines of a comment: they begin near the first word that the search found.
function excerpt(pieces) {
  const before = pieces[0].hit || pieces.length === 1 ? "" : pieces[0].text;
  if (before.length <= BEFORE_HIT) return pieces;
  return [{ text: `…${before.slice(-BEFORE_HIT)}`, hit: false }, ...pieces.slice(1)];
}
