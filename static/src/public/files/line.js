// One chosen file on the page. Its name is shown to whoever chose it and goes nowhere.

import { fromTemplate, hasWords, show, words } from "../dom.js";

let serial = 0;

export class FileLine {
  constructor(name, onRemove) {
    serial += 1;
    this.id = serial;
    this.state = "working";
    this.made = null;
    this.element = fromTemplate("file-line");
    this.buttonId = `file-remove-${serial}`;
    this.part("name").textContent = name;
    const button = this.part("remove");
    button.id = this.buttonId;
    button.setAttribute("aria-label", words("fileRemove", { name }));
    button.addEventListener("click", onRemove);
    this.#tell(words("fileWorking"));
  }

  part(name) {
    return this.element.querySelector(`[data-${name}]`);
  }

  /** Cleaned: `made` as the workers give it. */
  finish(made) {
    this.made = made;
    this.state = "ready";
    this.#tell(words("fileReady", { kind: words(wordOf("type", made.type)), size: sizeOf(made.data.length) }));
    show(this.part("working"), false);
    const removed = made.removed.map(({ kind, count }) => words(knownWord("removed", kind), { count }));
    fillList(this.part("removed"), removed.length ? [...new Set(removed)] : [words("removedNothing")]);
    fillList(this.part("left"), made.left.map((kind) => words(knownWord("left", kind))));
    show(this.part("report"));
  }

  /** Not taken; `code` says why. */
  refuse(code = "") {
    this.state = "refused";
    show(this.part("working"), false);
    const reason = code.startsWith("file-") ? code.slice(5) : code;
    this.#tell(words(knownWord("refused", reason)));
    this.element.classList.add("field--error");
  }

  /** Away with the line, and with the bytes behind it. */
  drop() {
    this.made?.data.fill(0);
    this.made = null;
    this.element.remove();
  }

  #tell(text) {
    this.part("state").textContent = text;
  }
}

/** "pdf-layers" after "refused" -> refusedPdfLayers, as dataset names it. */
function wordOf(prefix, code) {
  const parts = code.split("-").filter(Boolean).map((part) => part[0].toUpperCase() + part.slice(1));
  return prefix + parts.join("");
}

const knownWord = (prefix, code) => (hasWords(wordOf(prefix, code)) ? wordOf(prefix, code) : `${prefix}Other`);

function fillList(list, texts) {
  list.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement("li");
      item.textContent = text;
      return item;
    }),
  );
}

function sizeOf(bytes) {
  const [unit, value] = bytes < 1_000_000 ? ["kilobyte", bytes / 1000] : ["megabyte", bytes / 1_000_000];
  const style = { style: "unit", unit, maximumFractionDigits: unit === "megabyte" ? 1 : 0 };
  return new Intl.NumberFormat(document.documentElement.lang, style).format(Math.max(value, unit === "kilobyte" ? 1 : 0));
}
