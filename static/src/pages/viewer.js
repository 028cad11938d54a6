// The sandboxed viewer. The desk hands it one opened file; it may come from anybody who had a ballot, so it is drawn as
// pixels and plain text only. Nothing goes back but that the file was drawn, and that somebody is reading.

import { showImage } from "../viewer/image.js";
import { showOffice } from "../viewer/office.js";
import { showPdf } from "../viewer/pdf.js";

const SHOWS = { jpeg: showImage, png: showImage, pdf: showPdf, docx: showOffice, xlsx: showOffice, pptx: showOffice, odt: showOffice };
const PAUSE = 10_000; // milliseconds between two words that somebody is reading
const view = document.getElementById("view");
let port = null;

window.addEventListener("message", (event) => {
  if (event.source !== window.parent || port || !event.ports.length) return;
  [port] = event.ports;
  show(event.data);
});

async function show({ data, type }) {
  const note = document.getElementById("note");
  try {
    note.textContent = (await SHOWS[type](new Uint8Array(data), view, type)) ?? "";
    port.postMessage("shown");
  } catch (error) {
    document.getElementById("stage").replaceChildren();
    note.textContent = view.dataset[error?.code === "file-dense" || error?.code === "file-pixels" ? "tooLarge" : "failed"];
    port.postMessage("failed");
  }
}

let last = -PAUSE;
for (const name of ["keydown", "pointermove", "wheel", "scroll", "touchstart"]) {
  document.addEventListener(name, tell, { passive: true, capture: true });
}

function tell({ timeStamp }) {
  if (!port || timeStamp - last < PAUSE) return;
  last = timeStamp;
  port.postMessage("reading");
}
