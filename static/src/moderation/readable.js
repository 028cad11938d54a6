// The one place that gives out a comment's words, in the worker that opened it: with what was masked or removed of them
// kept back. List, search, near-duplicates, suggestions, print and whatever else reads a comment gets its text here;
// tests/house/test_choke_point.py holds every other module to it.
//
// A range is [start, end] in UTF-16 units of the text in normalisation form C. `marks` are {mask: [range], removal:
// [range]}; where both say a place, it is removed. A bar stands for a run of either: it has one width, whatever it hides,
// and no letter in it, so that nothing searches, counts or compares it.

const BARS = { mask: "███", removal: "▒▒▒" };
const GONE = "\uFFFC"; // what takes the place of removed words in memory
const KINDS = ["", "mask", "removal"];
const NONE = Object.freeze({ mask: [], removal: [] });

const originals = new Map(); // index -> the comment's text; of what was removed only its length is left
const kept = new Map(); // index -> marks

/** Hold the text of a comment that was opened; nothing of it is given out but through this module. */
export function takeText(index, text) {
  originals.set(index, text.normalize("NFC"));
  kept.delete(index);
}

/** What is kept back of that comment from now on. What was removed cannot come back while this worker lives. */
export function keepBack(index, { mask, removal }) {
  const text = originals.get(index);
  if (text === undefined) return;
  const all = [...(kept.get(index) ?? NONE).removal, ...removal];
  kept.set(index, { mask, removal: all });
  const letters = [...kindsOf(text, { mask: [], removal: all })];
  originals.set(index, letters.map((kind, at) => (kind ? GONE : text[at])).join(""));
}

/** {text, bars} of that comment as everybody reads it; an empty text for one that was not opened or has none. */
export const shown = (index) => readable(originals.get(index) ?? "", kept.get(index) ?? NONE);

/** The text alone. */
export const textOf = (index) => shown(index).text;

/** {text, bars: [{kind: "mask"|"removal", at, size, from, to}]}: a bar stands at `at` for `from` to `to` of the original. */
export function readable(original, marks) {
  const kinds = kindsOf(original, marks);
  const bars = [];
  let text = "";
  for (let from = 0, to = 0; from < original.length; from = to) {
    while (to < original.length && kinds[to] === kinds[from]) to += 1;
    const kind = KINDS[kinds[from]];
    if (kind) bars.push({ kind, at: text.length, size: BARS[kind].length, from, to });
    text += kind ? BARS[kind] : original.slice(from, to);
  }
  return { text, bars };
}

// For each unit of the text 0, 1 (masked) or 2 (removed). No range parts a surrogate pair, or a mark from its letter.
function kindsOf(text, { mask, removal }) {
  const kinds = new Uint8Array(text.length);
  for (const [kind, ranges] of [[1, mask], [2, removal]]) {
    for (const [start, end] of ranges) kinds.fill(kind, edge(text, start, -1), edge(text, end, 1));
  }
  return kinds;
}

function edge(text, at, step) {
  let place = Math.min(at, text.length);
  while (place > 0 && place < text.length && /^[\p{M}\uDC00-\uDFFF]/u.test(text.slice(place))) place += step;
  return place;
}

/** Ranges in order, those that meet made one. */
export function merged(ranges) {
  const found = [];
  for (const [start, end] of [...ranges].sort((one, other) => one[0] - other[0])) {
    const last = found.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else if (start < end) found.push([start, end]);
  }
  return found;
}

/** Ranges without what lies inside [start, end]. */
export function without(ranges, [start, end]) {
  return ranges.flatMap(([from, to]) => [[from, Math.min(to, start)], [Math.max(from, end), to]].filter(([a, b]) => a < b));
}

/** The range of the original for a selection of what is shown; a bar that it touches is in it whole. */
export function originalRange(bars, [start, end]) {
  return [place(bars, start, "from"), place(bars, end, "to")];
}

function place(bars, position, side) {
  let shift = 0;
  for (const { at, size, from, to } of bars) {
    if (position <= at) break;
    if (position < at + size) return side === "from" ? from : to;
    shift = to - (at + size);
  }
  return position + shift;
}

/** What is shown in pieces [{text, kind}], kind "" for words. */
export function pieces(text, bars) {
  const found = [];
  let from = 0;
  for (const { kind, at, size } of bars) {
    if (at > from) found.push({ text: text.slice(from, at), kind: "" });
    found.push({ text: text.slice(at, at + size), kind });
    from = at + size;
  }
  if (from < text.length) found.push({ text: text.slice(from), kind: "" });
  return found;
}
