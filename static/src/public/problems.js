// The summary of what went wrong, at the top of the page, linked to the fields.
import { attend, byId, show, words } from "./dom.js";

const FIELDS = ["topic", "text", "files", "recipients", "ballot", "ballot-file", "half-1", "half-2"];
const present = () => FIELDS.filter((field) => document.getElementById(`${field}-error`));

/** Take the summary and every field's error away. */
export function clearProblems() {
  show(byId("problem"), false);
  for (const field of present()) markField(field, null);
}

/**
 * Show errors: `[{field, target, text}]` with field one of FIELDS, and target the id to focus; or
 * `{text}` for what concerns no field. `title` is a key of the page's words: correct, failed or uncertain.
 */
export function showProblems(errors, title) {
  clearProblems();
  byId("problem-title").textContent = words(title);
  byId("problem-list").replaceChildren(...errors.map(summaryLine));
  for (const error of errors.filter((one) => one.field)) markField(error.field, error.text);
  show(byId("problem"));
  attend(byId("problem"));
}

function summaryLine({ field, target, text }) {
  const line = document.createElement("li");
  if (!field) {
    line.textContent = text;
    return line;
  }
  const link = document.createElement("a");
  link.href = `#${target}`;
  link.textContent = text;
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const element = byId(target);
    element.scrollIntoView({ block: "center" });
    element.focus({ preventScroll: true });
  });
  line.append(link);
  return line;
}

function markField(field, text) {
  const message = byId(`${field}-error`);
  show(message, text !== null);
  if (text !== null) message.querySelector("span").textContent = text;
  const container = message.closest(".field, .fieldset");
  container.classList.toggle("field--error", text !== null);
  const control = byId(field);
  const ids = new Set((control.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean));
  ids[text === null ? "delete" : "add"](message.id);
  if (ids.size) control.setAttribute("aria-describedby", [...ids].join(" "));
  else control.removeAttribute("aria-describedby");
  if (!["fieldset", "button"].includes(control.localName)) control.setAttribute("aria-invalid", String(text !== null));
}
