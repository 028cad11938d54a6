// What a file is, by its first bytes: neither its name nor what the browser says of it is believed.

import { refusal } from "./refusal.js";

const latin = (data, from, to) => String.fromCharCode(...data.subarray(from, to));
const HEIF = /^(?:hei[cxms]|hev[cxms]|mif1|msf1|avif|avis)$/u;

/** What is cleaned, by the worker that does it. */
export const WORKER_OF = { jpeg: "pictures", png: "pictures", webp: "pictures", pdf: "pdf", zip: "office" };

/** "jpeg", "png", "webp", "pdf" or "zip" (Office); anything else is refused by name. `data`: the first 1 024 bytes or more. */
export function kindOf(data) {
  const start = latin(data, 0, 8);
  if (data.length === 0) throw refusal("empty");
  if (start.startsWith("\xff\xd8\xff")) return "jpeg";
  if (start === "\x89PNG\r\n\x1a\n") return "png";
  if (start.startsWith("RIFF") && latin(data, 8, 12) === "WEBP") return "webp";
  if (start.startsWith("PK\x03\x04")) return "zip";
  if (latin(data, 0, 1024).includes("%PDF-")) return "pdf";
  throw refusal(nameOfOther(data, start));
}

function nameOfOther(data, start) {
  if (latin(data, 4, 8) === "ftyp") return HEIF.test(latin(data, 8, 12)) ? "heic" : "media";
  if (start === "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") return "old-office";
  if (/^(?:GIF8|BM|II\*\0|MM\0\*)/u.test(start)) return "other-image";
  return "other";
}
