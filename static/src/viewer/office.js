// An Office file as plain text, in the order of its parts, and its pictures below. Whoever needs the layout asks for a PDF.

import { elementsOf, parseXml } from "../strip/xml.js";
import { unpack } from "../strip/zip.js";
import { drawn, name } from "./image.js";

const TEXTS = {
  docx: /^word\/(?:document|header\d*|footer\d*|footnotes|endnotes)\.xml$/u,
  xlsx: /^xl\/worksheets\/[^/]+\.xml$/u,
  pptx: /^ppt\/slides\/[^/]+\.xml$/u,
  odt: /^content\.xml$/u,
};
const MEDIA = /^(?:word\/media|xl\/media|ppt\/media|Pictures)\/[^/]+$/u;
const MOST_PICTURES = 24;
const LINES = new Set(["p", "h", "tr", "row", "table-row", "br", "line-break"]);
const GAPS = { tab: "\t", tc: "\t", c: "\t", "table-cell": "\t", s: " " };

/** Show text and pictures; resolves with the words above them. */
export async function showOffice(data, view, type) {
  const parts = unpack(data);
  const names = Object.keys(parts).filter((name) => TEXTS[type].test(name)).sort(byNumber);
  const shared = type === "xlsx" ? sharedStrings(parts) : [];
  const texts = names.map((name) => tidy(type === "xlsx" ? sheetText(parts[name], shared) : textOf(parseXml(parts[name]).documentElement)));
  const blocks = texts.filter(Boolean).map((text) => Object.assign(document.createElement("pre"), { textContent: text }));
  const stage = view.querySelector("#stage");
  stage.replaceChildren(...blocks);
  await showPictures(parts, stage, view.dataset.picture);
  return blocks.length ? view.dataset.textOnly : view.dataset.noText;
}

const byNumber = (one, other) => one.localeCompare(other, "en", { numeric: true });
const tidy = (text) => text.replace(/[ \t]+\n/gu, "\n").replace(/\n{3,}/gu, "\n\n").trim();

function textOf(node) {
  if (node.nodeType === 3) return node.data;
  const inner = Array.from(node.childNodes, textOf).join("");
  if (LINES.has(node.localName)) return `${inner}\n`;
  return inner + (GAPS[node.localName] ?? "");
}

function sharedStrings(parts) {
  const data = parts["xl/sharedStrings.xml"];
  return data ? elementsOf(parseXml(data).documentElement).map((item) => item.textContent) : [];
}

function sheetText(data, shared) {
  const rows = Array.from(parseXml(data).documentElement.getElementsByTagName("row"));
  return rows.map((row) => elementsOf(row).map((cell) => cellText(cell, shared)).join("\t")).join("\n");
}

function cellText(cell, shared) {
  const value = elementsOf(cell).find(({ localName }) => localName === "v" || localName === "is")?.textContent ?? "";
  return cell.getAttribute("t") === "s" ? (shared[Number(value)] ?? "") : value;
}

async function showPictures(parts, stage, label) {
  const names = Object.keys(parts).filter((name) => MEDIA.test(name)).sort(byNumber).slice(0, MOST_PICTURES);
  for (const [at, part] of names.entries()) {
    const canvas = await drawn(parts[part]).catch(() => null);
    if (!canvas) continue;
    name(canvas, label.replace("{number}", at + 1));
    stage.append(canvas);
  }
}
