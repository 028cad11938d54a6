// Pictures inside a PDF keep their coding (drawing them anew would blur scans), and lose what stands beside the picture.

import { PDFArray, PDFName, PDFRawStream } from "@cantoo/pdf-lib";

import { concat, sameBytes } from "../lib/bytes.js";
import { inflated } from "./dense.js";
import { readJpeg, writeJpeg } from "./jpeg.js";
import { refusal } from "./refusal.js";

const MOST = 64 * 1024 * 1024; // bytes of a picture once unpacked
const FLATE = ["/FlateDecode", "/Fl"];
// Boxes of a JPEG 2000 file (ISO/IEC 15444-1, annex I) without which it cannot be drawn.
const BOXES = new Set(["jP  ", "ftyp", "jp2h", "jp2c"]);

/** {stream, kind} in place of a picture that had something beside it; null where nothing was to be done. */
export function cleanStream(stream, context) {
  const filters = filtersOf(stream.dict);
  const coding = filters.at(-1);
  if (coding === "/DCTDecode" || coding === "/DCT") return replaced(stream, context, filters, withoutSegments);
  if (coding === "/JPXDecode") return replaced(stream, context, filters, withoutBoxes);
  return null;
}

function filtersOf(dict) {
  const found = dict.lookup(PDFName.of("Filter"));
  if (found instanceof PDFName) return [found.asString()];
  return found instanceof PDFArray ? Array.from({ length: found.size() }, (_, at) => found.lookup(at, PDFName).asString()) : [];
}

function replaced(stream, context, filters, clean) {
  const wraps = filters.slice(0, -1);
  if (wraps.length > 1 || !wraps.every((filter) => FLATE.includes(filter))) throw refusal("pdf-odd");
  const data = wraps.length ? inflated(stream.contents, MOST) : stream.contents;
  const cleaned = clean(data);
  if (!wraps.length && sameBytes(cleaned, data)) return null;
  const dict = stream.dict.clone(context);
  dict.set(PDFName.of("Filter"), PDFName.of(filters.at(-1).slice(1)));
  if (wraps.length) dict.delete(PDFName.of("DecodeParms"));
  return { stream: PDFRawStream.of(dict, cleaned), kind: wraps.length && sameBytes(cleaned, data) ? "structure" : "pictures" };
}

const withoutSegments = (data) => writeJpeg(readJpeg(data), { adobe: true });

function withoutBoxes(data) {
  if (data[0] === 0xff && data[1] === 0x4f) return data; // a bare codestream
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const kept = [];
  for (let at = 0; at + 8 <= data.length; ) {
    const stated = view.getUint32(at);
    const length = stated === 0 ? data.length - at : stated;
    if (length < 8 || at + length > data.length) throw refusal("pdf-odd"); // 1: a length of 64 bits, of no use in 10 MB
    if (BOXES.has(String.fromCharCode(...data.subarray(at + 4, at + 8)))) kept.push(data.subarray(at, at + length));
    at += length;
  }
  if (!kept.length) throw refusal("pdf-odd");
  return concat(...kept);
}
