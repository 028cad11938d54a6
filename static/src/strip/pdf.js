// PDF files: the pages alone go into a new file. What the old one held beside them (properties, history, attached files,
// scripts, remarks) has no way in, because only what a page needs to be seen is copied (pdf-keys.js).

import { PDFArray, PDFDict, PDFDocument, PDFName, PDFNumber, PDFRawStream, PDFRef, PDFStream } from "@cantoo/pdf-lib";

import { cleanStream } from "./pdf-images.js";
import { KNOWN, NAMED, PAGE, TABLES, TOLD } from "./pdf-keys.js";
import { refuseDense } from "./pdf-dense.js";
import { survey } from "./pdf-survey.js";
import { Findings, refusal } from "./refusal.js";

const MOST_PAGES = 300;
const INHERITED = ["Resources", "MediaBox", "CropBox", "Rotate"];
const [PLAIN, RESOURCES, TABLE] = ["plain", "resources", "table"];
const name = (text) => PDFName.of(text);

/** A PDF file's bytes -> {data, removed: Findings}. */
export async function stripPdf(data) {
  const removed = new Findings();
  const source = await load(data);
  survey(source, removed);
  flattenForms(source, removed);
  const pages = source.getPages();
  if (pages.length === 0) throw refusal("broken");
  if (pages.length > MOST_PAGES) throw refusal("long");
  new Cleaner(source.context, removed).clean(pages.map(({ node }) => node));
  const made = await rewrite(source);
  await check(made);
  return { data: made, removed };
}

async function load(data) {
  refuseDense(data);
  try {
    return await PDFDocument.load(data, { updateMetadata: false, throwOnInvalidObject: false });
  } catch (error) {
    throw refusal(error?.constructor?.name === "EncryptedPDFError" || /encrypted/iu.test(error?.message) ? "locked" : "broken", error);
  }
}

// What was filled in becomes part of the page: fields are dropped with all other annotations.
function flattenForms(source, removed) {
  const form = source.catalog.getAcroForm();
  if (!form) return;
  if (form.dict.has(name("XFA"))) throw refusal("pdf-xfa");
  // A field that cannot be drawn onto its page is only complained of by the library, and would be lost.
  const { error: complain } = console;
  let lost = false;
  console.error = () => (lost = true);
  try {
    source.getForm().flatten({ updateFieldAppearances: false });
  } catch (error) {
    throw refusal("pdf-form", error);
  } finally {
    console.error = complain;
  }
  if (lost) throw refusal("pdf-form");
  removed.add("form");
}

async function rewrite(source) {
  const fresh = await PDFDocument.create({ updateMetadata: false });
  for (const page of await fresh.copyPages(source, source.getPageIndices())) fresh.addPage(page);
  return fresh.save({ useObjectStreams: true, addDefaultPage: false, updateFieldAppearances: false });
}

// The new file is read again and cleaned again: there must be nothing left to clean, and nothing beside the pages.
async function check(made) {
  const again = await load(made);
  const found = new Findings();
  new Cleaner(again.context, found).clean(again.getPages().map(({ node }) => node));
  const beside = again.catalog.keys().filter((key) => !["/Type", "/Pages"].includes(key.asString()));
  const { Info, ID, Encrypt } = again.context.trailerInfo;
  if (found.size || beside.length || Info || ID || Encrypt) throw refusal("not-clean");
}

/** Walks everything that pages lead to, and takes out what they do not need. */
class Cleaner {
  constructor(context, removed) {
    this.context = context;
    this.removed = removed;
    this.seen = new Set();
    this.waiting = [];
  }

  clean(pages) {
    for (const page of pages) this.page(page);
    for (let next = this.waiting.pop(); next; next = this.waiting.pop()) this.visit(next);
  }

  page(node) {
    for (const key of INHERITED) {
      const value = node.getInheritableAttribute(name(key));
      if (value && !node.has(name(key))) node.set(name(key), value);
    }
    this.keep(node, PAGE);
    for (const [key, value] of node.entries()) {
      if (bare(key) !== "Parent") this.follow(value, (plain) => node.set(key, plain), roleOf(bare(key), PLAIN));
    }
  }

  // A colour profile can tell the device: the plain colour space with as many components takes its place.
  follow(value, replace, role) {
    const object = value instanceof PDFRef ? this.context.lookup(value) : value;
    const plain = object instanceof PDFArray ? this.withoutProfile(object) : null;
    if (plain) {
      this.removed.add("icc");
      replace(plain);
    } else this.wait(object, role, value instanceof PDFRef ? value : null);
  }

  wait(object, role, ref) {
    const container = object instanceof PDFDict || object instanceof PDFArray || object instanceof PDFStream;
    if (!container || this.seen.has(object)) return;
    this.seen.add(object);
    this.waiting.push({ object, role: object instanceof PDFDict ? role : PLAIN, ref });
  }

  visit({ object, role, ref }) {
    if (object instanceof PDFArray) {
      return object.asArray().forEach((value, at) => this.follow(value, (plain) => object.set(at, plain), PLAIN));
    }
    const dict = object instanceof PDFStream ? object.dict : object;
    if (role !== TABLE) this.keep(dict, KNOWN);
    for (const [key, value] of dict.entries()) {
      this.follow(value, (plain) => dict.set(key, plain), roleOf(bare(key), role));
    }
    if (object instanceof PDFRawStream && ref) this.stream(object, ref);
    return undefined;
  }

  withoutProfile(array) {
    if (array.size() !== 2 || array.get(0) !== name("ICCBased")) return null;
    const profile = array.lookup(1);
    const count = profile instanceof PDFStream ? profile.dict.lookupMaybe(name("N"), PDFNumber)?.asNumber() : 0;
    const plain = { 1: "DeviceGray", 3: "DeviceRGB", 4: "DeviceCMYK" }[count];
    if (!plain) throw refusal("broken");
    return name(plain);
  }

  stream(object, ref) {
    const cleaned = cleanStream(object, this.context);
    if (!cleaned) return;
    this.removed.add(cleaned.kind);
    this.context.assign(ref, cleaned.stream);
  }

  keep(dict, known) {
    for (const key of dict.keys()) {
      if (known.has(bare(key))) continue;
      dict.delete(key);
      const told = Object.hasOwn(TOLD, bare(key)) ? TOLD[bare(key)] : "other";
      this.removed.add(told ?? "structure");
    }
  }
}

const bare = (key) => key.asString().slice(1);

/** What stands under that key of a dictionary: resources, a table of names given by the file's maker, or anything else. */
function roleOf(key, role) {
  if (role === TABLE) return PLAIN;
  if (key === "Resources") return RESOURCES;
  return NAMED.has(key) || (role === RESOURCES && TABLES.has(key)) ? TABLE : PLAIN;
}
