// The coding form: reads and writes a coding, lets remedies follow categories, knows whether it holds unsaved work.

import { makeCoding, problems, same, startOf } from "./coding.js";
import { byId, clone, part, showError } from "./dom.js";
import { Editor } from "./editor.js";
import { follow, touchedIn } from "./remedies.js";

export class CodingForm {
  /** `onSave()` is called when the moderator asks to save. */
  constructor(form, words, onSave) {
    this.form = form;
    this.words = words;
    this.map = JSON.parse(form.dataset.remedies);
    this.editable = form.dataset.editable === "yes";
    this.editor = new Editor(form, words, () => this.#cleared());
    this.touched = new Set();
    this.saved = this.read();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.editable) onSave();
    });
    form.addEventListener("change", (event) => this.#changed(event.target));
  }

  get dirty() {
    return this.editable && !same(this.read(), this.saved);
  }

  /** Show a row's coding, or where there is none the submitter's own choice of level and unit. */
  open(row) {
    this.#write(row.coding ?? startOf(this.#known(row.payload)), row.text);
  }

  clear() {
    this.#write(makeCoding({ categories: [], remedies: [], flags: [], paraphrase: "" }), "");
  }

  read() {
    const severity = this.form.querySelector('input[name="severity"]:checked')?.value;
    return makeCoding({
      categories: this.#ticked("categories"),
      remedies: this.#ticked("remedies"),
      flags: this.#ticked("flags"),
      severity: severity ? Number(severity) : null,
      level: byId("level").value,
      unit: byId("unit").value,
      paraphrase: this.editor.html,
    });
  }

  /** The coding to send, or null with the reason shown. */
  checked() {
    const coding = this.read();
    const [first] = problems(coding);
    this.error(first ? this.words[`problem${first[0].toUpperCase()}${first.slice(1)}`] : "");
    return first ? null : coding;
  }

  error(words) {
    showError(part(this.form, "form-error"), part(this.form, "form-error-text"), words);
  }

  /** Move into a part of the form: its first ticked or else first field. */
  focus(name) {
    const root = this.form.querySelector(`[data-part="${name}"]`);
    (root.querySelector("input:checked") ?? root.querySelector("textarea, input"))?.focus();
  }

  #write(coding, original) {
    for (const name of ["categories", "remedies", "flags"]) {
      for (const box of this.#boxes(name)) box.checked = coding[name].includes(box.value);
    }
    const wanted = coding.severity === null ? "" : String(coding.severity);
    for (const radio of this.form.querySelectorAll('input[name="severity"]')) radio.checked = radio.value === wanted;
    byId("level").value = coding.level ?? "";
    byId("unit").value = coding.unit ?? "";
    this.editor.open(coding.paraphrase, original);
    this.touched = touchedIn(coding, this.map);
    this.#markProposed(follow(coding.categories, this.map, new Set(coding.remedies), this.touched).proposed);
    this.error("");
    this.saved = this.read();
  }

  // A comment may name a unit that the page does not offer; the form then begins without one.
  #known(payload) {
    const offered = [...byId("unit").options].some((option) => option.value === payload?.unit);
    return { level: payload?.level ?? null, unit: offered ? payload.unit : null };
  }

  #changed(target) {
    if (target.name === "remedies") this.touched.add(target.value);
    if (target.name === "remedies" || target.name === "categories") this.#follow();
    if (target.id === "unit" && target.value) byId("level").value = target.selectedOptions[0].dataset.level;
    this.#cleared();
  }

  #follow() {
    const { ticked, proposed } = follow(this.#ticked("categories"), this.map, new Set(this.#ticked("remedies")), this.touched);
    for (const box of this.#boxes("remedies")) box.checked = ticked.has(box.value);
    this.#markProposed(proposed);
  }

  #markProposed(proposed) {
    for (const box of this.#boxes("remedies")) {
      const label = box.closest("label").querySelector("span");
      label.querySelector(".tag")?.remove();
      if (proposed.has(box.value)) label.append(" ", clone("proposed"));
    }
  }

  #cleared() {
    if (!part(this.form, "form-error").hidden) this.error("");
    part(this.form, "saved").textContent = "";
  }

  #boxes(name) {
    return [...this.form.querySelectorAll(`input[name="${name}"]`)];
  }

  #ticked(name) {
    return this.#boxes(name).filter((box) => box.checked).map((box) => box.value);
  }
}
