// Pictures inside Office files: drawn anew like any other, or left out where no browser draws them.

import { stripImage } from "./image.js";

// One clear pixel: what stands in the place of a picture that cannot be cleaned (EMF, WMF, SVG, TIFF and the like).
const BLANK = Uint8Array.from(
  atob("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="),
  (character) => character.charCodeAt(0),
);

/** {data, type: "jpeg" or "png"}; what was beside the picture goes into `removed`. */
export async function cleanMedia(data, removed) {
  try {
    const made = await stripImage(data, { turn: false });
    const found = made.removed.list();
    if (found.length) removed.add("pictures");
    return made;
  } catch (error) {
    if (!/^file-(?:other|other-image|heic|media|old-office|broken|pdf|empty)$/u.test(error.code)) throw error;
    removed.add("drawings");
    return { data: BLANK, type: "png" };
  }
}
