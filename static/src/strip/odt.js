// ODT (OpenDocument 1.3): content, styles and pictures are carried over and cleaned; properties, settings, thumbnails,
// versions and objects of other programs have no way in.

import { fromUtf8, utf8 } from "../lib/bytes.js";
import { cleanMedia } from "./media.js";
import { DROPPED_ATTRIBUTES, ODF_DROPPED } from "./office-rules.js";
import { Findings, refusal } from "./refusal.js";
import { elementsOf, parseXml, take, writeXml } from "./xml.js";
import { pack } from "./zip.js";

const XLINK = "http://www.w3.org/1999/xlink";
const MANIFEST = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0";
const STANDARD = /^urn:oasis:names:tc:opendocument:|^http:\/\/www\.w3\.org\//u;
const TOLD = { "meta.xml": "properties", "settings.xml": "printer", "manifest.rdf": "structure", "layout-cache": "structure" };
const XML = ["content.xml", "styles.xml"];

/** {name: bytes} -> {data, removed, left} */
export async function stripOdt(parts) {
  const run = { parts, removed: new Findings(), pictures: new Map() };
  if (!parts["content.xml"]) throw refusal("broken");
  const written = [];
  for (const name of XML.filter((one) => parts[one])) {
    const document = parseXml(parts[name]);
    await clean(document.documentElement, run);
    written.push([name, writeXml(document)]);
  }
  for (const name of Object.keys(parts)) tellOf(name, run);
  const pictures = [...run.pictures.values()].map(({ name, data }) => [name, data]);
  const type = ["mimetype", utf8(fromUtf8(parts.mimetype).trim())];
  const all = [type, ...written, ...pictures, ["META-INF/manifest.xml", manifest(written, [...run.pictures.values()])]];
  return { data: pack(all, ["mimetype"]), removed: run.removed, left: ["written"] };
}

function tellOf(name, run) {
  if (XML.includes(name) || name === "mimetype" || name === "META-INF/manifest.xml" || run.pictures.has(name)) return;
  if (name.startsWith("Thumbnails/")) run.removed.add("thumbnail");
  else if (name.startsWith("Versions/")) run.removed.add("changes");
  else if (/^Object/u.test(name)) run.removed.add("embedded");
  else run.removed.add(TOLD[name] ?? "structure");
}

// A drawing's title goes; the field that shows the document's title is text like any other.
function kindOf({ localName, namespaceURI }) {
  return localName === "title" && namespaceURI.includes(":svg") ? "names" : ODF_DROPPED.get(localName);
}

async function clean(root, run) {
  const waiting = [root];
  while (waiting.length) {
    const element = waiting.pop();
    const kind = kindOf(element);
    if (element !== root && (kind || !STANDARD.test(element.namespaceURI))) {
      const children = elementsOf(element);
      run.removed.add(kind ?? "structure");
      take(element, !kind);
      if (!kind) for (const child of children) waiting.push(child);
      continue;
    }
    const stays = await cleanAttributes(element, run);
    const children = stays || element.localName === "a" ? elementsOf(element) : [];
    if (!stays) take(element, element.localName === "a");
    for (const child of children) waiting.push(child);
  }
}

/** Whether the element stays as it is; false: it led to something that is left behind. */
async function cleanAttributes(element, run) {
  for (const attribute of Array.from(element.attributes)) {
    const { localName, namespaceURI, value } = attribute;
    if (namespaceURI === "http://www.w3.org/2000/xmlns/" || attribute.name === "xmlns") continue;
    if (namespaceURI === XLINK && localName === "href") {
      if (!(await follow(element, attribute, run))) return false;
    } else if (element.namespaceURI.endsWith(":drawing:1.0") && localName === "name" && element.localName !== "page") {
      if (value) run.removed.add("names");
      element.removeAttributeNode(attribute);
    } else if (DROPPED_ATTRIBUTES.has(localName) || (namespaceURI && !STANDARD.test(namespaceURI))) {
      run.removed.add(localName === "title" ? "names" : "structure");
      element.removeAttributeNode(attribute);
    }
  }
  return true;
}

// A place in the document stays; a picture of the file is drawn anew; everything else leads out.
async function follow(element, attribute, run) {
  if (attribute.value.startsWith("#")) return true;
  const name = attribute.value.replace(/^\.\//u, "");
  if (!run.parts[name]) {
    run.removed.add("links");
    return false;
  }
  if (!run.pictures.has(name)) {
    const made = await cleanMedia(run.parts[name], run.removed);
    const number = run.pictures.size + 1;
    run.pictures.set(name, { ...made, name: `Pictures/${number}.${made.type}` });
  }
  attribute.value = run.pictures.get(name).name;
  return true;
}

function manifest(written, pictures) {
  const entry = (name, type) => `<manifest:file-entry manifest:full-path="${name}" manifest:media-type="${type}"/>`;
  const lines = [
    entry("/", "application/vnd.oasis.opendocument.text"),
    ...written.map(([name]) => entry(name, "text/xml")),
    ...pictures.map(({ name, type }) => entry(name, `image/${type}`)),
  ];
  const text = `<?xml version="1.0" encoding="UTF-8"?>\n<manifest:manifest xmlns:manifest="${MANIFEST}" manifest:version="1.3">`;
  return utf8(`${text}${lines.join("")}</manifest:manifest>`);
}
