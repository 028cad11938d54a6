// Near-duplicates: comments that say the same in almost the same words, copied round a corridor or sent twice.
//
// Broder's MinHash over shingles of three syllables, banded so that only likely pairs are compared; a pair counts when
// the shingles they share are at least half of those that either has (Jaccard), worked out exactly.

import { foldedWords } from "./search.js";

export const ALIKE = 0.5;
const SHINGLE = 3;
const BANDS = 20;
const ROWS = 3; // a pair at 0.5 meets in some band with 93 %, at 0.7 with 99.98 %
const OFFSET = 0x811c9dc5; // FNV-1a, 32 bits
const PRIME = 0x01000193;

/** The Set of hashes of the text's shingles; a text shorter than one shingle is one itself. */
export function shingles(text) {
  const words = foldedWords(text);
  if (!words.length) return new Set();
  const found = new Set();
  for (let at = 0; at <= Math.max(0, words.length - SHINGLE); at += 1) found.add(hash(words.slice(at, at + SHINGLE).join(" ")));
  return found;
}

/** |shared| / |either| of two Sets; 0 where both are empty. */
export function jaccard(one, other) {
  let shared = 0;
  for (const item of one) if (other.has(item)) shared += 1;
  return shared / (one.size + other.size - shared || 1);
}

/** `rows`: [{index, text}] -> Map from index to the group it is in (its smallest index), for groups of two and more. */
export function groupsOf(rows) {
  const sets = new Map(rows.map(({ index, text }) => [index, shingles(text)]));
  const parents = new Map();
  const rootOf = (index) => {
    let root = index;
    while (parents.has(root)) root = parents.get(root);
    return root;
  };
  for (const [one, other] of likelyPairs(sets)) {
    const [a, b] = [rootOf(one), rootOf(other)];
    if (a !== b && jaccard(sets.get(one), sets.get(other)) >= ALIKE) parents.set(Math.max(a, b), Math.min(a, b));
  }
  const members = groupBy(sets.keys(), rootOf);
  return new Map([...members].flatMap(([root, list]) => (list.length > 1 ? list.map((index) => [index, root]) : [])));
}

// Each bucket's first stands for it: a thousand copies of one text are a thousand pairs, not half a million.
function* likelyPairs(sets) {
  const first = new Map();
  for (const [index, set] of sets) {
    if (!set.size) continue;
    const signature = minima(set);
    for (let band = 0; band < BANDS; band += 1) {
      const bucket = `${band}:${signature.slice(band * ROWS, (band + 1) * ROWS).join()}`;
      if (first.has(bucket)) yield [first.get(bucket), index];
      else first.set(bucket, index);
    }
  }
}

function minima(set) {
  const least = new Uint32Array(BANDS * ROWS).fill(0xffffffff);
  for (const item of set) {
    for (let place = 0; place < least.length; place += 1) {
      const value = mix(item, place);
      if (value < least[place]) least[place] = value;
    }
  }
  return least;
}

// MurmurHash3's finaliser, one permutation of 32 bits for each place.
function mix(value, place) {
  let state = value ^ Math.imul(place + 1, 0x9e3779b9);
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

function hash(text) {
  let state = OFFSET;
  for (let at = 0; at < text.length; at += 1) state = Math.imul(state ^ text.charCodeAt(at), PRIME);
  return state >>> 0;
}

function groupBy(items, keyOf) {
  const groups = new Map();
  for (const item of items) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}
