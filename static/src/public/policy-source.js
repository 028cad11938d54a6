// Where the witnesses to be believed come from: a policy that the visitor brings, or, proving less, the portal's own.
import { parsePolicy } from "../lib/policy.js";
import { byId, show, words } from "./dom.js";
import { readInto } from "./file-text.js";

/** Listen to the page's policy field (templates/public/_policy.html); returns a function that reads it. */
export function watchPolicy() {
  const field = byId("policy");
  const served = fetchServed(field.dataset.policyUrl);
  readInto(byId("policy-file"), field);
  field.addEventListener("input", () => tellPolicyError(""));
  return () => readPolicy(field.value, served);
}

/** Say at the field what is wrong with the policy; an empty text takes it back. */
export function tellPolicyError(text) {
  const message = byId("policy-error");
  message.querySelector("span").textContent = text;
  show(message, text !== "");
  byId("policy").setAttribute("aria-invalid", String(text !== ""));
  byId("policy-field").classList.toggle("field--error", text !== "");
  if (text) byId("policy-details").open = true;
}

/** {source: brought | served | absent | unreachable, policy}; rejects with a LogError for a brought one that is none. */
export async function readPolicy(typed, served) {
  const text = typed.replaceAll("\r\n", "\n").trim();
  if (text !== "") return { source: "brought", policy: await parsePolicy(`${text}\n`) };
  const { state, text: own } = await served;
  if (state !== "served") return { source: state, policy: null };
  const policy = await parsePolicy(own).catch(() => null); // not the visitor's fault: nothing is said at the field
  return policy ? { source: "served", policy } : { source: "unreachable", policy };
}

/** The words for a policy that cannot be read. */
export function policyProblem({ cause, line }) {
  if (cause === "malformed-key") return words("policyKey", { line });
  return line ? words("policyLine", { line }) : words("policyMalformed");
}

// Asked for when the page opens, so that the check itself needs no network.
async function fetchServed(url) {
  if (!url) return { state: "absent" };
  try {
    const answer = await fetch(url, { credentials: "omit", cache: "no-store", redirect: "error" });
    if (answer.status === 404) return { state: "absent" };
    return answer.ok ? { state: "served", text: await answer.text() } : { state: "unreachable" };
  } catch {
    return { state: "unreachable" };
  }
}
