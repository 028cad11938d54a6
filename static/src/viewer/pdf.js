// A PDF's pages on a canvas, one at a time, by pdf.js. Its worker is part of this file: the page may load nothing more.

import { getDocument, VerbosityLevel } from "pdfjs-dist/build/pdf.mjs";
import * as worker from "pdfjs-dist/build/pdf.worker.mjs";

import { refuseDense } from "../strip/pdf-dense.js";
import { name } from "./image.js";

const WIDTH = 1400; // pixels of the longer side that a page is drawn with
globalThis.pdfjsWorker = worker;

/** Show the first page, and the buttons for the others. */
export async function showPdf(data, view) {
  refuseDense(data);
  const settings = { data, isEvalSupported: false, enableXfa: false, useWasm: false, useWorkerFetch: false, isOffscreenCanvasSupported: false };
  const file = await getDocument({ ...settings, stopAtErrors: false, verbosity: VerbosityLevel.ERRORS }).promise;
  const bar = view.querySelector("#pages");
  const [previous, next] = [view.querySelector("#previous"), view.querySelector("#next")];
  let at = 1;
  const turn = async (by) => {
    at += by;
    [previous.disabled, next.disabled] = [at === 1, at === file.numPages];
    const place = view.dataset.page.replace("{page}", at).replace("{count}", file.numPages);
    view.querySelector("#page").textContent = place;
    view.querySelector("#stage").replaceChildren(...(await drawnPage(file, at, place)));
  };
  previous.addEventListener("click", () => turn(-1));
  next.addEventListener("click", () => turn(1));
  bar.hidden = file.numPages < 2;
  await turn(0);
}

/** The page as a picture, and its text for whoever has it read out. */
async function drawnPage(file, number, place) {
  const page = await file.getPage(number);
  const plain = page.getViewport({ scale: 1 });
  const viewport = page.getViewport({ scale: WIDTH / Math.max(plain.width, plain.height) });
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.ceil(viewport.width), Math.ceil(viewport.height)];
  await page.render({ canvas, viewport }).promise;
  name(canvas, place);
  const { items } = await page.getTextContent();
  const text = document.createElement("p");
  text.className = "spoken";
  text.textContent = items.map(({ str, hasEOL }) => str + (hasEOL ? "\n" : "")).join("");
  return [canvas, text];
}
