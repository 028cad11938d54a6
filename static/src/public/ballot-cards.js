// The fields for two half-cards: each code is checked as it is typed, and then against what the issuers printed.
import { loadHashes, judgeHalves, ownerOf, readCard } from "./ballot-halves.js";
import { byId, show, words } from "./dom.js";
import { CodeError, readCode } from "./receipt-code.js";
import { offerScan } from "./scan.js";

const fields = () => [...byId("panel-cards").querySelectorAll("input[data-issuer]")];
const fieldOf = (issuer) => fields().find(({ dataset }) => dataset.issuer === issuer);

/** {choose(), clear()}: the half-cards' part of the form. `changed` is called whenever a code changes. */
export function layOutCards({ consultation, issuers }, hashesUrl, changed) {
  const names = issuers.map(({ issuer }) => issuer);
  let hashes = null;
  const known = async () => (hashes ??= await loadHashes(hashesUrl));
  for (const field of fields()) {
    field.addEventListener("input", () => {
      changed();
      watch(field, false, known, names, consultation);
    });
    field.addEventListener("change", () => watch(field, true, known, names, consultation));
  }
  offerScan(byId("scan-cards"), (text) => take(text));
  const clear = () => {
    for (const field of fields()) {
      field.value = "";
      mark(field, "");
      tell(field, "");
    }
  };
  return { choose: () => choose(known, names, consultation), clear };
}

/** A scanned half goes to its issuer's field; the scanner stays open until every half is there. */
function take(text) {
  const found = readCard(text);
  const field = found && fieldOf(found.issuer);
  if (!field) return words("scanNoCard");
  field.value = found.code;
  for (const event of ["input", "change"]) field.dispatchEvent(new Event(event));
  return fields().some(({ value }) => value === "") ? words("scanOtherHalf") : "";
}

// While one types, only what no further symbol can mend is an error.
async function watch(field, finished, known, names, consultation) {
  tell(field, "");
  const { raw, problem } = read(field);
  if (problem) {
    const early = problem.key === "codeEmpty" || (problem.key === "codeLength" && problem.values.count < 18);
    return mark(field, early && (!finished || problem.key === "codeEmpty") ? "" : wordsOf(problem));
  }
  mark(field, "");
  const typed = field.value;
  try {
    const owner = await ownerOf(raw, names, await known(), consultation);
    if (field.value !== typed) return undefined; // another code meanwhile
    if (owner === null) return mark(field, words("halfUnknown"));
    return tell(field, words("halfGood"));
  } catch {
    return undefined; // the hashes could not be had: said when the comment is sent
  }
}

function read(field) {
  try {
    return { raw: readCode(field.value) };
  } catch (error) {
    if (error instanceof CodeError) return { problem: error };
    throw error;
  }
}

const wordsOf = ({ key, values }) => words(key, values);

async function choose(known, names, consultation) {
  const all = fields();
  const found = all.map(read);
  const errors = found.flatMap(({ problem }, at) => (problem ? [errorAt(all[at], wordsOf(problem))] : []));
  if (errors.length) return { errors };
  let hashes;
  try {
    hashes = await known();
  } catch {
    return { errors: [errorAt(all[0], words("halvesLoad"))] };
  }
  const halves = found.map(({ raw }) => raw);
  const { codes, refusal, at, owner } = await judgeHalves(halves, names, hashes, consultation);
  if (refusal) return { errors: [errorAt(all[at], words(refusal, { issuer: owner ? nameOf(owner) : "" }))] };
  putRight(all, halves, codes);
  return { codes, errors: [] };
}

const errorAt = (field, text) => ({ field: field.id, target: field.id, text });

const nameOf = (issuer) => fieldOf(issuer).dataset.name;

/** Halves that stood in each other's fields change places. */
function putRight(all, halves, codes) {
  const typed = all.map(({ value }) => value);
  for (const field of all) field.value = typed[halves.indexOf(codes[field.dataset.issuer])];
}

function mark(field, text) {
  const message = byId(`${field.id}-error`);
  show(message, text !== "");
  message.querySelector("span").textContent = text;
  message.closest(".field").classList.toggle("field--error", text !== "");
  field.setAttribute("aria-invalid", String(text !== ""));
}

function tell(field, text) {
  const status = byId(`${field.id}-status`);
  if (status.textContent !== text) status.textContent = text;
}
