// What was typed and not saved survives a locked desk: sealed under the comment's own key, in this tab's memory only.

import { fromUtf8 } from "../lib/bytes.js";
import { canonicalBytes } from "../lib/canonical.js";
import { CODING_SIZE } from "../lib/rowkey.js";
import { readCoding } from "./coding.js";

const SEALED = { label: "coding", size: CODING_SIZE, aad: "draft" };
const PAUSE_MS = 600;

export class Draft {
  #kept = null; // {index, sealed: base64url}

  /** `unsealer`: {call(type, data)}, the worker that holds the comments' keys while the desk is unlocked. */
  constructor(unsealer) {
    this.unsealer = unsealer;
  }

  /** Keep `read()`, a coding, as it will be after a short pause in typing. */
  later(index, read) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#keep(index, read()), PAUSE_MS);
  }

  /** The draft was saved or given up. */
  drop() {
    clearTimeout(this.timer);
    this.#kept = null;
  }

  /** Nothing more is typed; what is kept stays. */
  rest() {
    clearTimeout(this.timer);
  }

  /** {index, coding} as it was kept, or null; one that is for no comment of this desk is no draft. */
  async restored() {
    if (!this.#kept) return null;
    const { index, sealed } = this.#kept;
    const text = await this.unsealer.call("open-row", { index, label: SEALED.label, aad: SEALED.aad, sealed }).catch(() => "");
    const coding = readCoding(text);
    return coding && { index, coding };
  }

  async #keep(index, coding) {
    const text = fromUtf8(canonicalBytes(coding));
    const sealed = await this.unsealer.call("seal-row", { index, ...SEALED, text }).catch(() => null);
    if (sealed) this.#kept = { index, sealed };
  }
}
