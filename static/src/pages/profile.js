// The office's profile in the words of the report, while it is typed.

import { byId } from "../moderation/dom.js";

const WAIT = 500;
const words = byId("words").dataset;
const form = byId("profile-form");
const box = byId("profile-preview");
const state = byId("preview-state");
let timer = 0;
let asked = 0;

function say(preview) {
  for (const place of box.querySelectorAll("[data-say]")) {
    const value = preview[place.dataset.say];
    place.textContent = Array.isArray(value) ? value.join(" ") : value;
  }
}

/** The first field that does not fit, by its label, and why. */
function complaint(errors) {
  const name = [...form.elements].map((field) => field.name).find((each) => Object.hasOwn(errors, each));
  const label = form.querySelector(`label[for="${CSS.escape(name ?? "")}"]`)?.firstChild.textContent.trim() ?? "";
  return `${words.wrong} ${label}: ${errors[name] ?? Object.values(errors)[0]}`;
}

async function look() {
  const mine = ++asked;
  const body = new FormData(form);
  const answer = await fetch(words.urlPreview, {
    method: "POST",
    body,
    headers: { Accept: "application/json" },
    credentials: "same-origin",
  }).catch(() => null);
  const found = answer?.ok ? await answer.json() : null;
  // An older answer must not overwrite a newer one.
  if (mine !== asked) return;
  box.classList.toggle("is-stale", !found?.preview);
  if (found?.preview) say(found.preview);
  state.textContent = found ? (found.preview ? words.fits : complaint(found.errors)) : words.errorNetwork;
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, WAIT);
});
