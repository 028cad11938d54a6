// Pictures: drawn anew, so that nothing but what can be seen goes on, and written without any segment that is not needed.

import { besideJpeg, jpegSize, readJpeg, writeJpeg } from "./jpeg.js";
import { kindsOfExif } from "./exif.js";
import { kindOf } from "./kind.js";
import { besidePng, pngSize, readPng, writePng } from "./png.js";
import { Findings, refusal } from "./refusal.js";
import { besideWebp, readWebp, webpSize } from "./webp.js";

const READERS = {
  jpeg: { read: readJpeg, size: jpegSize, beside: besideJpeg, unturned: (parts) => writeJpeg(parts, { adobe: true }) },
  png: { read: readPng, size: pngSize, beside: besidePng },
  webp: { read: readWebp, size: webpSize, beside: besideWebp },
};
const WRITERS = {
  jpeg: { mime: "image/jpeg", write: (data) => writeJpeg(readJpeg(data)) },
  png: { mime: "image/png", write: (data) => writePng(readPng(data)) },
};
const MOST_PIXELS = 64_000_000; // decoded, four bytes each: a small file can claim any size
const LONGEST = 4096; // pixels of the longer side of what is sent
const QUALITY = 0.85;

/**
 * A JPEG, PNG or WebP file's bytes -> {data, type: "jpeg" or "png", removed: Findings}. `most`: bytes of the result; a
 * PNG that would be larger becomes a JPEG. `turn`: apply the orientation that EXIF states; documents turn their pictures
 * themselves.
 */
export async function stripImage(data, { most = Infinity, turn = true } = {}) {
  const kind = kindOf(data);
  if (!Object.hasOwn(READERS, kind)) throw refusal("other");
  const { read, size, beside, unturned } = READERS[kind];
  const parts = read(data);
  const removed = findingsOf(beside(parts));
  checkSize(size(parts));
  await proveCanvas();
  const picture = await decode(!turn && unturned ? unturned(parts) : data, `image/${kind}`);
  let type = kind === "png" ? "png" : "jpeg";
  let made = await encode(picture, type);
  if (type === "png" && made.length > most) made = await encode(picture, (type = "jpeg"));
  if (Math.max(picture.width, picture.height) > LONGEST) removed.add("pixels");
  picture.close();
  await check(made, type);
  return { data: made, type, removed };
}

function findingsOf(beside) {
  const removed = new Findings();
  for (const { kind, body } of beside) {
    if (kind === "exif") for (const one of kindsOfExif(body)) removed.add(one);
    removed.add(kind);
  }
  return removed;
}

function checkSize({ width, height }) {
  if (!(width > 0 && height > 0)) throw refusal("broken");
  if (width * height > MOST_PIXELS) throw refusal("pixels");
}

async function decode(data, type) {
  try {
    return await createImageBitmap(new Blob([data], { type }), { imageOrientation: "from-image" });
  } catch (error) {
    throw refusal("broken", error);
  }
}

async function encode(picture, type) {
  const scale = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const [width, height] = [picture.width, picture.height].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = new OffscreenCanvas(width, height);
  const drawing = canvas.getContext("2d", { alpha: type === "png" });
  if (type === "jpeg") {
    drawing.fillStyle = "#fff";
    drawing.fillRect(0, 0, width, height);
  }
  drawing.imageSmoothingQuality = "high";
  drawing.drawImage(picture, 0, 0, width, height);
  const { mime, write } = WRITERS[type];
  const blob = await canvas.convertToBlob({ type: mime, quality: QUALITY });
  if (blob.type !== mime) throw refusal("browser"); // a browser that cannot write this type writes another
  return write(new Uint8Array(await blob.arrayBuffer()));
}

// What goes out is looked at once more: nothing may stand beside the picture, and it must be one.
async function check(made, type) {
  const { read, beside } = READERS[type];
  if (beside(read(made)).length) throw refusal("not-clean");
  (await decode(made, WRITERS[type].mime)).close();
}

/**
 * Some browsers give false pixels to every page, so that canvases tell nothing of the machine (Tor Browser, Firefox with
 * resistFingerprinting). Their pictures would be noise: a pattern is drawn, encoded and read back before any picture is.
 */
async function proveCanvas() {
  if (typeof OffscreenCanvas !== "function") throw refusal("browser");
  const side = 16;
  const pattern = new Uint8ClampedArray(side * side * 4).map((_, at) => (at % 4 === 3 ? 255 : (at * 37) & 255));
  const drawn = draw(side, (context) => context.putImageData(new ImageData(pattern, side), 0, 0));
  const blob = await drawn.convertToBlob({ type: "image/png" }).catch(() => null);
  const picture = blob && (await createImageBitmap(blob).catch(() => null));
  const read = picture && draw(side, (context) => context.drawImage(picture, 0, 0)).getContext("2d").getImageData(0, 0, side, side);
  if (!read || read.data.some((value, at) => value !== pattern[at])) throw refusal("canvas");
}

function draw(side, paint) {
  const canvas = new OffscreenCanvas(side, side);
  paint(canvas.getContext("2d"));
  return canvas;
}
