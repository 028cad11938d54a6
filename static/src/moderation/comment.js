// The opened comment: its text with what was searched for, what the submitter said of it, where its codings are.

import { piecesAt } from "./advice.js";
import { byId, clone, fill, part, pieceNodes } from "./dom.js";
import { pieces } from "./readable.js";
import { isDeciding, own, stateOf } from "./rows.js";
import { highlight } from "./search.js";

const MARGIN = 8; // pixels over the comment

export class CommentView {
  /** `onGroup(group)` is called to see what is similar. */
  constructor(root, words, onGroup) {
    Object.assign(this, { root, words });
    this.readers = Number(words.readers);
    Object.assign(this, { row: null, copied: [], query: "" });
    this.badge = part(root, "similar");
    this.badge.addEventListener("click", () => onGroup(this.row.group));
  }

  /** `query`: what the list was searched for; `others`: how many say almost the same. */
  show(row, query, others) {
    this.row = row;
    this.copied = [];
    part(this.root, "opened").hidden = false;
    part(this.root, "choose").hidden = true;
    part(this.root, "title").textContent = fill(this.words.comment, { index: row.index });
    this.paint(query);
    part(this.root, "meta").replaceChildren(...(row.payload ? this.#meta(row.payload) : []));
    this.badge.hidden = !others;
    this.badge.textContent = fill(others === 1 ? this.words.similarOne : this.words.similar, { count: others });
    this.state();
  }

  /** Mark in the text what was searched for, and show bars for what is kept back. */
  paint(query) {
    this.query = query;
    if (this.row) part(this.root, "text").replaceChildren(...this.#nodes(this.row));
  }

  /** Mark the places whose words the paraphrase has. */
  mark(copied) {
    if (JSON.stringify(copied) === JSON.stringify(this.copied)) return;
    this.copied = [...copied].sort((one, other) => one[0] - other[0]);
    this.paint(this.query);
  }

  #nodes({ text, bars }) {
    let at = 0;
    return pieces(text, bars).flatMap((piece) => {
      const from = at;
      at += piece.text.length;
      return piece.kind ? [this.#bar(piece)] : this.#words(piece.text, within(this.copied, from, at));
    });
  }

  #words(text, copied) {
    return piecesAt(text, copied).flatMap((piece) => {
      if (!piece.hit) return pieceNodes(highlight(piece.text, this.query));
      const mark = document.createElement("mark");
      mark.className = "copied";
      mark.textContent = piece.text;
      return [mark];
    });
  }

  #bar({ kind, text }) {
    const bar = document.createElement("span");
    bar.className = `bar bar--${kind}`;
    bar.setAttribute("role", "img");
    bar.setAttribute("aria-label", kind === "mask" ? this.words.barMask : this.words.barRemoval);
    bar.textContent = text;
    return bar;
  }

  /** Where the row's codings are, after one was saved as well. */
  state() {
    const { row, readers } = this;
    part(this.root, "state").replaceChildren(clone(`tag-${stateOf(row, readers)}`));
    const note = isDeciding(row, readers) ? "deciding" : readers > 1 && !own(row) ? "independent" : "";
    for (const name of ["deciding", "independent"]) part(this.root, `note-${name}`).hidden = note !== name;
  }

  focus() {
    part(this.root, "title").focus({ preventScroll: true });
  }

  /** Go to the comment's beginning, where it is out of sight: the text itself stays in view, what belongs to it may not. */
  reveal() {
    const { top } = this.root.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) scrollBy({ top: top - MARGIN });
    this.root.querySelector(".comment").scrollTop = 0;
    this.focus();
  }

  clear() {
    this.row = null;
    part(this.root, "opened").hidden = true;
    part(this.root, "choose").hidden = false;
    for (const name of ["title", "text", "meta", "state"]) part(this.root, name).replaceChildren();
    this.badge.hidden = true;
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
    return lines.filter(([, value]) => value).map(([term, value]) => metaItem(term, value));
  }
}

// What of the ranges lies from `from` to `to`, counted from there: a copied run may go on over a bar.
const within = (ranges, from, to) =>
  ranges.map(([start, end]) => [Math.max(start, from) - from, Math.min(end, to) - from]).filter(([start, end]) => start < end);

function metaItem(term, value) {
  const item = clone("meta-item");
  item.querySelector("dt").textContent = term;
  item.querySelector("dd").textContent = value;
  return item;
}
