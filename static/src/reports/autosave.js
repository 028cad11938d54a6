// Words in writing are kept on the server for their writer alone; nothing of this changes the report.

const WAIT = 1200;
const AGAIN = 8000;

/**
 * Keeps `text()` some time after the last `touch()`. `post(body)` sends; `show(state)` is told "writing", "keeping",
 * "kept", or a refusal's code. What could not be sent is tried again by itself.
 */
export class Autosave {
  constructor({ seen, text, post, show, later = (tick, ms) => setTimeout(tick, ms), never = (timer) => clearTimeout(timer) }) {
    Object.assign(this, { seen, text, post, show, later, never });
    this.kept = text();
    this.timer = null;
    this.sending = null;
  }

  /** Whether the field holds words that the server does not. */
  get dirty() {
    return this.text() !== this.kept;
  }

  touch() {
    this.show("writing");
    this.#soon(WAIT);
  }

  /** Send at once what is not kept yet; resolves when nothing is under way. */
  async flush() {
    this.never(this.timer);
    if (this.sending) await this.sending;
    if (!this.dirty) return;
    this.sending = this.#send().finally(() => (this.sending = null));
    await this.sending;
  }

  stop() {
    this.never(this.timer);
  }

  #soon(wait) {
    this.never(this.timer);
    this.timer = this.later(() => this.flush(), wait);
  }

  async #send() {
    const text = this.text();
    this.show("keeping");
    try {
      await this.post({ seen: this.seen, text });
      this.kept = text;
      // Typed on while it was sent: the next round is due.
      if (this.dirty) this.touch();
      else this.show("kept");
    } catch (refusal) {
      this.show(refusal.code ?? "network", refusal.words);
      this.#soon(AGAIN);
    }
  }
}
