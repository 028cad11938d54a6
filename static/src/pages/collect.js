// The collect page: verify the issuers, draw and cover ballots in a worker, ask each issuer, keep what was signed.
// Codes live in the form's fields until an issuer has taken them; they are never stored, and the portal never gets them.
import { openBox } from "../public/ballot-box.js";
import { loadBallots } from "../public/ballots-info.js";
import { askIssuer } from "../public/collect-asking.js";
import { busy, clearCodes, fieldOf, layOutForm, markSigned, nameOf, readForm } from "../public/collect-form.js";
import { guardLeaving, showHeld } from "../public/collect-held.js";
import { openWorkshop } from "../public/collect-making.js";
import { clearProblems, showProblems } from "../public/collect-problems.js";
import { runCollecting } from "../public/collect-run.js";
import { byId, show, words } from "../public/dom.js";
import { canSeal } from "../public/sealing.js";

const consultation = byId("words").dataset.consultation;
const form = document.getElementById("claim"); // there on the days of collecting only
let box = null;

guardLeaving();
start();

async function start() {
  box = await openBox();
  const record = await box.read(consultation);
  await showHeld(box, consultation);
  if (!form || record?.state === "held") return;
  if (!canSeal()) return refuse("errorUnsupported");
  byId("preparing").textContent = words("preparing");
  let info;
  try {
    info = await loadBallots(form.dataset.ballotsUrl, consultation);
    layOutForm(info);
  } catch (error) {
    return refuse({ load: "errorLoad", unsupported: "errorUnsupported" }[error.code] ?? "errorKeys");
  }
  byId("preparing").textContent = "";
  showForm(record);
  const workshop = openWorkshop(info, (done) => (byId("claim-progress").value = done));
  byId("claim-progress").max = info.each * info.issuers.length + 1;
  if (!record) form.addEventListener("input", workshop.prepare, { once: true });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    collect(info, workshop);
  });
}

function refuse(key) {
  byId("preparing").textContent = "";
  showProblems([{ text: words(key) }], "failed");
}

function showForm(record) {
  markSigned(record);
  show(byId("resuming"), record?.state === "collecting");
  show(form);
}

async function collect(info, workshop) {
  const { errors, ...codes } = readForm();
  if (errors.length) return showProblems(errors, "correct");
  clearProblems();
  busy(true);
  const ask = (issuer, name, claim) => askIssuer(issuer, name, claim, document.documentElement.lang);
  try {
    finish(await runCollecting(info, codes, { box, maker: workshop, ask, tell }));
  } catch (error) {
    showProblems([{ text: words(keyOf(error)) }], "failed");
  } finally {
    workshop.end();
    busy(false);
  }
}

function tell(step, issuer) {
  byId("claim-status").textContent = words(step, issuer ? { issuer: nameOf(issuer) } : {});
}

function finish({ record, failures }) {
  clearCodes(record);
  if (record.state === "held") {
    show(form, false);
    return showHeld(box, consultation, { fresh: true });
  }
  const some = Object.keys(record.signatures).length > 0;
  showForm(some ? record : null);
  return showProblems(failures.map(problemOf), some ? "unfinished" : "failed");
}

function problemOf({ issuer, error }) {
  return { field: fieldOf(issuer.issuer), text: explain(issuer, error), of: error.words ? nameOf(issuer) : "" };
}

function explain(issuer, error) {
  const named = { issuer: nameOf(issuer) };
  const keys = { network: "errorNetwork", server: "errorServer", "blind-signature-error": "errorSignature" };
  return error.words || words(keys[error.code] ?? keyOf(error), named);
}

function keyOf(error) {
  const unsupported = ["ed25519-unavailable", "no-webcrypto"].includes(error?.code);
  const keys = { timeout: "errorTimeout", worker: "errorWorker", "key-format-error": "errorKeys" };
  return unsupported ? "errorUnsupported" : (keys[error?.code] ?? "errorMake");
}
