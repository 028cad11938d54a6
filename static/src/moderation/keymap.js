// Which key means what on the workbench. Nothing fires while someone types, composes Vietnamese, or holds a modifier.

export const KEYS = Object.freeze({
  j: "next",
  k: "previous",
  u: "next-uncoded",
  s: "save",
  "/": "search",
  g: "list",
  f: "filters",
  x: "pick",
  b: "bulk",
  z: "undo",
  t: "take",
  h: "hand-back",
  1: "suggestion-1",
  2: "suggestion-2",
  3: "suggestion-3",
  "[": "adopt-left",
  "]": "adopt-right",
  c: "categories",
  v: "severity",
  r: "remedies",
  p: "paraphrase",
  m: "redact",
  n: "update",
  l: "lock",
  "?": "help",
});

const TYPING_INPUTS = new Set(["checkbox", "radio", "button", "submit", "reset", "range", "color", "file"]);

/** Whether keys typed into this element become text or choose in a list. */
export function isTyping(target) {
  if (!target) return false;
  if (target.isContentEditable) return true;
  const name = (target.tagName ?? "").toLowerCase();
  if (name === "textarea" || name === "select") return true;
  return name === "input" && !TYPING_INPUTS.has((target.type ?? "text").toLowerCase());
}

/**
 * The action of a keyboard event, or null. `state`: {on, allows(action), locked, dialog} - shortcuts switched on, all
 * and one by one; desk locked; a dialog open. Escape alone works from inside a field: it leaves the field, so that the other keys can be used again.
 */
export function actionFor(event, state) {
  if (!state.on || state.locked || state.dialog) return null;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.key === "Process") return null;
  if (isTyping(event.target)) return event.key === "Escape" ? "leave-field" : null;
  const key = event.key.toLowerCase();
  if (!Object.hasOwn(KEYS, key)) return null;
  return state.allows?.(KEYS[key]) === false ? null : KEYS[key];
}
