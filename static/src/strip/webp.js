// The chunks of a WebP file (RFC 9649): only read; what is sent is a JPEG or PNG of the picture.

import { refusal } from "./refusal.js";

const KINDS = { EXIF: "exif", "XMP ": "xmp", ICCP: "icc", ANIM: "frames" };
const PICTURE = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANMF"]);

/** {chunks: [{type, body}]} */
export function readWebp(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const chunks = [];
  for (let at = 12; at + 8 <= data.length; ) {
    const length = view.getUint32(at + 4, true);
    const type = String.fromCharCode(...data.subarray(at, at + 4));
    chunks.push({ type, body: data.subarray(at + 8, at + 8 + length) });
    at += 8 + length + (length & 1);
  }
  if (!chunks.length) throw refusal("broken");
  return { chunks };
}

/** Width and height in pixels, before anything is decoded. */
export function webpSize({ chunks }) {
  const [{ type, body }] = chunks;
  const word = (at) => body[at] | (body[at + 1] << 8);
  if (type === "VP8X" && body.length >= 10) return { width: 1 + (word(4) | (body[6] << 16)), height: 1 + (word(7) | (body[9] << 16)) };
  if (type === "VP8 " && body.length >= 10) return { width: word(6) & 0x3fff, height: word(8) & 0x3fff };
  if (type === "VP8L" && body.length >= 5) {
    const bits = word(1) | (word(3) << 16);
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
  }
  throw refusal("broken");
}

/** What stands beside the picture: [{kind, body}]. */
export const besideWebp = ({ chunks }) =>
  chunks.filter(({ type }) => !PICTURE.has(type)).map(({ type, body }) => ({ kind: KINDS[type] ?? "other", body }));
