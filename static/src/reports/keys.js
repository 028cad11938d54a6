// Keys of the studio. Letters work only while a sentence has the focus (WCAG 2.1.4), so that they hinder nobody.

const AMONG = Object.freeze({ j: "next", k: "previous", n: "next-open" });

/** The action of a keyboard event, or null. `where`: "sentence", "field" or "". */
export function actionFor(event, where) {
  if (event.isComposing || event.key === "Process" || event.altKey) return null;
  const control = event.ctrlKey || event.metaKey;
  if (where === "field") {
    if (event.key === "Escape" && !control) return "close";
    return event.key === "Enter" && control ? "save" : null;
  }
  if (where !== "sentence" || control || event.shiftKey) return null;
  const key = event.key.toLowerCase();
  return Object.hasOwn(AMONG, key) ? AMONG[key] : null;
}

/** The neighbour of `here` in `list` by that action; the end stays where it is. */
export function neighbour(list, here, action, isOpen) {
  const at = list.indexOf(here);
  if (action === "previous") return list[Math.max(at - 1, 0)];
  if (action === "next") return list[Math.min(at + 1, list.length - 1)];
  return list.slice(at + 1).find(isOpen) ?? list.find(isOpen) ?? here;
}
