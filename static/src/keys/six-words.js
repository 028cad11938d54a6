// Six new words: shown once, then asked for again. `steps`: the task they belong to, which has the steps "show" and
// "repeat".

import { part } from "../moderation/dom.js";
import { normalPassphrase } from "../lib/passphrase.js";

export class SixWords {
  /** `onRepeated(words)` is called once they were typed again rightly; `mismatch`: what is said when they were not. */
  constructor(steps, { mismatch, onRepeated }) {
    Object.assign(this, { steps, mismatch, onRepeated });
    this.words = "";
    this.list = part(steps.root, "passphrase");
    this.field = part(steps.root, "repeat");
    part(steps.root, "written").addEventListener("click", () => this.#ask());
    part(steps.root, "again").addEventListener("click", () => this.show(this.words));
    steps.root.querySelector('[data-step="repeat"]').addEventListener("submit", (event) => {
      event.preventDefault();
      this.#check();
    });
  }

  show(words) {
    this.words = words;
    this.field.value = "";
    this.#problem("");
    this.list.replaceChildren(
      ...words.split(" ").map((word) => {
        const item = document.createElement("li");
        item.textContent = word;
        return item;
      }),
    );
    this.steps.go("show");
  }

  /** Nothing of the words stays in the page. */
  forget() {
    this.words = "";
    this.list.replaceChildren();
    this.field.value = "";
  }

  #ask() {
    this.list.replaceChildren();
    this.steps.go("repeat");
    this.field.focus();
  }

  #check() {
    const right = normalPassphrase(this.field.value) === this.words;
    this.#problem(right ? "" : this.mismatch);
    if (!right) return this.field.focus();
    const { words } = this;
    this.forget();
    return this.onRepeated(words);
  }

  #problem(text) {
    part(this.steps.root, "repeat-field").classList.toggle("field--error", Boolean(text));
    part(this.steps.root, "repeat-problem").hidden = !text;
    part(this.steps.root, "repeat-error").textContent = text;
    if (text) this.field.setAttribute("aria-invalid", "true");
    else this.field.removeAttribute("aria-invalid");
  }
}
