// Reading a code with the camera, or from a picture of it. Pictures stay in this page and its worker.
// The dialog and its words are templates/public/_scan.html.
import { startWorker } from "../lib/worker-client.js";
import { byId, show } from "./dom.js";

const MOST = 1920; // pixels of the longer side that are looked at
const PAUSE = 80; // milliseconds between two looks
const WANTED = { facingMode: "environment", width: { ideal: 1920 }, height: { ideal: 1080 } };

/**
 * Let `button` open the scanner. `onText(text)` gets what a code holds and returns (or resolves with) "" to take it,
 * which closes the scanner, or the words that say why this is not the right code; then scanning goes on.
 */
export function offerScan(button, onText) {
  button.addEventListener("click", () => open(onText));
  show(button);
}

async function open(accept) {
  const run = { stream: null, reader: null, accept, over: false };
  const dialog = byId("scan");
  dialog.addEventListener("close", () => end(run), { once: true });
  byId("scan-file").value = "";
  byId("scan-file").onchange = () => readFile(run);
  show(byId("scan-video"), false);
  tell("starting");
  dialog.showModal();
  try {
    run.reader = await startWorker("scan");
  } catch {
    return tell("worker");
  }
  if (run.over) return run.reader.terminate();
  return watch(run);
}

/** Esc, the button and a code that was taken all come here: the camera goes dark, the worker ends. */
function end(run) {
  run.over = true;
  for (const track of run.stream?.getTracks() ?? []) track.stop();
  run.reader?.terminate();
  byId("scan-video").srcObject = null;
  byId("scan-file").onchange = null;
}

async function watch(run) {
  const video = byId("scan-video");
  try {
    if (!navigator.mediaDevices?.getUserMedia) throw new DOMException("", "NotFoundError");
    run.stream = await navigator.mediaDevices.getUserMedia({ video: WANTED, audio: false });
    if (run.over) return end(run);
    video.srcObject = run.stream;
    await video.play();
  } catch (error) {
    return run.over ? undefined : tell(causeOf(error));
  }
  show(video);
  tell("looking");
  while (!run.over) {
    const text = await read(run, video, video.videoWidth, video.videoHeight, false);
    if (text !== null && (await taken(run, text))) return undefined;
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  return undefined;
}

/** Which words say why there is no picture: denied, none or busy. */
export function causeOf(error) {
  if (error?.name === "NotAllowedError" || error?.name === "SecurityError") return "denied";
  return error?.name === "NotFoundError" || error?.name === "OverconstrainedError" ? "none" : "busy";
}

async function readFile(run) {
  const [file] = byId("scan-file").files;
  if (!file || run.over || !run.reader) return;
  tell("reading");
  let text = null;
  try {
    const picture = await createImageBitmap(file);
    text = await read(run, picture, picture.width, picture.height, true);
    picture.close();
  } catch {
    // a file that is no picture has no code either
  }
  if (run.over) return;
  if (text === null) tell("unreadable");
  else await taken(run, text);
}

async function read(run, source, width, height, patient) {
  if (!width || !height) return null;
  const scale = Math.min(1, MOST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  drawing.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { data } = drawing.getImageData(0, 0, canvas.width, canvas.height);
  const message = { width: canvas.width, height: canvas.height, pixels: data.buffer, patient };
  try {
    return await run.reader.call("decode", message, [data.buffer]);
  } catch {
    return null; // the worker was ended
  }
}

async function taken(run, text) {
  const refusal = await run.accept(text);
  if (run.over) return true;
  if (refusal) {
    say(refusal);
    return false;
  }
  byId("scan").close();
  return true;
}

function tell(key) {
  say(byId("scan-status").dataset[key]);
}

/** A code that stays before the camera is refused again and again, but said once. */
function say(text) {
  const status = byId("scan-status");
  if (status.textContent !== text) status.textContent = text;
}
