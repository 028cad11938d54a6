// The paraphrase: typed as plain text with a few signs, with advice while one types and a preview built without HTML text.

import { adviceOn, cleanPasted, piecesAt } from "./advice.js";
import { PARAPHRASE_MAX } from "./coding.js";
import { ask, byId, clone, part, renderBlocks, renderPieces } from "./dom.js";
import { parse, plain, toHtml, toText } from "./markup.js";

const ADVICE_MS = 600; // after the last key: what is said aloud must not run after every letter

export class Editor {
  /** `hooks`: {typed(): something was changed, copied(ranges): the places in the comment whose words are copied}. */
  constructor(form, words, hooks) {
    Object.assign(this, { words, hooks, original: "", found: [] });
    this.area = byId("paraphrase");
    this.advice = part(form, "advice");
    this.where = part(form, "advice-where");
    this.preview = part(form, "preview");
    this.counter = byId("paraphrase-count");
    this.area.addEventListener("input", () => {
      hooks.typed();
      this.#later();
    });
    this.area.addEventListener("paste", (event) => this.#paste(event));
    for (const button of form.querySelectorAll("[data-mark]")) {
      button.addEventListener("click", () => this.#mark(button.dataset.mark));
    }
  }

  /** Begin with stored HTML, against that comment's text. */
  open(html, original) {
    this.original = original;
    this.area.value = toText(html);
    this.accepted = null;
    this.review();
  }

  /** What stands here is saved: it was asked about then. */
  accept() {
    this.accepted = this.area.value;
  }

  /** The comment's text has changed under what is typed. */
  against(original) {
    this.original = original;
    this.review();
  }

  clear() {
    clearTimeout(this.timer);
    this.open("", "");
  }

  get html() {
    return toHtml(this.area.value);
  }

  /** Whether the paraphrase may be saved as it stands: with advice left, it is asked once for each wording. */
  async settled() {
    this.review();
    const { value } = this.area;
    if (!this.found.length || value === this.accepted) return true;
    const dialog = byId("advised");
    part(dialog, "advised-list").replaceChildren(...this.found.map((item) => this.#item(item)));
    const answer = await ask(dialog);
    part(dialog, "advised-list").replaceChildren();
    if (answer === "save") this.accepted = value;
    else this.area.focus();
    return answer === "save";
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
    this.found = adviceOn(this.original, text);
    this.where.hidden = !this.found.length;
    renderPieces(part(this.where, "marked"), piecesAt(text, this.found.map(({ here }) => here)));
    this.hooks.copied(this.found.filter(({ there }) => there).map(({ there }) => there));
    this.#advise();
  }

  #advise() {
    const said = new Map(this.found.map((item) => [`${item.about} ${item.text}`, item]));
    const key = [...said.keys()].join("\n");
    if (key === this.said) return; // a live region that is written anew is read anew
    this.said = key;
    this.advice.replaceChildren(...[...said.values()].map((item) => this.#item(item)));
  }

  #item({ about, text }) {
    const item = clone("advice-item");
    part(item, "about").textContent = about === "copied" ? this.words.adviceCopied : this.words.adviceDetail;
    part(item, "found").textContent = text;
    return item;
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.review(), ADVICE_MS);
  }

  // What other programs put beside the words (invisible signs, bullets of their own) does not come in.
  #paste(event) {
    const text = event.clipboardData?.getData("text/plain");
    if (!text) return;
    event.preventDefault();
    const { selectionStart: from, selectionEnd: to } = this.area;
    this.area.setRangeText(cleanPasted(text), from, to, "end");
    this.area.dispatchEvent(new Event("input"));
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
