// Asking back: the conversation about the open comment. Texts come out of the worker for the comment that is shown, only.

import { TEXT_MAX } from "../lib/message-limits.js";
import { Refusal } from "./api.js";
import { ask, byId, clone, fill, part, say } from "./dom.js";

const PAGE = 20;
const ROUNDS = 6; // questions of one conversation: with three answers to each it stays within what people can follow

export class Talk {
  static get present() {
    return byId("talk") !== null;
  }

  constructor(words, api, unsealer) {
    Object.assign(this, { words, api, unsealer });
    this.root = byId("talk");
    this.own = this.root.dataset; // this panel's words and address
    this.text = byId("talk-text");
    this.row = null;
    this.full = false;
    this.place = null; // {comments, open, last}: what the portal said of the consultation's mail; null while locked
    part(this.root, "ask").addEventListener("click", () => this.send("text"));
    part(this.root, "end").addEventListener("click", () => this.end());
    part(this.root, "look").addEventListener("click", () => this.look());
    this.text.addEventListener("input", () => this.#count());
  }

  get dirty() {
    return this.row !== null && this.text.value.trim() !== "";
  }

  async show(row) {
    this.discard();
    this.row = row;
    if (!this.place) return void this.look();
    try {
      await this.#fill();
    } catch (error) {
      this.#refused(error);
    }
  }

  discard() {
    this.text.value = "";
    this.#count();
    this.#tell("");
  }

  clear() {
    this.discard();
    this.row = this.place = null;
    part(this.root, "list").replaceChildren();
  }

  save() {
    return this.send("text");
  }

  /** Fetch what is new, all of it and whatever comment it is about, and show what belongs to the open one. */
  async look() {
    const place = this.place ?? { last: -1 };
    this.#busy(true);
    try {
      await this.#fetch(place);
      if (!this.row) return; // locked meanwhile
      this.place = place;
      await this.#fill();
    } catch (error) {
      this.#refused(error);
    } finally {
      this.#busy(false);
    }
  }

  async #fetch(place) {
    const broken = [];
    let page;
    do {
      page = await this.api.get(`${this.own.url}?after=${place.last}&limit=${PAGE}`);
      const found = await this.unsealer.call("talk-open", { consultation: this.words.cid, items: page.items });
      broken.push(...found.broken);
      place.last = Math.max(place.last, ...page.items.map(({ index }) => index));
    } while (page.next !== null);
    Object.assign(place, { comments: page.comments, open: page.open });
    if (broken.length) part(this.root, "broken").textContent = fill(this.own.broken, { list: broken.join(", ") });
  }

  async #fill() {
    const { row } = this;
    const messages = row.payload ? await this.unsealer.call("talk-read", { index: row.index }) : [];
    if (this.row !== row) return;
    part(this.root, "list").replaceChildren(...messages.map((message) => this.#message(message)));
    const asked = messages.filter(({ sender }) => sender === "moderator").length;
    const ended = messages.some(({ kind }) => kind === "close");
    const open = Boolean(this.place?.open && row.payload);
    part(this.root, "form").hidden = !open || ended;
    this.full = asked >= ROUNDS;
    this.#busy(false);
    part(this.root, "end").hidden = asked === 0;
    part(this.root, "note").textContent = this.#note({ open, ended, none: !messages.length });
    await this.#states();
  }

  #note({ open, ended, none }) {
    if (!this.row.payload) return this.own.unreadable;
    if (ended) return this.own.ended;
    if (!open) return this.own.over;
    if (this.full) return this.own.full;
    return none ? this.own.none : "";
  }

  // The list beside shows where something was answered.
  async #states() {
    const detail = new Map(await this.unsealer.call("talk-states"));
    this.root.dispatchEvent(new CustomEvent("desk:talks", { bubbles: true, detail }));
  }

  #message({ sender, kind, text, waits }) {
    const item = clone("talk-message");
    const own = sender === "moderator";
    item.classList.toggle("talk__item--own", own);
    part(item, "who").textContent = own ? this.own.moderators : this.own.submitter;
    part(item, "said").textContent = text || (kind === "close" ? this.own.closing : "");
    part(item, "sign").textContent = waits ? this.own.waits : this.own.closing;
    part(item, "sign").hidden = !waits && !(kind === "close" && text);
    return item;
  }

  /** End the conversation, after asking; what is typed goes with it. */
  async end() {
    if ((await ask(byId("talk-end"))) === "end") await this.send("close");
  }

  /** Seal and send; resolves with whether it was taken. `kind`: "text" or "close". */
  async send(kind) {
    const { row, place } = this;
    const text = this.text.value.trim();
    const long = [...text].length > TEXT_MAX;
    if (!row || (kind === "text" && !text) || long) {
      this.#tell(long ? this.own.long : this.own.empty);
      return false;
    }
    this.#busy(true);
    try {
      const what = { consultation: this.words.cid, comments: place.comments, index: row.index, text, kind };
      await this.api.post(this.own.url, await this.unsealer.call("talk-seal", what));
      await this.unsealer.call("talk-sent", { index: row.index });
      if (this.row !== row) return true; // another comment was opened meanwhile
      this.discard();
      await this.#fill();
      say(byId("status"), this.own.sent);
      return true;
    } catch (error) {
      this.#refused(error);
      return false;
    } finally {
      this.#busy(false);
    }
  }

  #refused(error) {
    if (!(error instanceof Refusal) && error.name !== "CryptoError") throw error;
    const own = { network: this.words.errorNetwork, session: this.words.errorSession };
    if (this.row) this.#tell(error.words || own[error.code] || this.words.errorWorker);
  }

  #tell(text) {
    const box = part(this.root, "error");
    part(box, "problem").textContent = text;
    box.hidden = !text;
    if (text) this.text.focus();
  }

  #busy(working) {
    for (const name of ["end", "look"]) part(this.root, name).disabled = working;
    part(this.root, "ask").disabled = working || this.full;
  }

  #count() {
    part(byId("talk-text-count"), "count").textContent = String([...this.text.value.trim()].length);
  }
}
