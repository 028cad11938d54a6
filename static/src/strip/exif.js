// What an EXIF block tells, by the tags that people care about (CIPA DC-008). Only for the list that the submitter reads:
// the whole block is dropped whatever it says, so a block that cannot be read is called what it is and no more.

const TAGS = new Map([
  [0x010f, "device"], [0x0110, "device"], [0x0131, "device"], [0xa431, "device"], [0xa435, "device"], [0x927c, "device"],
  [0x0132, "time"], [0x9003, "time"], [0x9004, "time"],
  [0x8825, "place"],
  [0x013b, "author"], [0x8298, "author"], [0xa430, "author"], [0x9286, "comment"], [0x010e, "comment"],
]);
const EXIF_IFD = 0x8769;
const MOST = 512; // entries looked at

/** Kinds among device, time, place, author, comment and thumbnail. */
export function kindsOfExif(data) {
  const found = new Set();
  try {
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const little = view.getUint16(0) === 0x4949;
    const after = readDirectory(view, little, view.getUint32(4, little), found);
    if (after !== 0) found.add("thumbnail");
  } catch {
    // cut off, or no TIFF: what was read so far is said
  }
  return [...found];
}

/** Reads one directory and the EXIF one below it; returns where the next begins (0: none), which is the thumbnail's. */
function readDirectory(view, little, at, found, below = false) {
  const count = Math.min(view.getUint16(at, little), MOST);
  for (let entry = 0; entry < count; entry += 1) {
    const place = at + 2 + entry * 12;
    const tag = view.getUint16(place, little);
    if (TAGS.has(tag)) found.add(TAGS.get(tag));
    if (tag === EXIF_IFD && !below) readDirectory(view, little, view.getUint32(place + 8, little), found, true);
  }
  return below ? 0 : view.getUint32(at + 2 + count * 12, little);
}
