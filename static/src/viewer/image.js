// A picture on a canvas: its bytes are never given to an element that might do more with them than decode.

import { kindOf } from "../strip/kind.js";
import { jpegSize, readJpeg } from "../strip/jpeg.js";
import { pngSize, readPng } from "../strip/png.js";
import { refusal } from "../strip/refusal.js";

const MOST_PIXELS = 64_000_000;
const SIZES = { jpeg: (data) => jpegSize(readJpeg(data)), png: (data) => pngSize(readPng(data)) };

/** Draw a JPEG or PNG file into the stage. */
export async function showImage(data, view) {
  const canvas = await drawn(data);
  name(canvas, view.dataset.picture.replace("{number}", "1"));
  view.querySelector("#stage").replaceChildren(canvas);
}

/** Say what a canvas is to whoever cannot see it. */
export function name(canvas, text) {
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", text);
}

/** A canvas with that picture; refuses ("file-...") what is none, and what would be too large. */
export async function drawn(data) {
  const kind = kindOf(data);
  if (!Object.hasOwn(SIZES, kind)) throw refusal("other");
  const { width, height } = SIZES[kind](data);
  if (width * height > MOST_PIXELS) throw refusal("pixels");
  const picture = await createImageBitmap(new Blob([data], { type: `image/${kind}` }));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [picture.width, picture.height];
  canvas.getContext("2d").drawImage(picture, 0, 0);
  picture.close();
  return canvas;
}
