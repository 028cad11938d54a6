// Streams of objects are unpacked by the parser without an end in sight, so they are measured before it starts.

import { inflated } from "./dense.js";
import { refusal } from "./refusal.js";

const MOST = 96 * 1024 * 1024; // bytes of all object streams together, unpacked
const STREAM = /\/Type\s*\/(?:ObjStm|XRef)\b[^]{0,2000}?stream\r?\n|\bstream\r?\n/gu;

/** Refuse a file whose packed objects are many times what it seems. */
export function refuseDense(data) {
  const text = new TextDecoder("latin1").decode(data);
  let left = MOST;
  for (const match of text.matchAll(STREAM)) {
    const before = text.slice(Math.max(0, match.index - 2000), match.index) + match[0];
    const dictionary = before.slice(before.lastIndexOf(" obj") + 1);
    if (!/\/Type\s*\/(?:ObjStm|XRef)\b/u.test(dictionary)) continue;
    const from = match.index + match[0].length;
    const to = text.indexOf("endstream", from);
    left -= sizeOf(data.subarray(from, to < 0 ? data.length : to), left);
  }
}

// What cannot be unpacked the parser refuses or passes over by itself.
function sizeOf(data, most) {
  try {
    return inflated(data, most).length;
  } catch (error) {
    if (error.code === "file-dense") throw refusal("dense");
    return 0;
  }
}
