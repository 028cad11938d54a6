// Ballots that are held: shown as a number, saved as a file, printed as codes, deleted from the device.
import { writeFile, writePrinted } from "../lib/ballot-file.js";
import { heldIn } from "./ballot-box.js";
import { attend, byId, fromTemplate, show, words } from "./dom.js";
import { offerFile } from "./download.js";
import { qrSvg } from "./qr.js";

let unsaved = false; // held in this page's memory alone

/** Show what `box` holds of the consultation. `fresh`: it was collected just now, so attention goes there. */
export async function showHeld(box, consultation, { fresh = false } = {}) {
  const ballots = heldIn(await box.read(consultation));
  show(byId("held"), ballots.length > 0);
  if (!ballots.length) return;
  const count = ballots.length;
  byId("held-title").textContent = count === 1 ? words("heldOne") : words("heldMany", { count });
  show(byId("held-keeps"), box.lasting);
  show(byId("held-forgets"), !box.lasting);
  unsaved = !box.lasting;
  offerFile(byId("save-file"), `${consultation}-ballots.json`, writeFile(consultation, ballots));
  byId("save-file").onclick = () => {
    unsaved = false; // a handler that returned this very value would cancel the download
  };
  byId("print-ballots").onclick = () => printBallots(consultation, ballots);
  byId("delete-ballots").onclick = () => deleteBallots(box, consultation);
  if (fresh) attend(byId("held-title"));
}

/** Warn before leaving what only this page holds. */
export function guardLeaving() {
  window.addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
}

function printBallots(consultation, ballots) {
  const count = ballots.length;
  const slips = ballots.map((ballot, place) => {
    const slip = fromTemplate("sheet-row");
    slip.querySelector(".receipt__title").textContent = words("printTitle", { at: place + 1, count });
    slip.querySelector(".receipt__qr").replaceChildren(qrSvg(writePrinted(consultation, ballot), "Byte", "L"));
    return slip;
  });
  byId("sheet").replaceChildren(...slips);
  show(byId("sheet"));
  document.body.classList.add("print-receipt");
  window.addEventListener("afterprint", putAway, { once: true });
  unsaved = false;
  window.print();
}

/** The codes are on paper: they do not stay on the screen. */
function putAway() {
  document.body.classList.remove("print-receipt");
  show(byId("sheet"), false);
  byId("sheet").replaceChildren();
}

async function deleteBallots(box, consultation) {
  if (!window.confirm(words("deleteSure"))) return;
  await box.remove(consultation);
  unsaved = false;
  URL.revokeObjectURL(byId("save-file").href);
  show(byId("held"), false);
  show(byId("deleted"));
  attend(byId("deleted-title"));
}
