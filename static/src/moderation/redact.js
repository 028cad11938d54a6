// Keeping back words of the open comment. The server is sent sealed ranges and learns neither where nor what; each kind
// goes to an address of its own, which asks for a right of its own.

import { Refusal } from "./api.js";
import { ask, byId, clone, fill, part, say } from "./dom.js";
import { fold } from "./fold.js";
import { plain, toText } from "./markup.js";
import { refreshRow } from "./opening.js";
import { originalRange, without } from "./readable.js";
import { stepWords, wholeWords } from "./selection.js";
import { shareCoding } from "./shared.js";

const EXCERPT = 120;

export class Redact {
  static get present() {
    return byId("redact") !== null;
  }

  constructor(words, api, unsealer) {
    Object.assign(this, { words, api, unsealer, row: null, chosen: null });
    this.root = byId("redact");
    this.own = this.root.dataset; // this panel's words, addresses and rights
    this.area = byId("redact-text");
    this.area.addEventListener("keydown", (event) => this.#pressed(event));
    this.area.addEventListener("select", () => this.#choose([this.area.selectionStart, this.area.selectionEnd]));
    document.addEventListener("selectionchange", () => this.#selected());
    part(this.root, "do-mask").addEventListener("click", () => this.redact("mask"));
    part(this.root, "do-remove").addEventListener("click", () => this.redact("removal"));
    this.root.addEventListener("click", ({ target }) => {
      const { lift, withdraw } = target.closest("button")?.dataset ?? {};
      if (lift !== undefined) this.lift(Number(lift));
      if (withdraw !== undefined) this.withdraw(Number(withdraw));
    });
  }

  get dirty() {
    return false;
  }

  show(row) {
    this.#tell("");
    this.refresh(row);
  }

  refresh(row) {
    this.row = row;
    this.root.hidden = !row.redaction; // a comment without the agreed form shows no words
    this.area.value = row.redaction ? row.text : "";
    this.#choose(null);
    if (row.redaction) this.#list(row);
  }

  clear() {
    this.row = this.chosen = null;
    this.area.value = "";
    this.root.hidden = true;
    for (const name of ["chosen", "bars", "acts", "paraphrases", "unread"]) part(this.root, name).replaceChildren();
    this.#tell("");
  }

  /** Go where words are chosen. */
  focus() {
    if (this.root.hidden || part(this.root, "choosing").hidden) return;
    part(this.root, "box").open = true;
    this.area.focus();
    if (!this.chosen) this.#take(stepWords(this.row.text, [0, 0], 1, false));
  }

  /** Keep the chosen words back: "mask" for as long as nobody lifts it, "removal" for good, after asking. */
  async redact(kind) {
    const { row, chosen } = this;
    if (!row || !chosen) return void this.#tell(this.own.nothingChosen);
    if (kind === "removal" && (await ask(byId("redact-remove"))) !== "remove") return;
    if (this.row !== row) return;
    const range = originalRange(row.bars, chosen);
    const words = row.text.slice(...chosen);
    const ranges = kind === "mask" ? [...row.redaction.mask, range] : [range];
    await this.#send(row, kind, ranges, kind === "mask" ? this.own.masked : this.own.removed);
    if (this.row === row) this.#warn(row, words);
  }

  /** Show a masked passage again: the bar with that number. */
  async lift(number) {
    const { row } = this;
    const { from, to } = row.bars[number];
    await this.#send(row, "mask", without(row.redaction.mask, [from, to]), this.own.lifted);
  }

  /** Withdraw the paraphrase of the coding in that slot, after asking. */
  async withdraw(slot) {
    const { row } = this;
    const { coding, revision } = row.codings.get(slot);
    if ((await ask(byId("redact-withdraw"))) !== "withdraw" || this.row !== row) return;
    await this.#doing(row, this.own.withdrawn, async () => {
      const next = this.own.published ? revision : revision + 1;
      const shared = await shareCoding(this.unsealer, { index: row.index, slot, revision: next, coding: { ...coding, paraphrase: "" } });
      await this.api.post(this.own.urlWithdrawals, { index: row.index, slot, revision, shared });
    });
  }

  async #send(row, kind, ranges, done) {
    const { index } = row;
    const revision = row.redaction.held[kind];
    await this.#doing(row, done, async () => {
      const sealed = await this.unsealer.call("redact-seal", { index, kind, revision: revision + 1, ranges });
      await this.api.post(kind === "mask" ? this.own.urlMasks : this.own.urlRemovals, { index, revision, sealed });
    });
  }

  // After an act, or one that came too late, the row is read anew: what others did meanwhile is in it.
  async #doing(row, done, act) {
    this.root.setAttribute("aria-busy", "true");
    let problem = "";
    try {
      await act();
      await refreshRow({ ...this, row });
    } catch (error) {
      problem = this.#problem(error);
      if (error.code === "redaction-changed") await refreshRow({ ...this, row }).catch(() => {});
    } finally {
      this.root.removeAttribute("aria-busy");
    }
    if (this.row !== row) return; // another comment was opened meanwhile, or the desk locked
    this.refresh(row);
    this.root.dispatchEvent(new CustomEvent("desk:redacted", { bubbles: true, detail: { row } }));
    this.#tell(problem);
    if (!problem) say(byId("status"), done);
  }

  #problem(error) {
    if (error.code === "padding-error") return this.own.tooMany;
    if (!(error instanceof Refusal) && error.name !== "CryptoError") throw error;
    const own = { network: this.words.errorNetwork, session: this.words.errorSession };
    return error.words || own[error.code] || this.words.errorWorker;
  }

  // The same words may stand in what moderators wrote.
  #warn(row, words) {
    const said = ` ${fold(words)} `;
    const texts = [...row.codings.values()].flatMap(({ coding }) => (coding ? [coding.paraphrase, coding.reason ?? ""] : []));
    if (texts.some((html) => ` ${fold(plain(toText(html)))} `.includes(said))) this.#tell(this.own.alsoWritten);
  }

  #pressed(event) {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const { selectionStart, selectionEnd } = this.area;
    this.#take(stepWords(this.row.text, [selectionStart, selectionEnd], step, event.shiftKey));
  }

  #take(range) {
    if (!range) return;
    this.area.setSelectionRange(...range);
    this.#choose(range);
  }

  // Words that are selected with the mouse in the comment itself are chosen too.
  #selected() {
    const selection = document.getSelection();
    const text = document.querySelector(".comment [data-text]");
    if (!this.row?.redaction || !selection.rangeCount || selection.isCollapsed || !text.contains(selection.anchorNode)) return;
    if (!text.contains(selection.focusNode)) return;
    const chosen = selection.getRangeAt(0);
    const before = document.createRange();
    before.setStart(text, 0);
    before.setEnd(chosen.startContainer, chosen.startOffset);
    const start = before.toString().length;
    this.#choose([start, start + chosen.toString().length]);
  }

  #choose(range) {
    this.chosen = range && range[1] > range[0] ? wholeWords(this.row.text, range) : null;
    const words = this.chosen ? this.row.text.slice(...this.chosen) : "";
    const cut = words.length > EXCERPT ? `${words.slice(0, EXCERPT)}…` : words;
    part(this.root, "chosen").textContent = words ? fill(this.own.chosenWords, { words: cut }) : this.own.nothingChosen;
  }

  #list(row) {
    const bars = row.bars.map(({ kind }, number) => {
      const item = clone(`redact-${kind}`);
      part(item, "number").textContent = String(number + 1);
      const lift = part(item, "lift");
      if (lift) lift.dataset.lift = String(number);
      return item;
    });
    part(this.root, "bars").replaceChildren(...bars);
    part(this.root, "bars-none").hidden = bars.length > 0;
    part(this.root, "acts").replaceChildren(...row.redaction.acts.map((act) => this.#act(act)));
    part(this.root, "history").hidden = !row.redaction.acts.length;
    const unread = row.redaction.acts.filter(({ count }) => count === null).length;
    part(this.root, "unread").textContent = unread ? fill(this.own.unread, { count: unread }) : "";
    part(this.root, "paraphrases").replaceChildren(...this.#paraphrases(row));
  }

  #act({ kind, mine, day, count }) {
    const item = document.createElement("li");
    const days = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeZone: "UTC" });
    const what = count === null ? this.own.actUnread : kind === "removal" ? this.own.actRemoved : count ? this.own.actMasked : this.own.actLifted;
    const who = mine ? this.own.byYou : this.own.byOther;
    item.textContent = fill(what, { day: days.format(new Date(day)), who, count });
    return item;
  }

  #paraphrases({ codings }) {
    if (!this.own.mayRemove) return [];
    const held = [...codings.values()].filter(({ coding }) => coding?.paraphrase);
    return held.map(({ slot, coding }) => {
      const item = clone("redact-paraphrase");
      part(item, "said").textContent = plain(toText(coding.paraphrase));
      part(item, "withdraw").dataset.withdraw = String(slot);
      return item;
    });
  }

  #tell(words) {
    part(this.root, "problem").textContent = words;
    part(this.root, "error").hidden = !words;
  }
}
