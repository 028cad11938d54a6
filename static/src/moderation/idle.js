// Locks a desk that nobody touches. The clock and the timer are given, so that tests need not wait.

export const IDLE_MS = 10 * 60 * 1000;
export const WARN_MS = 60 * 1000;

export class IdleLock {
  /** `hooks`: {warn(), calm(), lock()}; `clock`: {now(), every(ms, fn) -> stop()}. Times in milliseconds. */
  constructor(hooks, clock, { idle = IDLE_MS, warn = WARN_MS } = {}) {
    Object.assign(this, { hooks, clock, idle, warn });
    this.stop = null;
  }

  start() {
    this.end();
    this.last = this.clock.now();
    this.warned = false;
    this.stop = this.clock.every(1000, () => this.check());
  }

  /** Someone is there. */
  touch() {
    if (!this.stop) return;
    // A laptop that slept past the limit must lock on waking, before the first movement counts as presence.
    if (this.check()) return;
    this.last = this.clock.now();
    if (this.warned) this.hooks.calm();
    this.warned = false;
  }

  /** Returns true when it locked. */
  check() {
    const quiet = this.clock.now() - this.last;
    if (quiet >= this.idle) {
      this.end();
      this.hooks.lock();
      return true;
    }
    if (quiet >= this.idle - this.warn && !this.warned) {
      this.warned = true;
      this.hooks.warn();
    }
    return false;
  }

  end() {
    this.stop?.();
    this.stop = null;
  }
}
