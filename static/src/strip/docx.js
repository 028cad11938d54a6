// What only DOCX has: fields, settings, hidden text.

import { FIELDS, NAMING_FIELDS, SETTINGS } from "./office-rules.js";
import { elementsOf, take, walk } from "./xml.js";

/** The rest of a DOCX part's cleaning. */
export function cleanDocument(document, run) {
  const root = document.documentElement;
  if (root.localName === "settings") return cleanSettings(root, run);
  cleanFields(root, run);
  for (const element of walk(root)) if (element.localName === "vanish") run.left.add("hidden");
  return undefined;
}

function cleanSettings(root, run) {
  for (const element of elementsOf(root)) {
    if (SETTINGS.has(element.localName)) continue;
    run.removed.add(/trackRevisions|documentProtection/u.test(element.localName) ? "changes" : "structure");
    take(element);
  }
}

const instructionOf = (text) => text.trim().split(/\s+/u)[0].toUpperCase();

function cleanFields(root, run) {
  for (const element of [...walk(root)].filter(({ localName }) => localName === "fldSimple")) {
    const word = instructionOf(attributeOf(element, "instr"));
    if (FIELDS.has(word)) continue;
    run.removed.add("fields");
    take(element, !NAMING_FIELDS.has(word));
  }
  cleanRunFields(root, run);
}

/** Fields that are spread over runs: begin, instruction, separate, result, end (ECMA-376 part 1, 17.16.18). */
function cleanRunFields(root, run) {
  const open = [];
  for (const element of [...walk(root)]) {
    const mark = element.localName === "fldChar" ? attributeOf(element, "fldCharType") : "";
    if (mark === "begin") open.push({ text: "", instructions: [], results: [], marks: [element], within: false });
    const field = open.at(-1);
    if (!field) continue;
    if (mark && mark !== "begin") field.marks.push(element);
    if (mark === "separate") field.within = true;
    else if (mark === "end") settle(open.pop(), run);
    else if (element.localName === "instrText") {
      field.text += element.textContent;
      field.instructions.push(element);
    } else if (field.within && /^(?:t|drawing|pict|tab|br|sym)$/u.test(element.localName)) {
      for (const one of open) one.results.push(element);
    }
  }
}

function settle({ text, instructions, results, marks }, run) {
  const word = instructionOf(text);
  if (FIELDS.has(word)) return;
  run.removed.add("fields");
  for (const element of [...instructions, ...marks]) if (element.parentNode) take(element);
  if (!NAMING_FIELDS.has(word)) return;
  for (const element of results) if (element.parentNode) take(element);
}

const attributeOf = (element, name) => Array.from(element.attributes).find(({ localName }) => localName === name)?.value ?? "";
