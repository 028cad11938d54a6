// The segments of a JPEG file (ITU-T T.81, annex B): reading what stands beside the picture, and writing the picture alone.

import { concat } from "../lib/bytes.js";
import { refusal } from "./refusal.js";

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP14 = 0xee;
const COM = 0xfe;
// Frames (baseline, extended, progressive), tables, restart interval, scan: what a decoder needs.
const FRAMES = [0xc0, 0xc1, 0xc2];
const PICTURE = new Set([...FRAMES, 0xc4, 0xdb, 0xdd, SOS]);
// The plainest JFIF header: no resolution, no thumbnail.
const JFIF = Uint8Array.of(0xff, APP0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0);

/**
 * {segments: [{marker, body, scan}], rest}: `body` is a segment's bytes after its length, `scan` the coded data behind a
 * scan's header, `rest` whatever follows the picture's end. Refuses what is no whole JPEG.
 */
export function readJpeg(data) {
  if (data[0] !== 0xff || data[1] !== SOI) throw refusal("broken");
  const segments = [];
  let at = 2;
  for (;;) {
    while (data[at] === 0xff && data[at + 1] === 0xff) at += 1; // fill bytes
    const marker = data[at + 1];
    if (data[at] !== 0xff || marker === undefined) throw refusal("broken");
    if (marker === EOI) return { segments, rest: data.subarray(at + 2) };
    const length = (data[at + 2] << 8) | data[at + 3];
    const end = at + 2 + length;
    if (!(length >= 2) || end > data.length) throw refusal("broken");
    const next = marker === SOS ? scanEnd(data, end) : end;
    segments.push({ marker, body: data.subarray(at + 4, end), scan: data.subarray(end, next) });
    at = next;
  }
}

// Coded data ends before a marker that is neither a stuffed zero nor a restart.
function scanEnd(data, from) {
  for (let at = data.indexOf(0xff, from); at >= 0 && at + 1 < data.length; at = data.indexOf(0xff, at + 1)) {
    const next = data[at + 1];
    if (next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  throw refusal("broken");
}

/** Width and height in pixels, before anything is decoded. */
export function jpegSize({ segments }) {
  const frame = segments.find(({ marker }) => FRAMES.includes(marker));
  if (!frame || frame.body.length < 6) throw refusal("broken");
  const [, high, low, wide, narrow] = frame.body;
  return { width: (wide << 8) | narrow, height: (high << 8) | low };
}

/** What stands beside the picture: [{kind, body}] with kind exif, xmp, icc, iptc, pictures, comment or other. */
export function besideJpeg({ segments, rest }) {
  const found = segments.filter(({ marker }) => !PICTURE.has(marker) && !isPlainJfif(marker)).map(named);
  return rest.length ? [...found, { kind: "trailer", body: rest }] : found;
  function isPlainJfif(marker) {
    return marker === APP0 && segments.find((one) => one.marker === APP0).body.length === JFIF.length - 4;
  }
}

function named({ marker, body }) {
  const starts = (text) => String.fromCharCode(...body.subarray(0, text.length)) === text;
  if (marker === COM) return { kind: "comment", body };
  if (marker === 0xe1 && starts("Exif\0\0")) return { kind: "exif", body: body.subarray(6) };
  if (marker === 0xe1 && starts("http://ns.adobe.com/")) return { kind: "xmp", body };
  if (marker === 0xe2 && starts("ICC_PROFILE\0")) return { kind: "icc", body };
  if (marker === 0xe2 && starts("MPF\0")) return { kind: "trailer", body };
  if (marker === 0xed) return { kind: "iptc", body };
  return { kind: "other", body };
}

/** The picture and nothing else. `adobe`: keep the segment that tells how colours are coded (in a PDF it is needed). */
export function writeJpeg({ segments }, { adobe = false } = {}) {
  const parts = [Uint8Array.of(0xff, SOI)];
  const colours = adobe ? segments.find(isAdobe) : undefined;
  parts.push(...(colours ? [segment(APP14, colours.body.subarray(0, 12))] : [JFIF]));
  for (const { marker, body, scan } of segments) {
    if (PICTURE.has(marker)) parts.push(segment(marker, body), scan);
  }
  return concat(...parts, Uint8Array.of(0xff, EOI));
}

const isAdobe = ({ marker, body }) => marker === APP14 && body.length >= 12 && String.fromCharCode(...body.subarray(0, 5)) === "Adobe";

function segment(marker, body) {
  const length = body.length + 2;
  return concat(Uint8Array.of(0xff, marker, length >> 8, length & 255), body);
}
