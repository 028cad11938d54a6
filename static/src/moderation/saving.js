// Saving a coding: sealed for the other readers in the worker, sent, and what the server kept taken into the row.

import { refreshRow } from "./opening.js";
import { DECISION, slotFor } from "./rows.js";
import { shareCoding } from "./shared.js";

// Somebody else wrote since this desk was unlocked or last updated.
const CONFLICTS = new Set(["coding-changed", "coding-slot-taken", "coding-decided", "coding-own-twice"]);

export class Saver {
  /** `unsealer`: {call(type, data)}, the worker that holds the comments' keys. */
  constructor(words, api, unsealer) {
    Object.assign(this, { words, api, unsealer });
    this.readers = Number(words.readers);
  }

  /**
   * Send this moderator's coding of a row (or decision, where two others disagree) as its next revision; resolves with
   * the entry that the row now has. Refusals of the server and the network are Refusals (api.js); after a conflict the
   * row has what stands on the server.
   */
  async save(row, coding) {
    const slot = slotFor(row, this.readers);
    try {
      return await this.#send(row, slot, coding);
    } catch (error) {
      if (!CONFLICTS.has(error.code)) throw error;
      const had = row.codings.has(slot);
      await refreshRow({ ...this, row });
      const next = slotFor(row, this.readers);
      // Another reader took the slot meanwhile: an independent coding goes to the one that is left, unseen as before.
      if (had || next === slot || next === DECISION) throw error;
      return this.#send(row, next, coding);
    }
  }

  async #send(row, slot, coding) {
    const { index } = row;
    const seen = row.codings.get(slot)?.revision ?? 0;
    const shared = await shareCoding(this.unsealer, { index, slot, revision: seen + 1, coding });
    const { revision } = await this.api.post(this.words.urlCodings, { index, slot, revision: seen, coding, shared });
    const entry = { index, slot, revision, mine: true, coding };
    row.codings.set(slot, entry);
    // From now on the other reader's coding may be seen. Where asking fails, the next update shows it.
    if (this.readers > 1 && slot !== DECISION) await refreshRow({ ...this, row }).catch(() => {});
    this.#learn(index, coding);
    return entry;
  }

  // The suggestions follow; nothing waits for them, and a locked desk has none.
  #learn(index, { categories }) {
    this.unsealer.call("desk-learn", { examples: [{ index, categories }] }).catch(() => {});
  }
}
