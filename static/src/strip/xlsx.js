// What only XLSX has: formulas that lead out of the file, names of ranges elsewhere, hidden sheets, rows and columns.

import { take, walk } from "./xml.js";

const isHidden = (element) => /^(?:1|true|hidden|veryHidden)$/u.test(element.getAttribute("hidden") || element.getAttribute("state") || "");

/** The rest of an XLSX part's cleaning. */
export function cleanSheet(document, run) {
  for (const element of [...walk(document.documentElement)]) {
    const { localName } = element;
    const formula = localName === "f" || localName === "definedName";
    if (formula && /\[|:\\|\/\//u.test(element.textContent)) {
      run.removed.add("links");
      take(element);
    }
    if (localName === "c") for (const name of ["cm", "vm"]) element.removeAttribute(name); // they count in a part that is left behind
    if (/^(?:sheet|row|col)$/u.test(localName) && isHidden(element)) run.left.add("hidden");
  }
}
