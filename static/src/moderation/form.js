// The coding form: reads and writes a coding, lets remedies follow categories, knows whether it holds unsaved work.

import { makeCoding, problems, same, startOf } from "./coding.js";
import { byId, clone, part, showError } from "./dom.js";
import { Editor } from "./editor.js";
import { toHtml, toText } from "./markup.js";
import { follow, touchedIn } from "./remedies.js";
import { isDeciding, isWritable, present } from "./rows.js";

const NOTHING = makeCoding({ categories: [], remedies: [], flags: [], paraphrase: "" });

export class CodingForm {
  /** `hooks`: {save(): the moderator asks to save, typed(): something was changed, copied(ranges): places in the comment
   * whose words the paraphrase has}. */
  constructor(form, words, hooks) {
    this.form = form;
    this.words = words;
    this.hooks = hooks;
    this.readers = Number(words.readers);
    this.map = JSON.parse(form.dataset.remedies);
    this.open_ = form.dataset.editable === "yes"; // whether the consultation takes codings at all
    this.editor = new Editor(form, words, { typed: () => this.#cleared(), copied: hooks.copied });
    this.reason = byId("reason");
    this.reason.addEventListener("input", () => this.#cleared());
    this.deciding = false;
    this.writable = false;
    this.touched = new Set();
    this.original = "";
    this.saved = this.read();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.editable) hooks.save();
    });
    form.addEventListener("change", (event) => this.#changed(event.target));
  }

  /** Whether what the form holds can be saved. */
  get editable() {
    return this.open_ && this.writable;
  }

  get dirty() {
    return this.editable && !same(this.read(), this.saved);
  }

  /** Show this moderator's coding of a row, or where there is none the submitter's own choice of level and unit. */
  open(row) {
    this.deciding = isDeciding(row, this.readers);
    this.writable = isWritable(row, this.readers);
    part(this.form, "all").disabled = !this.editable;
    part(this.form, "reason").hidden = !this.deciding;
    part(this.form, "closed").hidden = this.writable;
    for (const button of this.form.querySelectorAll("[data-save]")) button.hidden = !this.writable;
    this.original = row.text;
    const start = this.deciding ? NOTHING : startOf(this.#known(row.payload));
    this.#write(present(row, this.readers) ?? start);
    this.editor.accept();
    this.saved = this.read();
  }

  /** The comment's text has changed; what is typed stays. */
  against(text) {
    this.original = text;
    this.editor.against(text);
  }

  clear() {
    this.deciding = this.writable = false;
    this.original = "";
    this.#write(NOTHING);
    this.saved = this.read();
  }

  /** Fill in a coding that is not saved: a draft, or one side of a disagreement. The reason stays. */
  propose(coding) {
    this.#write({ ...coding, reason: coding.reason ?? toHtml(this.reason.value) });
    this.hooks.typed();
  }

  /** Tick a category, as a hand would. */
  tick(code) {
    const box = this.#boxes("categories").find(({ value }) => value === code);
    if (!this.editable || !box || box.checked) return;
    box.checked = true;
    box.dispatchEvent(new Event("change", { bubbles: true }));
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
      ...(this.deciding ? { reason: toHtml(this.reason.value) } : {}),
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

  #write(coding) {
    for (const name of ["categories", "remedies", "flags"]) {
      for (const box of this.#boxes(name)) box.checked = coding[name].includes(box.value);
    }
    const wanted = coding.severity === null ? "" : String(coding.severity);
    for (const radio of this.form.querySelectorAll('input[name="severity"]')) radio.checked = radio.value === wanted;
    byId("level").value = coding.level ?? "";
    byId("unit").value = coding.unit ?? "";
    this.editor.open(coding.paraphrase, this.original);
    this.reason.value = toText(coding.reason ?? "");
    this.touched = touchedIn(coding, this.map);
    this.#markProposed(follow(coding.categories, this.map, new Set(coding.remedies), this.touched).proposed);
    this.error("");
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
    this.hooks.typed();
  }

  #boxes(name) {
    return [...this.form.querySelectorAll(`input[name="${name}"]`)];
  }

  #ticked(name) {
    return this.#boxes(name).filter((box) => box.checked).map((box) => box.value);
  }
}
