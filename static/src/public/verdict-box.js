// A framed verdict: an icon, a title, a text. Its parts are found by the box's name (templates/public/_verdict.html).
import { byId } from "./dom.js";

const BOX = { good: "success", wait: "success", bad: "error-summary", unknown: "warning" };
const TITLE = { good: "success__title", wait: "success__title", bad: "warning__title", unknown: "warning__title" };
const SIGN = {
  good: "M4 12.5l5.5 5.5L20 7",
  wait: "M12 3a9 9 0 1 0 .01 0zM12 7v5l3 2",
  bad: "M12 3 22 21H2zM12 10v5M12 18v.5",
};

/** Fill the box of that name; `tone` is good, wait, bad or unknown. */
export function fillBox(name, { tone, title, text }) {
  byId(`${name}-box`).className = BOX[tone];
  byId(`${name}-icon`).setAttribute("d", SIGN[tone] ?? SIGN.bad);
  byId(`${name}-title`).className = TITLE[tone];
  byId(`${name}-title`).textContent = title;
  byId(`${name}-text`).textContent = text;
}

/** Replace the lines of a description list; `lines`: [term, value], values with line ends are shown as they are. */
export function fillFacts(id, lines) {
  byId(id).replaceChildren(...lines.flatMap(factLine));
}

function factLine([name, value]) {
  const term = document.createElement("dt");
  const definition = document.createElement("dd");
  term.textContent = name;
  const text = document.createElement(value.includes("\n") ? "pre" : "span");
  text.textContent = value;
  if (text.localName === "pre") text.tabIndex = 0; // it scrolls sideways on narrow screens
  else text.className = "mono";
  definition.append(text);
  return [term, definition];
}
