// What a PDF holds beside its pages: for the list that the submitter reads, and to refuse what would change its look.

import { PDFArray, PDFDict, PDFName } from "@cantoo/pdf-lib";

import { refusal } from "./refusal.js";

const name = (text) => PDFName.of(text);
const KEPT_QUIET = new Set(["Link", "Widget", "Popup"]);

/** Count what will be left behind into `removed`; refuse layers that are hidden: copied pages would show them. */
export function survey(source, removed) {
  const { catalog, context } = source;
  const info = context.lookup(context.trailerInfo.Info);
  if (info instanceof PDFDict && info.keys().length) removed.add("properties");
  if (catalog.has(name("Metadata"))) removed.add("xmp");
  if (context.trailerInfo.ID) removed.add("ids");
  refuseHiddenLayers(catalog);
  removed.add("embedded", Math.max(namesIn(catalog, "EmbeddedFiles"), catalog.has(name("AF")) ? 1 : 0));
  const actions = ["OpenAction", "AA"].filter((key) => catalog.lookup(name(key)) instanceof PDFDict);
  removed.add("script", namesIn(catalog, "JavaScript") + actions.length);
  if (catalog.has(name("Outlines"))) removed.add("bookmarks");
  for (const page of source.getPages()) surveyPage(page.node, removed);
}

function surveyPage(node, removed) {
  const annotations = node.lookupMaybe(name("Annots"), PDFArray);
  for (let at = 0; at < (annotations?.size() ?? 0); at += 1) {
    const one = annotations.lookup(at);
    const kind = one instanceof PDFDict ? one.lookup(name("Subtype"))?.asString?.().slice(1) : "";
    if (kind === "Link") removed.add("links");
    else if (!KEPT_QUIET.has(kind)) removed.add("remarks");
  }
}

function refuseHiddenLayers(catalog) {
  const layers = catalog.lookupMaybe(name("OCProperties"), PDFDict)?.lookupMaybe(name("D"), PDFDict);
  const off = layers?.lookup(name("OFF"));
  const hidden = (off instanceof PDFArray && off.size() > 0) || layers?.lookup(name("BaseState")) === name("OFF");
  if (hidden) throw refusal("pdf-layers");
}

function namesIn(catalog, kind) {
  const tree = catalog.lookupMaybe(name("Names"), PDFDict)?.lookupMaybe(name(kind), PDFDict);
  if (!tree) return 0;
  const names = tree.lookup(name("Names"));
  return names instanceof PDFArray ? Math.max(1, Math.floor(names.size() / 2)) : 1;
}
