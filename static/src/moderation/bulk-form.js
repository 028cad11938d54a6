// The dialog for one change to many codings: the fields that say the change, and the preview of what it would do.

import { clone, fill, part } from "./dom.js";
import { isNothing, NOTHING, plan } from "./bulk.js";
import { makeCoding } from "./coding.js";
import { changes } from "./differences.js";
import { labelOf, titleOf } from "./labels.js";

const PREVIEW_MOST = 100; // lines; the counts above them are of all
const KEEP = "keep";
const EMPTY = makeCoding({ categories: [], remedies: [], flags: [], paraphrase: "" });

/** The change that the dialog's fields say, as {@link plan} takes it. */
export function readChange(form) {
  const ticked = (name) => [...form.querySelectorAll(`input[name="${name}"]:checked`)].map(({ value }) => value);
  const chosen = (name) => form.elements[name].value;
  const flags = [...form.querySelectorAll("select[data-flag]")];
  const set = (value) => flags.filter((select) => select.value === value).map((select) => select.dataset.flag);
  return {
    ...NOTHING,
    add: ticked("bulk-add"),
    remove: ticked("bulk-remove"),
    severity: chosen("bulk-severity") === KEEP ? undefined : Number(chosen("bulk-severity")) || null,
    unit: chosen("bulk-unit") === KEEP ? undefined : chosen("bulk-unit") || null,
    flag: set("set"),
    unflag: set("unset"),
  };
}

export class BulkForm {
  /** `tools`: as {@link plan} takes them. */
  constructor(dialog, words, tools) {
    Object.assign(this, { dialog, words, tools });
    this.form = part(dialog, "bulk-form");
    this.preview = part(dialog, "preview-list");
    this.form.addEventListener("change", (event) => this.#changed(event.target));
  }

  open(rows) {
    this.rows = rows;
    this.form.reset();
    this.#review();
  }

  clear() {
    this.rows = [];
    this.plan = null;
    this.form.reset();
    this.preview.replaceChildren();
  }

  // A category cannot be added and taken away at once.
  #changed(target) {
    const opposite = { "bulk-add": "bulk-remove", "bulk-remove": "bulk-add" }[target.name];
    if (opposite && target.checked) this.form.querySelector(`input[name="${opposite}"][value="${target.value}"]`).checked = false;
    this.#review();
  }

  #review() {
    const change = readChange(this.form);
    const nothing = isNothing(change);
    this.plan = nothing ? { steps: [], same: 0, refused: [] } : plan(this.rows, change, this.tools);
    const { steps, same, refused } = this.plan;
    const fresh = steps.filter(({ before }) => !before).length;
    const lines = [
      [nothing, this.words.bulkNothing],
      [!nothing, fill(this.words.bulkSteps, { count: steps.length, all: this.rows.length })],
      [same, fill(this.words.bulkSame, { count: same })],
      [refused.length, fill(this.words.bulkRefused, { count: refused.length })],
      [fresh, fill(this.words.bulkFresh, { count: fresh })],
    ];
    part(this.dialog, "summary").replaceChildren(...lines.filter(([shown]) => shown).map(([, text]) => paragraph(text)));
    this.preview.replaceChildren(...steps.slice(0, PREVIEW_MOST).map((step) => this.#step(step)));
    const apply = part(this.dialog, "apply");
    apply.disabled = !steps.length;
    apply.textContent = fill(this.words.bulkApply, { count: steps.length });
  }

  #step({ row, before, after }) {
    const item = clone("bulk-step");
    part(item, "no").textContent = fill(this.words.comment, { index: row.index });
    const said = changes(before ?? EMPTY, after).flatMap(({ field, removed, added }) => [
      ...added.map((value) => fill(this.words.added, { field: titleOf(field), value: labelOf(field, value) })),
      ...removed.map((value) => fill(this.words.removed, { field: titleOf(field), value: labelOf(field, value) })),
    ]);
    part(item, "change").textContent = said.join("; ");
    return item;
  }
}

function paragraph(text) {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
