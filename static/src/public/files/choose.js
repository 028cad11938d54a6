// The part of the form that takes files: a button, a place to drop them, and a line for each with what was taken out of it.

import { attend, byId, show, words } from "../dom.js";
import { cleaned } from "./clean.js";
import { FileLine } from "./line.js";

/** Lay out the part for at most `most` files; `changed()` is called whenever one comes or goes. */
export function layOutFiles(most, changed) {
  const chosen = new Chosen(most, changed);
  const input = byId("files-input");
  byId("files").addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    chosen.add([...input.files]);
    input.value = ""; // the same file may be chosen again after it was removed
  });
  takeDrops(byId("files-drop"), (files) => chosen.add(files));
  return chosen;
}

// A file that misses the place would open in this tab, in place of what was written.
function takeDrops(place, take) {
  const withFiles = (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault();
  for (const name of ["dragover", "drop"]) document.addEventListener(name, withFiles);
  const mark = (over) => place.classList.toggle("drop--over", over);
  place.addEventListener("dragover", () => mark(true));
  place.addEventListener("dragleave", () => mark(false));
  place.addEventListener("drop", (event) => {
    mark(false);
    take([...event.dataTransfer.files]);
  });
}

class Chosen {
  constructor(most, changed) {
    this.most = most;
    this.changed = changed;
    this.lines = [];
    this.locked = false;
  }

  /** The cleaned files in their order: [{id, type, data}]. */
  get files() {
    return this.lines.filter(({ made }) => made).map(({ id, made }) => ({ id, type: made.type, data: made.data }));
  }

  /** What keeps the comment from being sent: problems as the page's summary shows them. */
  problems() {
    const waiting = this.lines.some(({ state }) => state === "working");
    const refused = this.lines.find(({ state }) => state === "refused");
    if (!waiting && !refused) return [];
    const text = words(waiting ? "filesWaiting" : "filesRefused");
    return [{ field: "files", target: refused && !waiting ? refused.buttonId : "files", text }];
  }

  /** While the comment is sealed and sent nothing may come or go. */
  lock(locked) {
    for (const { buttonId } of this.lines) byId(buttonId).disabled = locked;
    byId("files").disabled = locked || this.lines.length >= this.most;
    this.locked = locked;
  }

  clear() {
    for (const line of [...this.lines]) line.drop();
    this.lines = [];
  }

  add(files) {
    if (this.locked) return;
    const room = this.most - this.lines.length;
    show(byId("files-over"), files.length > room);
    for (const file of files.slice(0, room)) this.#take(file);
    this.#settle();
  }

  async #take(file) {
    const line = new FileLine(file.name, () => this.#remove(line));
    this.lines.push(line);
    byId("file-list").append(line.element);
    try {
      const made = await cleaned(file);
      if (this.lines.includes(line)) line.finish(made);
    } catch (error) {
      if (this.lines.includes(line)) line.refuse(error.code);
    }
    this.#settle();
  }

  #remove(line) {
    const at = this.lines.indexOf(line);
    this.lines.splice(at, 1);
    line.drop();
    show(byId("files-over"), false);
    this.#settle();
    const next = this.lines[at] ?? this.lines[at - 1];
    if (next) byId(next.buttonId).focus();
    else attend(byId("files"));
  }

  #settle() {
    const full = this.lines.length >= this.most;
    byId("files").disabled = full;
    show(byId("files-full"), full);
    byId("files-status").textContent = this.#spoken();
    this.changed();
  }

  // Read out as a whole when something comes to an end, not at each step.
  #spoken() {
    const count = (state) => this.lines.filter((line) => line.state === state).length;
    return this.lines.length ? words("filesStatus", { ready: count("ready"), working: count("working"), refused: count("refused") }) : "";
  }
}
