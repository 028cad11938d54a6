// Two readers' codings beside each other, with what only one of them says marked. Whoever decides takes over A or B as
// a beginning; nothing is saved before they save it.

import { byId, clone, fill, part } from "./dom.js";
import { differences } from "./differences.js";
import { labelOf, titleOf } from "./labels.js";
import { agree, AGREED, decision, isDeciding, pair } from "./rows.js";

export class Compare {
  constructor(words) {
    this.words = words;
    this.readers = Number(words.readers);
    this.root = byId("compare");
    this.body = part(this.root, "lines");
    for (const side of ["left", "right"]) part(this.root, `adopt-${side}`).addEventListener("click", () => this.adopt(side));
  }

  get dirty() {
    return false;
  }

  show(row) {
    const both = pair(row);
    if (!both) return this.clear();
    this.row = row;
    this.root.hidden = false;
    const [left, right] = both;
    this.deciding = isDeciding(row, this.readers);
    part(this.root, "adopting").hidden = !this.deciding;
    part(this.root, "head-left").textContent = left.mine ? this.words.codingOwn : this.words.codingA;
    part(this.root, "head-right").textContent = left.mine ? this.words.codingOther : this.words.codingB;
    const same = agree(left.coding, right.coding);
    const said = decision(row)?.coding ? "decided" : same ? "agreed" : "differ";
    for (const name of ["decided", "agreed", "differ"]) part(this.root, `verdict-${name}`).hidden = name !== said;
    this.#decision(decision(row)?.coding ?? null);
    return this.body.replaceChildren(...differences(left.coding, right.coding).map((line) => this.#line(line)));
  }

  refresh(row) {
    return this.show(row);
  }

  clear() {
    this.row = null;
    this.root.hidden = true;
    this.body.replaceChildren();
    this.#decision(null);
  }

  /** Take one side ("left" or "right") into the form, where this moderator decides. */
  adopt(side) {
    const both = this.row && this.deciding ? pair(this.row) : null;
    if (!both) return;
    const { coding } = both[side === "left" ? 0 : 1];
    this.root.dispatchEvent(new CustomEvent("desk:adopt", { bubbles: true, detail: { coding, side } }));
  }

  // What was decided, in what counts, and why.
  #decision(coding) {
    const said = coding ? differences(coding, null).filter(({ field }) => AGREED.includes(field)) : [];
    const values = said.flatMap(({ field, left }) => left.map(({ value }) => labelOf(field, value)));
    part(this.root, "decision").textContent = coding ? fill(this.words.decisionSays, { values: values.join("; ") }) : "";
    part(this.root, "reason-given").textContent = coding ? fill(this.words.decisionWhy, { reason: labelOf("reason", coding.reason ?? "") }) : "";
  }

  #line({ field, differs, left, right }) {
    const line = clone("compare-line");
    part(line, "field").textContent = titleOf(field);
    if (differs) part(line, "field").append(" ", clone("tag-differs"));
    line.classList.toggle("is-different", differs);
    this.#values(part(line, "left"), field, left);
    this.#values(part(line, "right"), field, right);
    return line;
  }

  #values(cell, field, values) {
    if (!values.length) cell.textContent = this.words.nothingSaid;
    for (const { value, only } of values) {
      const item = document.createElement(only ? "mark" : "span");
      const label = labelOf(field, value);
      item.textContent = only ? fill(this.words.onlyHere, { value: label }) : label;
      cell.append(item);
    }
  }
}
