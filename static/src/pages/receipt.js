// The receipt page: the code stays here; a locator derived from it is asked for, and the answer is verified here.
import { attend, byId, show, showDay, words } from "../public/dom.js";
import { offerFile } from "../public/download.js";
import { parseProof, withLeaf } from "../lib/logproof.js";
import { parseVkey } from "../lib/note.js";
import { policyProblem, tellPolicyError, watchPolicy } from "../public/policy-source.js";
import { offerMail } from "../public/mail.js";
import { judgeAnswer } from "../public/receipt-verdict.js";
import { CodeError, locatorOf, readCode } from "../public/receipt-code.js";
import { fillBox, fillFacts } from "../public/verdict-box.js";
import { tellWitnesses } from "../public/witness-verdict.js";

const form = byId("receipt-form");
const policy = watchPolicy();
show(form);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
byId("print-verdict").addEventListener("click", () => window.print());
offerMail({ typed, tell: tellError });

/** The code's ten bytes; null where what is wrong with it was told. */
function typed() {
  try {
    const raw = readCode(byId("code").value);
    tellError("");
    return raw;
  } catch (error) {
    tellError(error instanceof CodeError ? words(error.key, error.values) : words("unsupported"));
    return null;
  }
}

async function check() {
  show(byId("verdict"), false);
  const raw = typed();
  if (!raw) return;
  const trusted = await trustedPolicy();
  if (!trusted) return;
  busy(true);
  try {
    const answer = await ask(await locatorOf(raw));
    await tellVerdict(await judgeAnswer(answer, form.dataset.logVkey), answer, trusted);
  } catch (error) {
    tellError(words(error?.code === "ed25519-unavailable" || !globalThis.crypto?.subtle ? "unsupported" : "network"));
  } finally {
    busy(false);
  }
}

// Read before anything is asked: a policy with a slip in it should cost nothing.
async function trustedPolicy() {
  tellPolicyError("");
  try {
    return await policy();
  } catch (error) {
    tellPolicyError(policyProblem(error));
    byId("policy").focus();
    return null;
  }
}

async function ask(locator) {
  const answer = await fetch(form.dataset.lookupUrl, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ locator }),
    credentials: "omit",
    cache: "no-store",
    redirect: "error",
  });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function busy(working) {
  byId("check-button").disabled = working;
  byId("checking").textContent = working ? words("checking") : "";
}

function tellError(text) {
  const message = byId("code-error");
  message.querySelector("span").textContent = text;
  show(message, text !== "");
  byId("code-field").classList.toggle("field--error", text !== "");
  byId("code").setAttribute("aria-invalid", String(text !== ""));
  if (text) byId("code").focus();
}

async function tellVerdict(verdict, answer, trusted) {
  const values = { ...verdict, day: verdict.day ? showDay(verdict.day) : "" };
  const [title, text] = ["Title", "Text"].map((part) => words(`${verdict.name}${part}`, values));
  fillBox("verdict", { tone: verdict.tone, title, text });
  fillFacts("verdict-facts", facts(verdict, answer));
  const proven = verdict.name === "sequenced";
  show(byId("witness-verdict"), false);
  show(byId("download"), proven);
  show(byId("proof-note"), proven);
  if (proven) {
    offerFile(byId("download"), `entry-${verdict.index}.tlog-proof`, withLeaf(answer.proof, answer.leaf));
    await tellWitnesses(parseProof(answer.proof).checkpoint, await parseVkey(answer.log_vkey), trusted);
  }
  show(byId("verdict"));
  attend(byId("verdict-title"));
}

function facts({ consultation, envelope, index }, answer) {
  const lines = [["factKey", answer.log_vkey]];
  if (answer.promise) lines.unshift(["factPromise", answer.promise]);
  if (envelope) lines.unshift(["factEnvelope", envelope]);
  if (index !== undefined) lines.unshift(["factIndex", String(index)]);
  if (consultation) lines.unshift(["factConsultation", consultation]);
  return lines.map(([name, value]) => [words(name), value]);
}
