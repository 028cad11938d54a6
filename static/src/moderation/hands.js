// Whose a comment is to read: taking it over, and handing it back with a reason that only its readers could open.

import { Refusal } from "./api.js";
import { ask, byId, part, say } from "./dom.js";
import { isHandable, isLeft } from "./rows.js";

const NOTE = { label: "coding", size: 1024, aad: "handover" };
const REASON_MAX = 300; // characters: four bytes each fit

export class Hands {
  constructor(words, api, unsealer) {
    Object.assign(this, { words, api, unsealer });
    this.readers = Number(words.readers);
    this.root = byId("hands");
    this.dialog = byId("hand-back");
    this.reason = byId("hand-back-reason");
    this.reason.maxLength = REASON_MAX;
    part(this.root, "take").addEventListener("click", () => this.take());
    part(this.root, "return").addEventListener("click", () => this.handBack());
  }

  get dirty() {
    return false;
  }

  show(row) {
    this.row = row;
    part(this.root, "take").hidden = !isLeft(row, this.readers);
    part(this.root, "return").hidden = !isHandable(row, this.readers);
    part(this.root, "hands-error").textContent = "";
  }

  refresh(row) {
    this.show(row);
  }

  clear() {
    this.row = null;
    this.reason.value = "";
    for (const name of ["take", "return"]) part(this.root, name).hidden = true;
    part(this.root, "hands-error").textContent = "";
  }

  /** The open comment becomes this moderator's to read. */
  async take() {
    if (this.row && isLeft(this.row, this.readers)) await this.#say(this.row, "take", null);
  }

  /** It goes back to the others. The reason is sealed at one size: being busy and being concerned look the same. */
  async handBack() {
    const { row } = this;
    if (!row || !isHandable(row, this.readers)) return;
    this.reason.value = "";
    if ((await ask(this.dialog)) !== "return" || this.row !== row) return;
    const text = this.reason.value.normalize("NFC").slice(0, REASON_MAX);
    this.reason.value = "";
    await this.#say(row, "return", { index: row.index, ...NOTE, text });
  }

  async #say(row, what, note) {
    try {
      const sealed = note && (await this.unsealer.call("seal-row", note));
      const { assigned } = await this.api.post(this.words.urlAssignments, { index: row.index, do: what, note: sealed });
      row.assigned = assigned;
      if (this.row !== row) return;
      this.show(row);
      this.root.dispatchEvent(new CustomEvent("desk:changed", { bubbles: true }));
      say(byId("status"), what === "take" ? this.words.taken : this.words.handedBack);
    } catch (error) {
      if (!(error instanceof Refusal) && error.name !== "CryptoError") throw error;
      const own = { network: this.words.errorNetwork, session: this.words.errorSession };
      if (this.row === row) part(this.root, "hands-error").textContent = error.words || own[error.code] || this.words.errorWorker;
    }
  }
}
