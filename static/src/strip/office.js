// Office files: which of them this is, and what may not be cleaned but only refused.

import { fromUtf8 } from "../lib/bytes.js";
import { stripOdt } from "./odt.js";
import { stripOoxml } from "./ooxml.js";
import { refusal } from "./refusal.js";
import { parseXml, walk } from "./xml.js";
import { unpack } from "./zip.js";

const TYPES = "[Content_Types].xml";
const MAIN = {
  "wordprocessingml.document": "docx",
  "spreadsheetml.sheet": "xlsx",
  "presentationml.presentation": "pptx",
};
const MAIN_TYPE = /^application\/vnd\.openxmlformats-officedocument\.(.+)\.main\+xml$/u;
const ODT = "application/vnd.oasis.opendocument.text";

/** A DOCX, XLSX, PPTX or ODT file's bytes -> {data, type, removed: Findings, left: [kind]}. */
export async function stripOffice(data) {
  const parts = unpack(data);
  const type = typeOf(parts);
  const strip = type === "odt" ? stripOdt : stripOoxml;
  const made = await strip(parts, type);
  const again = await strip(unpack(made.data), type);
  if (again.removed.size) throw refusal("not-clean"); // nothing may be left to take out of what goes out
  return { ...made, type };
}

function typeOf(parts) {
  if (Object.hasOwn(parts, TYPES)) return typeOfOoxml(parts);
  if (!Object.hasOwn(parts, "mimetype")) throw refusal("other");
  if (fromUtf8(parts.mimetype).trim() !== ODT) throw refusal("other-office");
  if (Object.keys(parts).some((name) => /^(?:Basic|Scripts)\//u.test(name))) throw refusal("macros");
  return "odt";
}

function typeOfOoxml(parts) {
  const stated = [...walk(parseXml(parts[TYPES]).documentElement)].map((element) => element.getAttribute("ContentType") ?? "");
  const active = Object.keys(parts).some((name) => /vba|activex|macrosheet/iu.test(name));
  if (active || stated.some((type) => /macro|vba|activex/iu.test(type))) throw refusal("macros");
  const types = stated.flatMap((type) => MAIN[MAIN_TYPE.exec(type)?.[1]] ?? []);
  if (types.length !== 1) throw refusal("other-office");
  return types[0];
}
