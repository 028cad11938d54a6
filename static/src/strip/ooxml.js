// DOCX, XLSX and PPTX (ECMA-376): only parts that can be seen are carried over, each of them cleaned. Where a part leads is
// read from its relationships and written anew, so nothing that is left behind is still named.

import { utf8 } from "../lib/bytes.js";
import { cleanDocument } from "./docx.js";
import { cleanMedia } from "./media.js";
import { KEPT_PARTS, TOLD_PARTS } from "./office-rules.js";
import { cleanElements, usedLinks } from "./ooxml-clean.js";
import { Findings, refusal } from "./refusal.js";
import { cleanSheet } from "./xlsx.js";
import { elementsOf, parseXml, walk, writeXml } from "./xml.js";
import { pack } from "./zip.js";

const PACKAGE = "http://schemas.openxmlformats.org/package/2006/";
const MORE = { docx: cleanDocument, xlsx: cleanSheet, pptx: cleanSlide };

/** {name: bytes} -> {data, removed, left}; `left`: what stays in the file although it may not be seen at once. */
export async function stripOoxml(parts, type) {
  const run = { parts, type, removed: new Findings(), left: new Set(["written"]), kept: new Map(), types: typesOf(parts) };
  const root = relationships(run, "");
  const [main] = [...root.values()].filter(({ kind }) => kind === "officeDocument");
  if (!main) throw refusal("broken");
  await carry(run, main.target);
  const written = [...run.kept].flatMap(([name, part]) => filesOf(name, part));
  const head = [["[Content_Types].xml", typesXml(run)], ["_rels/.rels", relsXml([["rId1", main.type, main.target]])]];
  return { data: pack([...head, ...written]), removed: run.removed, left: [...run.left] };
}

// A slide that is not shown is in the file all the same.
function cleanSlide(document, run) {
  if (document.documentElement.getAttribute("show") === "0") run.left.add("hidden");
}

/** Carry a part over with all that it leads to. */
async function carry(run, name) {
  if (run.kept.has(name)) return;
  const data = run.parts[name];
  if (!data) throw refusal("broken");
  const part = { data, links: new Map(), type: run.types(name) };
  run.kept.set(name, part);
  if (!/[+/]xml$/u.test(part.type)) throw refusal("broken");
  const links = relationships(run, name);
  const document = parseXml(data);
  cleanElements(document, links, run);
  MORE[run.type](document, run);
  part.data = writeXml(document);
  const used = usedLinks(document);
  for (const [id, link] of links) {
    if (link.kind !== "image") {
      part.links.set(id, link);
      await carry(run, link.target);
    } else if (used.has(id)) part.links.set(id, { ...link, target: await image(run, link.target) });
  }
}

async function image(run, name) {
  if (!run.parts[name]) throw refusal("broken");
  const made = await cleanMedia(run.parts[name], run.removed);
  const renamed = `${name.replace(/\.[^./]*$/u, "")}.${made.type}`;
  run.kept.set(renamed, { data: made.data, links: new Map(), type: `image/${made.type}` });
  return renamed;
}

/** What leads from a part ("": from the file itself) to parts that are kept: Map of id -> {kind, type, target}. */
function relationships(run, name) {
  const found = new Map();
  const data = run.parts[relsName(name)];
  if (!data) return found;
  for (const element of elementsOf(parseXml(data).documentElement)) {
    const type = element.getAttribute("Type") ?? "";
    const kind = type.split("/").at(-1);
    const outside = element.getAttribute("TargetMode") === "External";
    if (!outside && KEPT_PARTS.has(kind)) {
      found.set(element.getAttribute("Id"), { kind, type, target: resolved(name, element.getAttribute("Target")) });
    } else run.removed.add(outside ? "links" : (TOLD_PARTS[kind] ?? "structure"));
  }
  return found;
}

const relsName = (name) => name.replace(/([^/]*)$/u, "_rels/$1.rels");
const resolved = (from, target) => decodeURIComponent(new URL(target, `zip:///${from}`).pathname.slice(1));

function filesOf(name, { data, links }) {
  const rows = [...links].map(([id, { type, target }]) => [id, type, target]);
  return [[name, data], ...(rows.length ? [[relsName(name), relsXml(rows)]] : [])];
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

function relsXml(rows) {
  const line = ([id, type, target]) => `<Relationship Id="${escaped(id)}" Type="${escaped(type)}" Target="/${escaped(encodeURI(target))}"/>`;
  return utf8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Relationships xmlns="${PACKAGE}relationships">${rows.map(line).join("")}</Relationships>`);
}

function typesXml({ kept }) {
  const line = ([name, { type }]) => `<Override PartName="/${escaped(encodeURI(name))}" ContentType="${escaped(type)}"/>`;
  const rels = `<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>`;
  return utf8(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Types xmlns="${PACKAGE}content-types">${rels}${[...kept].map(line).join("")}</Types>`);
}

// The type that the file states of a part: by its name, or by the ending of its name.
function typesOf(parts) {
  const overrides = new Map();
  const defaults = new Map();
  for (const element of walk(parseXml(parts["[Content_Types].xml"]).documentElement)) {
    const type = element.getAttribute("ContentType");
    if (element.localName === "Override") overrides.set(element.getAttribute("PartName")?.slice(1).toLowerCase(), type);
    if (element.localName === "Default") defaults.set(element.getAttribute("Extension")?.toLowerCase(), type);
  }
  return (name) => overrides.get(name.toLowerCase()) ?? defaults.get(name.split(".").at(-1).toLowerCase()) ?? "";
}

