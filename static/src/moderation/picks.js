// Which rows are picked for a change of many, and how keys and clicks pick them. Pure.

export class Picks {
  #picked = new Set();
  #anchor = null; // where a range begins

  get size() {
    return this.#picked.size;
  }

  has(index) {
    return this.#picked.has(index);
  }

  /** The picked among `rows`, in their order. */
  of(rows) {
    return rows.filter(({ index }) => this.#picked.has(index));
  }

  toggle(index) {
    if (!this.#picked.delete(index)) this.#picked.add(index);
    this.#anchor = index;
  }

  /** Pick all rows from where the last pick was to that one. */
  extend(rows, index) {
    const at = rows.findIndex((row) => row.index === index);
    const from = rows.findIndex((row) => row.index === this.#anchor);
    const [low, high] = [Math.min(at, from < 0 ? at : from), Math.max(at, from)];
    for (const row of rows.slice(low, high + 1)) this.#picked.add(row.index);
    if (from < 0) this.#anchor = index;
  }

  /** Exactly these. */
  set(rows) {
    this.#picked = new Set(rows.map(({ index }) => index));
    this.#anchor = null;
  }
}
