// The elements and attributes of a DOCX, XLSX or PPTX part.

import { DROPPED, DROPPED_ATTRIBUTES, UNWRAPPED } from "./office-rules.js";
import { refusal } from "./refusal.js";
import { elementsOf, take, walk } from "./xml.js";

const RELATIONSHIPS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const COMPATIBILITY = "http://schemas.openxmlformats.org/markup-compatibility/2006";
// Shapes, groups and canvases, which Word 2010 and later write as the first choice.
const SHAPES = new Set(["wps", "wpg", "wpc"]);
const OURS = /^http:\/\/(?:schemas\.openxmlformats\.org|schemas\.microsoft\.com\/office\/(?:word\/2010\/wordprocessing|drawing\/2008\/diagram|drawing\/201[0-4]\/chart))|^urn:schemas-microsoft-com:|^http:\/\/www\.w3\.org\//u;
// Names of drawings are often those of the files that were put in.
const DRAWN = new Set(["docPr", "cNvPr"]);
// They keep their place without what they led to: a linked text, a picture without its original's address, a page without its printer.
const LOOSE = new Set(["hyperlink", "blip", "pageSetup"]);

/** Clean everything below the document's root; `links`: relationships that lead on. */
export function cleanElements(document, links, run) {
  const root = document.documentElement;
  if (!OURS.test(root.namespaceURI)) throw refusal("other-office"); // the standard's strict form has names of its own
  cleanAttributes(root, links, run);
  const waiting = elementsOf(root);
  while (waiting.length) for (const child of cleanElement(waiting.pop(), links, run)) waiting.push(child);
}

/** The ids of relationships that a cleaned document still uses. */
export function usedLinks(document) {
  const used = new Set();
  for (const element of walk(document.documentElement)) {
    for (const { namespaceURI, value } of Array.from(element.attributes)) if (namespaceURI === RELATIONSHIPS) used.add(value);
  }
  return used;
}

/** Returns the elements to go on with. */
function cleanElement(element, links, run) {
  const { localName, namespaceURI } = element;
  if (namespaceURI === COMPATIBILITY && localName === "AlternateContent") return choose(element);
  const kind = DROPPED.get(localName) ?? (OURS.test(namespaceURI) ? undefined : "structure");
  if (kind || isDeletedRow(element)) {
    run.removed.add(kind ?? "changes");
    take(frameOf(element));
    return [];
  }
  if (UNWRAPPED.has(localName)) return unwrap(element, UNWRAPPED.get(localName), run);
  const lost = cleanAttributes(element, links, run);
  if (lost && localName === "hyperlink") return unwrap(element, "links", run);
  if (lost && !LOOSE.has(localName)) {
    take(frameOf(element));
    return [];
  }
  return elementsOf(element);
}

function unwrap(element, kind, run) {
  // What stands for a content control: its settings go, its content stays.
  const inner = element.localName === "sdt" ? elementsOf(element).filter(({ localName }) => localName !== "sdtContent") : [];
  for (const one of inner) take(one);
  const children = elementsOf(element);
  run.removed.add(kind);
  take(element, true);
  return children;
}

// Of alternatives one is kept: shapes as they are, otherwise what older programs are offered.
function choose(element) {
  const options = elementsOf(element);
  const shape = options.find((one) => one.localName === "Choice" && (one.getAttribute("Requires") ?? "").split(" ").every((word) => SHAPES.has(word)));
  const chosen = shape ?? options.find(({ localName }) => localName === "Fallback");
  const children = chosen ? elementsOf(chosen) : [];
  for (const child of children) element.parentNode.insertBefore(child, element);
  take(element);
  return children;
}

const isDeletedRow = ({ localName, childNodes }) =>
  localName === "tr" && elementsOf({ childNodes }).some((one) => one.localName === "trPr" && elementsOf(one).some((mark) => mark.localName === "del"));

// An embedded object's frame would stay behind empty, which PowerPoint calls damage.
function frameOf(element) {
  for (let node = element; node; node = node.parentNode) if (node.localName === "graphicFrame" && element.localName === "oleObj") return node;
  return element;
}

/** Take out what must not stay; returns whether the element led to something that is left behind. */
function cleanAttributes(element, links, run) {
  let lost = false;
  for (const attribute of Array.from(element.attributes)) {
    const { localName, namespaceURI, value } = attribute;
    if (namespaceURI === "http://www.w3.org/2000/xmlns/" || attribute.name === "xmlns") continue;
    if (namespaceURI === RELATIONSHIPS && value && !links.has(value)) {
      lost = true;
      element.removeAttributeNode(attribute);
    } else if (DRAWN.has(element.localName) && localName === "name") {
      if (value) run.removed.add("names");
      attribute.value = "";
    } else if (DROPPED_ATTRIBUTES.has(localName) || (namespaceURI && !OURS.test(namespaceURI))) {
      run.removed.add(localName === "descr" || localName === "title" || localName === "alt" ? "names" : "structure");
      element.removeAttributeNode(attribute);
    }
  }
  return lost;
}
