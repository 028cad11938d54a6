// The receipt page: the code stays here; a locator derived from it is asked for, and the answer is verified here.
import { attend, byId, show, showDay, words } from "../public/dom.js";
import { offerFile } from "../public/download.js";
import { judgeAnswer } from "../public/receipt-verdict.js";
import { CodeError, locatorOf, readCode } from "../public/receipt-code.js";

const BOX = { good: "success", wait: "success", bad: "error-summary", unknown: "warning" };
const SIGN = { good: "M4 12.5l5.5 5.5L20 7", wait: "M12 3a9 9 0 1 0 .01 0zM12 7v5l3 2", bad: "M12 3 22 21H2zM12 10v5M12 18v.5" };

const form = byId("receipt-form");
show(form);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
byId("print-verdict").addEventListener("click", () => window.print());

async function check() {
  show(byId("verdict"), false);
  let raw;
  try {
    raw = readCode(byId("code").value);
  } catch (error) {
    return tellError(error instanceof CodeError ? words(error.key, error.values) : words("unsupported"));
  }
  tellError("");
  busy(true);
  try {
    const answer = await ask(await locatorOf(raw));
    tellVerdict(await judgeAnswer(answer, form.dataset.logVkey), answer);
  } catch (error) {
    tellError(words(error?.code === "ed25519-unavailable" || !globalThis.crypto?.subtle ? "unsupported" : "network"));
  } finally {
    busy(false);
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

function tellVerdict(verdict, answer) {
  const values = { ...verdict, day: verdict.day ? showDay(verdict.day) : "" };
  byId("verdict-box").className = BOX[verdict.tone];
  byId("verdict-icon").setAttribute("d", SIGN[verdict.tone] ?? SIGN.bad);
  byId("verdict-title").textContent = words(`${verdict.name}Title`);
  byId("verdict-text").textContent = words(`${verdict.name}Text`, values);
  byId("verdict-facts").replaceChildren(...facts(verdict, answer).flatMap(factLine));
  const proven = verdict.name === "sequenced";
  show(byId("download"), proven);
  show(byId("proof-note"), proven);
  if (proven) offerFile(byId("download"), `entry-${verdict.index}.tlog-proof`, answer.proof);
  show(byId("verdict"));
  attend(byId("verdict-title"));
}

function facts({ consultation, envelope, index }, answer) {
  const lines = [["factKey", answer.log_vkey]];
  if (answer.promise) lines.unshift(["factPromise", answer.promise]);
  if (envelope) lines.unshift(["factEnvelope", envelope]);
  if (index !== undefined) lines.unshift(["factIndex", String(index)]);
  if (consultation) lines.unshift(["factConsultation", consultation]);
  return lines;
}

function factLine([key, value]) {
  const term = document.createElement("dt");
  const definition = document.createElement("dd");
  term.textContent = words(key);
  const text = document.createElement(value.includes("\n") ? "pre" : "span");
  text.textContent = value;
  if (text.localName === "pre") text.tabIndex = 0; // it scrolls sideways on narrow screens
  else text.className = "mono";
  definition.append(text);
  return [term, definition];
}
