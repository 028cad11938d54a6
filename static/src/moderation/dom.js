// Small hands for the page. Text only ever goes in as text.

/** The element with that id. */
export const byId = (id) => document.getElementById(id);

/** The first element inside `root` with the data attribute `name`. */
export const part = (root, name) => root.querySelector(`[data-${name}]`);

/** A copy of the first element of a <template>. */
export const clone = (id) => byId(id).content.firstElementChild.cloneNode(true);

/** "Coded: {coded} of {total}" with its places filled. */
export function fill(pattern, values) {
  return pattern.replace(/\{(\w+)\}/gu, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/** Say something in a live region, also when it said the same before. */
export function say(region, text) {
  region.textContent = "";
  requestAnimationFrame(() => {
    region.textContent = text;
  });
}

/** Let the browser draw and take what was pressed, before going on with a long piece of work. */
export const breathe = () => new Promise((resolve) => setTimeout(resolve));

/** Show an error box with those words and move to it; empty words hide it. */
export function showError(box, slot, words) {
  slot.textContent = words;
  box.hidden = !words;
  if (words) box.focus();
}

/** Build a preview of parsed markup, node by node. */
export function renderBlocks(root, blocks) {
  root.replaceChildren(
    ...blocks.map(({ kind, lines }) => {
      const block = document.createElement(kind);
      lines.forEach((line, place) => {
        const holder = kind === "p" ? block : block.appendChild(document.createElement("li"));
        if (kind === "p" && place) holder.append(document.createElement("br"));
        for (const { mark, text } of line) {
          const node = mark ? document.createElement(mark) : document.createTextNode(text);
          if (mark) node.textContent = text;
          holder.append(node);
        }
      });
      return block;
    }),
  );
}

/** A text in pieces [{text, hit}]; hits are marked. */
export const renderPieces = (root, pieces) => root.replaceChildren(...pieceNodes(pieces));

/** The same as nodes. */
export const pieceNodes = (pieces) =>
  pieces.map(({ text, hit }) => {
    if (!hit) return document.createTextNode(text);
    const mark = document.createElement("mark");
    mark.textContent = text;
    return mark;
  });

/** Ask by a <dialog>: the value of the button that closes it; "" when it is dismissed. */
export function ask(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}
