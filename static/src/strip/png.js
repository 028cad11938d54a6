// The chunks of a PNG file (ISO/IEC 15948, clause 11): reading what stands beside the picture, and writing it alone.

import { concat } from "../lib/bytes.js";
import { refusal } from "./refusal.js";

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
const PICTURE = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND"]);
const KINDS = { eXIf: "exif", iCCP: "icc", tIME: "time", acTL: "frames", tEXt: "comment", zTXt: "comment", iTXt: "comment" };

/** {chunks: [{type, whole, body}], rest}: `whole` with length and checksum. Refuses what is no whole PNG. */
export function readPng(data) {
  if (SIGNATURE.some((byte, at) => data[at] !== byte)) throw refusal("broken");
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const chunks = [];
  for (let at = SIGNATURE.length; at + 12 <= data.length; ) {
    const end = at + 12 + view.getUint32(at);
    if (end > data.length) break;
    const type = String.fromCharCode(...data.subarray(at + 4, at + 8));
    chunks.push({ type, whole: data.subarray(at, end), body: data.subarray(at + 8, end - 4) });
    if (type === "IEND") return { chunks, rest: data.subarray(end) };
    at = end;
  }
  throw refusal("broken");
}

/** Width and height in pixels, before anything is decoded. */
export function pngSize({ chunks }) {
  const [{ type, body }] = chunks;
  if (type !== "IHDR" || body.length !== 13) throw refusal("broken");
  const view = new DataView(body.buffer, body.byteOffset);
  return { width: view.getUint32(0), height: view.getUint32(4) };
}

/** What stands beside the picture: [{kind, body}], kinds as for JPEG, and time and frames. */
export function besidePng({ chunks, rest }) {
  const found = chunks.filter(({ type }) => !PICTURE.has(type)).map(({ type, body }) => ({ kind: kindOf(type, body), body }));
  return rest.length ? [...found, { kind: "trailer", body: rest }] : found;
}

function kindOf(type, body) {
  if (type === "iTXt" && String.fromCharCode(...body.subarray(0, 17)) === "XML:com.adobe.xmp") return "xmp";
  return KINDS[type] ?? "other";
}

/** The picture and nothing else. */
export const writePng = ({ chunks }) => concat(SIGNATURE, ...chunks.filter(({ type }) => PICTURE.has(type)).map(({ whole }) => whole));
