// The text field: a count of code points, and advice about identifying details. Neither ever leaves the page.
import { findDetails } from "../lib/detail.js";
import { byId, fromTemplate, hasWords, show, words } from "./dom.js";

const PAUSE = 250; // milliseconds of rest in typing before the text is searched
const MOST_SHOWN = 8;

/** The text as it will be sealed: NFC, without blank ends. */
export function composedText() {
  return byId("text").value.normalize("NFC").trim();
}

/** Code points, as the limit counts them. */
export function codePoints(text) {
  return [...text].length;
}

/** Watch the field; `limit` in code points. */
export function watchText(limit) {
  const field = byId("text");
  let timer = 0;
  const count = () => showCount(limit);
  // Whoever sends at once has no form any more when the pause is over.
  const advise = () => field.isConnected && showAdvice(composedText());
  field.addEventListener("input", () => {
    count();
    clearTimeout(timer);
    timer = setTimeout(advise, PAUSE);
  });
  count();
  advise();
}

function showCount(limit) {
  const used = codePoints(composedText());
  const counter = byId("text-count");
  counter.querySelector("[data-count]").textContent = String(used);
  counter.classList.toggle("counter--near", used > limit * 0.9 && used <= limit);
  counter.classList.toggle("counter--over", used > limit);
}

function showAdvice(text) {
  const found = distinct(findDetails(text));
  show(byId("advice"), found.length > 0);
  byId("advice-list").replaceChildren(...found.slice(0, MOST_SHOWN).map(adviceLine));
  // The list itself is not read out at each keystroke: only how many details there are.
  const status = found.length ? words("adviceCount", { count: found.length }) : "";
  if (byId("advice-status").textContent !== status) byId("advice-status").textContent = status;
}

function distinct(details) {
  const seen = new Set();
  return details.filter(({ kind, text }) => {
    const name = `${kind} ${text}`;
    return !seen.has(name) && seen.add(name);
  });
}

function adviceLine({ kind, text }) {
  const line = fromTemplate("advice-row");
  const key = `kind${kind[0].toUpperCase()}${kind.slice(1)}`;
  line.querySelector("mark").textContent = text;
  line.querySelector("span").textContent = words(hasWords(key) ? key : "kindOther");
  return line;
}
