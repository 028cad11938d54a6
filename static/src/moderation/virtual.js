// A long list of which only the visible part is in the page: a thousand comments cost as much as twenty.

const SPARE = 6; // rows drawn beyond either edge, so that scrolling shows no gap
const GUESS = 96; // pixels of a row, until one has been drawn

/** Which rows to draw: {first, last}, last excluded. All in pixels but `total`. */
export function windowOf({ top, height, row, total }, spare = SPARE) {
  const first = Math.max(0, Math.floor(top / row) - spare);
  return { first, last: Math.min(total, Math.ceil((top + height) / row) + spare) };
}

export class VirtualList {
  /** `scroller` scrolls and holds [data-space] with [data-window] in it; `draw(place)` gives the element of one row. */
  constructor(scroller, draw) {
    this.scroller = scroller;
    this.draw = draw;
    this.space = scroller.querySelector("[data-space]");
    this.window = scroller.querySelector("[data-window]");
    this.total = 0;
    this.row = GUESS;
    scroller.addEventListener("scroll", () => this.#later(), { passive: true });
    new ResizeObserver(() => this.#later()).observe(scroller);
  }

  /** Draw anew a list of so many rows. */
  reset(total) {
    this.total = total;
    this.redraw();
    const drawn = this.window.firstElementChild?.offsetHeight;
    if (drawn && drawn !== this.row) {
      this.row = drawn;
      this.redraw();
    }
  }

  /** Draw what is visible. */
  redraw() {
    const { scrollTop: top, clientHeight: height } = this.scroller;
    const { first, last } = windowOf({ top, height, row: this.row, total: this.total });
    this.space.style.blockSize = `${this.total * this.row}px`;
    this.window.style.transform = `translateY(${first * this.row}px)`;
    this.window.replaceChildren(...Array.from({ length: Math.max(0, last - first) }, (_, at) => this.draw(first + at)));
  }

  /** Scroll so that the row at that place is visible, and no further. */
  reveal(place) {
    const { scrollTop: top, clientHeight: height } = this.scroller;
    const from = place * this.row;
    if (from < top) this.scroller.scrollTop = from;
    else if (from + this.row > top + height) this.scroller.scrollTop = from + this.row - height;
    this.redraw();
  }

  /** How many rows are visible at once. */
  get page() {
    return Math.max(1, Math.floor(this.scroller.clientHeight / this.row) - 1);
  }

  #later() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.redraw();
    });
  }
}
