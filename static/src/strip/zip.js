// Zip archives as Office writes them: unpacked within bounds, and packed again with nothing of when and by what.

import { unzipSync, zipSync } from "fflate";

import { isRefusal, refusal } from "./refusal.js";

const MOST_PARTS = 3000;
const MOST_BYTES = 160 * 1024 * 1024; // of all parts, unpacked

/** {name: bytes}; refuses archives that are broken, too large once unpacked, or have names that lead elsewhere. */
export function unpack(data) {
  let parts = 0;
  let left = MOST_BYTES;
  const seen = new Set();
  const filter = ({ name, originalSize }) => {
    parts += 1;
    left -= originalSize; // what a part claims is also all that it gets
    if (parts > MOST_PARTS || left < 0) throw refusal("dense");
    const plain = name.toLowerCase();
    if (seen.has(plain) || /^\/|\\|(?:^|\/)\.\.(?:\/|$)/u.test(name)) throw refusal("broken");
    seen.add(plain);
    return !name.endsWith("/");
  };
  try {
    return unzipSync(data, { filter });
  } catch (error) {
    throw isRefusal(error) ? error : refusal("broken", error);
  }
}

/** An archive of `parts`, a list of [name, bytes]; those in `stored` are not packed (ODF wants that of its type). */
export function pack(parts, stored = []) {
  const mtime = new Date(1980, 0, 1); // the first day that a zip can name (APPNOTE 4.4.6), in whatever zone it is read
  const options = (name) => ({ level: stored.includes(name) ? 0 : 6, mtime, os: 0, attrs: 0 });
  return zipSync(Object.fromEntries(parts.map(([name, data]) => [name, [data, options(name)]])));
}
