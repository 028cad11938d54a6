// What went wrong, at the top of the page and at the fields it concerns: `<id>`, `<id>-field` and `<id>-error` of each.
import { attend, byId, show, words } from "./dom.js";

/** Take the summary and every field's error away. */
export function clearProblems() {
  show(byId("problem"), false);
  for (const { id } of document.querySelectorAll("#claim .field__error")) markField(id.replace(/-error$/u, ""), null);
}

/**
 * Show errors `[{field, text, of}]`, or `{text}` for what concerns no field; `title` is a key of the page's words.
 * `of`: whose field it is, said in the summary, where several fields have one label.
 */
export function showProblems(errors, title) {
  clearProblems();
  byId("problem-title").textContent = words(title);
  byId("problem-list").replaceChildren(...errors.map(summaryLine));
  for (const { field, text } of errors) if (field) markField(field, text);
  show(byId("problem"));
  attend(byId("problem"));
}

function summaryLine({ field, text, of }) {
  const line = document.createElement("li");
  if (!field) {
    line.textContent = text;
    return line;
  }
  const link = document.createElement("a");
  link.href = `#${field}`;
  link.textContent = of ? `${of}: ${text}` : text;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    byId(field).scrollIntoView({ block: "center" });
    byId(field).focus({ preventScroll: true });
  });
  line.append(link);
  return line;
}

function markField(field, text) {
  const message = byId(`${field}-error`);
  show(message, text !== null);
  message.querySelector("span").textContent = text ?? "";
  byId(`${field}-field`).classList.toggle("field--error", text !== null);
  byId(field).setAttribute("aria-invalid", String(text !== null));
}
