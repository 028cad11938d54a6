// Which of the keys are switched on: all of them together, or each by itself. Kept in the browser; it tells of no comment.

import { KEYS } from "./keymap.js";

const STORED = "portal-shortcuts";
const ALL_OFF = "off";

export class Shortcuts {
  /** `root` holds one checkbox for all and one with the value of each action; `storage` is localStorage. */
  constructor(root, storage) {
    Object.assign(this, { root, storage });
    this.all = root.querySelector("[name=shortcuts]");
    this.boxes = [...root.querySelectorAll("[name=shortcut]")];
    this.#read();
    root.addEventListener("change", () => this.#keep());
  }

  /** Whether keys do anything. */
  get on() {
    return this.all.checked;
  }

  /** Whether that action's key does. */
  allows(action) {
    return !this.boxes.some(({ value, checked }) => value === action && !checked);
  }

  #read() {
    const stored = this.storage.getItem(STORED) ?? "";
    const off = new Set(stored.split(" ").filter((name) => Object.values(KEYS).includes(name)));
    this.all.checked = stored !== ALL_OFF;
    for (const box of this.boxes) {
      box.checked = !off.has(box.value);
      box.disabled = !this.all.checked;
    }
  }

  #keep() {
    const off = this.boxes.filter(({ checked }) => !checked).map(({ value }) => value);
    this.storage.setItem(STORED, this.on ? off.join(" ") : ALL_OFF);
    for (const box of this.boxes) box.disabled = !this.on;
  }
}
