// XML parts of Office files, by @xmldom/xmldom: no document type, so no entity of a file's own and nothing from elsewhere.

import { DOMParser, MIME_TYPE, XMLSerializer } from "@xmldom/xmldom";

import { fromUtf8, utf8 } from "../lib/bytes.js";
import { isRefusal, refusal } from "./refusal.js";

const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';

/** The document of a part's bytes. */
export function parseXml(data) {
  const text = textOf(data);
  if (/<!(?:DOCTYPE|ENTITY)/iu.test(text)) throw refusal("broken");
  const fail = (level, message) => {
    if (level !== "warning") throw refusal("broken", new Error(message));
  };
  try {
    return new DOMParser({ onError: fail }).parseFromString(text, MIME_TYPE.XML_TEXT);
  } catch (error) {
    throw isRefusal(error) ? error : refusal("broken", error);
  }
}

// Office writes UTF-8; UTF-16 is what the standards allow beside it.
function textOf(data) {
  const wide = { "255,254": "utf-16le", "254,255": "utf-16be" }[data.slice(0, 2).join()];
  if (wide) return new TextDecoder(wide, { fatal: true }).decode(data);
  return fromUtf8(data).replace(/^\ufeff/u, "");
}

/** The bytes of a document; comments and instructions outside elements are not written. */
export const writeXml = (document) => utf8(HEAD + new XMLSerializer().serializeToString(document.documentElement));

/** Child elements, as a list that may be changed under way. */
export const elementsOf = (node) => Array.from(node.childNodes).filter(({ nodeType }) => nodeType === 1);

/** All elements below, the node itself first. */
export function* walk(node) {
  yield node;
  for (const child of elementsOf(node)) yield* walk(child);
}

/** Take an element out; with `keep`, its children take its place. */
export function take(element, keep = false) {
  const parent = element.parentNode;
  while (keep && element.firstChild) parent.insertBefore(element.firstChild, element);
  parent.removeChild(element);
}
