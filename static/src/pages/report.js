// The report studio. Without this script every sentence opens by a link and is saved by its form.

import { makeApi } from "../moderation/api.js";
import { byId } from "../moderation/dom.js";
import { Autosave } from "../reports/autosave.js";
import { actionFor, neighbour } from "../reports/keys.js";

const words = byId("words").dataset;
const api = makeApi(words.csrf);
let autosave = null;
let leaving = false;

const sentences = () => [...byId("document").querySelectorAll("a.say")];
const isOpen = (sentence) => sentence.classList.contains("say--open");

function showState(state, said = "") {
  const line = byId("words-state");
  if (!line) return;
  const texts = { writing: words.writing, keeping: words.keeping, kept: words.kept, session: words.errorSession };
  const bad = !Object.hasOwn(texts, state) || state === "session";
  line.textContent = texts[state] ?? (said || words.errorNetwork);
  line.classList.toggle("is-bad", bad);
}

/** Watch the field that the page has open, if it has one. */
function watch() {
  autosave?.stop();
  const form = byId("words-form");
  const field = byId("words-text");
  autosave = form
    ? new Autosave({
        seen: form.dataset.seen,
        text: () => field.value,
        post: (body) => api.post(words.urlScratch, body),
        show: showState,
      })
    : null;
  field?.addEventListener("input", () => autosave.touch());
  form?.addEventListener("submit", () => {
    leaving = true;
    autosave.stop();
  });
}

/** Go there when what was written is kept; the page opens at the sentence. */
async function go(url) {
  await autosave?.flush();
  // What could not be kept is asked about by the browser.
  location.assign(url);
}

function write(sentence) {
  if (sentence.getAttribute("aria-current")) byId("words-text").focus();
  else go(sentence.href);
}

function highlight(sentence) {
  const refs = new Set((sentence?.dataset.refs ?? "").split(" "));
  for (const row of document.querySelectorAll("[data-ref]")) row.classList.toggle("is-here", refs.has(row.dataset.ref));
}

const sentenceOf = (target) => target?.closest?.("a.say") ?? null;

document.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const closing = event.target.closest("[data-close]");
  const sentence = closing ? null : sentenceOf(event.target);
  if (!closing && !sentence) return;
  event.preventDefault();
  if (closing) go(closing.href);
  else write(sentence);
});

document.addEventListener("keydown", (event) => {
  const sentence = sentenceOf(event.target);
  const inside = event.target.id === "words-text";
  const action = actionFor(event, inside ? "field" : sentence ? "sentence" : "");
  if (!action) return;
  event.preventDefault();
  if (action === "save") byId("words-form").requestSubmit();
  else if (action === "close") go(document.querySelector("[data-close]").href);
  else neighbour(sentences(), sentence, action, isOpen)?.focus();
});

for (const name of ["focusin", "mouseover"]) {
  document.addEventListener(name, (event) => {
    const sentence = sentenceOf(event.target);
    if (sentence) highlight(sentence);
  });
}

window.addEventListener("beforeunload", (event) => {
  if (!leaving && autosave?.dirty) event.preventDefault();
});

// On a narrow screen the outline begins folded: the text comes first.
if (matchMedia("(max-width: 48em)").matches) document.querySelector(".studio__fold").open = false;
watch();

// A sentence that was just closed or saved has the focus; one that is open, its field. The browser first goes to the
// place that the address names, and takes the focus with it.
function settle() {
  const named = location.hash.length > 1 ? byId(location.hash.slice(1)) : null;
  const place = byId("words-text") ?? named?.closest("a.say") ?? named?.querySelector("a.say");
  place?.focus({ preventScroll: true });
  place?.scrollIntoView({ block: "nearest" });
}
if (document.readyState === "complete") requestAnimationFrame(settle);
else window.addEventListener("load", () => requestAnimationFrame(settle));
