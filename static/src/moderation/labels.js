// The words that the coding form has for the codes of a coding: said once, in the page.

import { byId } from "./dom.js";
import { plain, toText } from "./markup.js";

/** What a person reads for one value of a coding's field; what the page has no words for stays as it is. */
export function labelOf(field, value) {
  if (field === "paraphrase" || field === "reason") return plain(toText(value));
  if (field === "level" || field === "unit") {
    return [...byId(field).options].find((option) => option.value === value)?.textContent.trim() ?? value;
  }
  const form = document.querySelector("[data-coding]");
  const box = [...form.querySelectorAll(`input[name="${field}"]`)].find((input) => input.value === String(value));
  // The first piece of text: a hint and a mark may follow it.
  return box?.closest("label").querySelector("span").firstChild.textContent.trim() ?? String(value);
}

/** What the form calls the field itself. */
export function titleOf(field) {
  return document.querySelector(`[data-field-title="${field}"]`).textContent.trim();
}
