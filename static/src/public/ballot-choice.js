// Which ballot sends the comment: one that lies in this browser, one of a file, a printed one, or two half-cards.
// A ballot's secret stays in this page: what leaves is its public half with a signature over the sealed envelope.
import { card, collected } from "../lib/ballot.js";
import { readFile, readPrinted, writeFile } from "../lib/ballot-file.js";
import { toB64url } from "../lib/bytes.js";
import { heldIn, openBox, takeOut } from "./ballot-box.js";
import { layOutCards } from "./ballot-cards.js";
import { holds, idOf, onlyGood } from "./ballot-check.js";
import { tellCrowd } from "./ballot-crowd.js";
import { byId, show, words } from "./dom.js";
import { offerFile } from "./download.js";
import { offerScan } from "./scan.js";

const WAYS = ["box", "file", "print", "cards"];
const FILE_MOST = 100_000; // bytes: nine ballots take some 8 000

/**
 * Lay out the ballots of a consultation, `info` being what loadBallots gave:
 * {choose, used, spent}. `choose()` resolves with {ballot: {id, way, bind(envelope's SHA-256) -> bytes}, errors};
 * `used(ballot)` after it was taken; `spent(ballot)` when it had been used before: resolves with whether another is there.
 */
export async function layOutBallots(info, hashesUrl) {
  const chosen = { held: [], file: [], gone: new Set(), print: null, cards: null };
  const state = { info, box: await openBox(), half: false, ...chosen };
  state.cards = layOutCards(info, hashesUrl, () => {});
  await readBox(state);
  show(byId("choice-cards"), info.turnout.cards > 0);
  for (const way of WAYS) byId(`way-${way}`).addEventListener("change", () => showWay(state));
  byId("ballot-file").addEventListener("change", () => readChosenFile(state));
  offerScan(byId("scan-print"), (text) => takePrint(state, text));
  if (state.held.length) byId("way-box").checked = true;
  showWay(state);
  return {
    choose: () => choose(state),
    used: (ballot) => used(state, ballot),
    spent: (ballot) => spent(state, ballot),
  };
}

const wayOf = () => WAYS.find((way) => byId(`way-${way}`).checked) ?? null;

function showWay({ info }) {
  const way = wayOf();
  for (const one of WAYS) show(byId(`panel-${one}`), one === way);
  tellCrowd(info, way === null ? null : way === "cards" ? "card" : "collected");
}

async function readBox(state) {
  const { info, box, gone } = state;
  const record = await box.read(info.consultation);
  if (record?.state === "collecting") {
    // The lists are closed and the issuers' keys destroyed: it can never be finished, and only tells of somebody.
    state.half = true;
    await box.remove(info.consultation).catch(() => null);
  }
  const held = await onlyGood(heldIn(record), info.issuers);
  state.held = held.filter((ballot) => !gone.has(idOf(ballot)));
  show(byId("choice-box"), state.held.length > 0);
  show(byId("box-half"), state.half);
  byId("box-status").textContent = words("boxHolds", { count: state.held.length });
}

async function readChosenFile(state) {
  state.file = [];
  show(byId("file-number-field"), false);
  markFile("");
  const [file] = byId("ballot-file").files;
  if (!file) return;
  const { ballots, refusal } = await ballotsOf(file, state.info);
  if (byId("ballot-file").files[0] !== file) return; // another one meanwhile
  if (refusal) return markFile(words(refusal));
  state.file = ballots;
  layOutNumbers(state);
}

async function ballotsOf(file, { consultation, issuers }) {
  try {
    if (file.size > FILE_MOST) return { refusal: "fileUnreadable" };
    const found = readFile(new Uint8Array(await file.arrayBuffer()));
    if (found.consultation !== consultation) return { refusal: "ballotOther" };
    const ballots = await onlyGood(found.ballots, issuers);
    return ballots.length ? { ballots } : { refusal: "ballotForged" };
  } catch {
    return { refusal: "fileUnreadable" };
  }
}

function layOutNumbers({ file, gone }) {
  const options = file.map((ballot, at) => {
    const option = document.createElement("option");
    const over = gone.has(idOf(ballot));
    option.value = String(at);
    option.disabled = over;
    option.textContent = words(over ? "numberUsed" : "number", { at: at + 1, count: file.length });
    return option;
  });
  const select = byId("file-number");
  select.replaceChildren(...options);
  select.value = options.find(({ disabled }) => !disabled)?.value ?? "";
  show(byId("file-number-field"));
}

function markFile(text) {
  show(byId("ballot-file-error"), text !== "");
  byId("ballot-file-error").querySelector("span").textContent = text;
  byId("ballot-file").closest(".field").classList.toggle("field--error", text !== "");
}

async function takePrint(state, text) {
  const { consultation, issuers } = state.info;
  let found;
  try {
    found = readPrinted(text.trim());
  } catch {
    return words("scanNoBallot");
  }
  if (found.consultation !== consultation) return words("ballotOther");
  if (!(await holds(found.ballot, issuers))) return words("ballotForged");
  if (state.gone.has(idOf(found.ballot))) return words("ballotGone");
  state.print = found.ballot;
  byId("print-status").textContent = words("printRead");
  return "";
}

async function choose(state) {
  const way = wayOf();
  if (way === null) return { errors: [{ field: "ballot", target: firstWay(), text: words("ballotNone") }] };
  if (way === "cards") {
    const { codes, errors } = await state.cards.choose();
    return errors.length ? { errors } : { errors, ballot: ofCards(state.info, codes) };
  }
  if (way === "box") await readBox(state); // another tab may have used one
  const held = { box: state.held[0], file: state.file[Number(byId("file-number").value || NaN)], print: state.print }[way];
  if (!held || state.gone.has(idOf(held))) return { errors: [missing(way)] };
  return { errors: [], ballot: ofHeld(state.info, way, held) };
}

const firstWay = () => WAYS.map((way) => byId(`way-${way}`)).find((radio) => !radio.closest("label").hidden).id;

function missing(way) {
  const target = { box: "way-box", file: "ballot-file", print: "scan-print" }[way];
  const text = words({ box: "boxEmpty", file: "fileNone", print: "printNone" }[way]);
  return { field: way === "file" ? "ballot-file" : "ballot", target, text };
}

function ofHeld({ consultation }, way, held) {
  const bind = (digest) => collected(consultation, held.seed, held.signatures, digest);
  return { id: idOf(held), way, held, bind };
}

function ofCards({ consultation, issuers }, codes) {
  const id = issuers.map(({ issuer }) => toB64url(codes[issuer])).join();
  return { id, way: "cards", bind: (digest) => card(consultation, codes, digest) };
}

/** It is gone: {way, left: how many of its kind are left here, rest: the ballots of the file that are left}. */
async function used(state, ballot) {
  await remove(state, ballot);
  const rest = state.file.filter((one) => !state.gone.has(idOf(one)));
  const left = { box: state.held.length, file: rest.length }[ballot.way] ?? 0;
  return { way: ballot.way, left, rest: ballot.way === "file" ? rest : [] };
}

/** Say on the last page what is left, and offer the file without the ballot that was used. `left`: what `used` gave. */
export function afterSpending(consultation, { way, left, rest }) {
  const key = { box: left ? "leftHere" : "leftNone", file: rest.length ? "leftFile" : "leftNone" }[way] ?? "leftPaper";
  byId("ballot-left").textContent = words(key, { count: left });
  show(byId("ballot-left"));
  if (rest.length) offerFile(byId("rest-file"), `${consultation}-ballots.json`, writeFile(consultation, rest));
}

async function spent(state, ballot) {
  await remove(state, ballot);
  if (ballot.way === "box") return state.held.length > 0;
  return ballot.way === "file" && state.file.some((one) => !state.gone.has(idOf(one)));
}

async function remove(state, { id, way, held }) {
  state.gone.add(id);
  if (way === "cards") state.cards.clear();
  if (way === "print") [state.print, byId("print-status").textContent] = [null, ""];
  if (way === "file") layOutNumbers(state);
  // Also when it came from a file or a print: the browser may hold it as well.
  if (held) await takeOut(state.box, state.info.consultation, held).catch(() => null);
  await readBox(state);
}
