// The paraphrase: typed as plain text with a few signs, with advice while one types and a preview built without HTML text.

import { findDetails } from "../lib/detail.js";
import { copiedRuns } from "./copied.js";
import { PARAPHRASE_MAX } from "./coding.js";
import { byId, clone, part, renderBlocks } from "./dom.js";
import { parse, plain, toHtml, toText } from "./markup.js";

const ADVICE_MS = 400;

export class Editor {
  constructor(form, words, onInput) {
    this.words = words;
    this.original = "";
    this.area = byId("paraphrase");
    this.advice = part(form, "advice");
    this.preview = part(form, "preview");
    this.counter = byId("paraphrase-count");
    this.area.addEventListener("input", () => {
      onInput();
      this.#later();
    });
    for (const button of form.querySelectorAll("[data-mark]")) {
      button.addEventListener("click", () => this.#mark(button.dataset.mark));
    }
  }

  /** Begin with stored HTML, against that comment's text. */
  open(html, original) {
    this.original = original;
    this.area.value = toText(html);
    this.review();
  }

  clear() {
    clearTimeout(this.timer);
    this.open("", "");
  }

  get html() {
    return toHtml(this.area.value);
  }

  /** Count, preview, and look for what could point to a person. */
  review() {
    clearTimeout(this.timer);
    const used = this.html.length;
    part(this.counter, "count").textContent = String(used);
    this.counter.classList.toggle("counter--near", used > PARAPHRASE_MAX * 0.9 && used <= PARAPHRASE_MAX);
    this.counter.classList.toggle("counter--over", used > PARAPHRASE_MAX);
    renderBlocks(this.preview, parse(this.area.value));
    const text = plain(this.area.value);
    const copied = new Set(copiedRuns(this.original, text).map((run) => run.text));
    const details = new Set(findDetails(text).map((detail) => detail.text));
    this.#advise([
      ...[...copied].map((found) => [this.words.adviceCopied, found]),
      ...[...details].map((found) => [this.words.adviceDetail, found]),
    ]);
  }

  #advise(found) {
    const key = JSON.stringify(found);
    if (key === this.said) return; // a live region that is written anew is read anew
    this.said = key;
    this.advice.replaceChildren(
      ...found.map(([about, text]) => {
        const item = clone("advice-item");
        part(item, "about").textContent = about;
        part(item, "found").textContent = text;
        return item;
      }),
    );
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.review(), ADVICE_MS);
  }

  #mark(sign) {
    const { selectionStart: from, selectionEnd: to, value } = this.area;
    const chosen = value.slice(from, to);
    const text =
      sign === "- "
        ? (from && value[from - 1] !== "\n" ? "\n" : "") + (chosen || "").split("\n").map((line) => `- ${line}`).join("\n")
        : `${sign}${chosen}${sign}`;
    this.area.setRangeText(text, from, to, "end");
    if (!chosen && sign !== "- ") this.area.selectionStart = this.area.selectionEnd = from + sign.length;
    this.area.focus();
    this.area.dispatchEvent(new Event("input"));
  }
}
