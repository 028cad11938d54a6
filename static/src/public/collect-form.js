// The form of staff code and claim codes: what was typed, what is wrong with it, and what was signed already.
import { byId, fillFingerprint, show, words } from "./dom.js";
import { showProblems } from "./collect-problems.js";
import { judgeSlip, KEY_DIGITS } from "./collect-slip.js";
import { CodeError, readCode } from "./receipt-code.js";
import { offerScan } from "./scan.js";

const STAFF_CODE = /^[A-Z0-9][A-Z0-9-]{0,23}$/u;

const sections = () => [...document.querySelectorAll("#claim [data-issuer]")];
const sectionOf = (issuer) => sections().find(({ dataset }) => dataset.issuer === issuer);
const part = (section, role) => section.querySelector(`[data-role="${role}"]`);

/** Fill in the issuers' keys and offer scanning; refuses a page whose issuers are not those of the log. */
export function layOutForm(info) {
  const shown = sections().map(({ dataset }) => dataset.issuer);
  if (shown.join() !== info.issuers.map(({ issuer }) => issuer).join()) throw new Error("issuers of the page");
  for (const { issuer, keyId, leaf } of info.issuers) {
    const section = sectionOf(issuer);
    fillFingerprint(part(section, "key"), keyId.slice(0, KEY_DIGITS));
    part(section, "key-whole").textContent = keyId;
    part(section, "leaf").textContent = String(leaf);
    offerScan(part(section, "scan"), (text) => takeSlip(text, info));
  }
}

/** The issuer's name as the page shows it. */
export const nameOf = ({ nameVi, nameEn }) => (document.documentElement.lang === "en" && nameEn ? nameEn : nameVi);

function takeSlip(text, info) {
  const { slip, refusal, issuer } = judgeSlip(text, info.issuers, byId("staff").value);
  if (refusal === "slipKey") {
    byId("scan").close();
    showProblems([{ text: words("slipKey", { issuer: nameOf(issuer) }) }], "slip");
    return "";
  }
  if (refusal) return words(refusal);
  byId("staff").value = slip.staffCode;
  part(sectionOf(slip.issuer), "code").value = slip.claimCode;
  return "";
}

/** Leave only those issuers' fields that are still asked for. */
export function markSigned(record) {
  for (const section of sections()) {
    const signed = Boolean(record?.signatures?.[section.dataset.issuer]);
    show(part(section, "field"), !signed);
    if (signed) part(section, "state").textContent = words("answered");
  }
}

/** {staffCode, claims: {issuer: code}} of the fields that are shown, and `errors` as showProblems takes them. */
export function readForm() {
  const staffCode = byId("staff").value.trim().toUpperCase();
  const errors = [];
  if (!staffCode) errors.push({ field: "staff", text: words("staffEmpty") });
  else if (!STAFF_CODE.test(staffCode)) errors.push({ field: "staff", text: words("staffShape") });
  const claims = {};
  for (const section of sections().filter((one) => !part(one, "field").hidden)) {
    const field = part(section, "code");
    const text = problemOf(field.value) ?? (sameAsOther(field) ? words("codeSame") : null);
    if (text) errors.push({ field: field.id, text, of: section.querySelector("h2 > [data-role=name]").textContent });
    claims[section.dataset.issuer] = field.value.trim();
  }
  return { staffCode, claims, errors };
}

function problemOf(typed) {
  try {
    readCode(typed);
    return null;
  } catch (error) {
    return error instanceof CodeError ? words(error.key, error.values) : words("errorUnsupported");
  }
}

/** Two slips carry two codes; the same one twice is a slip that was copied into the wrong field. */
function sameAsOther(field) {
  const plain = ({ value }) => value.toUpperCase().replace(/[\s-]/gu, "");
  const earlier = sections().map((section) => part(section, "code"));
  return earlier.slice(0, earlier.indexOf(field)).some((one) => plain(one) === plain(field));
}

/** The id of an issuer's field, for an error of that issuer. */
export const fieldOf = (issuer) => part(sectionOf(issuer), "code").id;

/** Codes that have served do not stay in the page. `record`: what is collected so far. */
export function clearCodes(record) {
  const over = record.state === "held";
  for (const section of sections()) {
    if (over || record.signatures[section.dataset.issuer]) part(section, "code").value = "";
  }
  if (over) byId("staff").value = "";
}

/** Lock the form while it works. */
export function busy(working) {
  byId("claim-button").disabled = working;
  for (const field of byId("claim").querySelectorAll("input")) field.readOnly = working;
  show(byId("claim-progress"), working);
  if (!working) byId("claim-status").textContent = "";
}
