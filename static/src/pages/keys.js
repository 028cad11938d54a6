// Making a moderator's key. The seed stays in the worker, the words in this tab; only what is wrapped is sent.

import { normalPassphrase } from "../lib/passphrase.js";
import { makeApi, Refusal } from "../moderation/api.js";
import { byId, part, say, showError } from "../moderation/dom.js";
import { makeKeyFile } from "../moderation/keyfile.js";
import { startKeyMaker } from "../moderation/vault.js";

const root = byId("make");
const words = root.dataset;
const api = makeApi(words.csrf);
const STEPS = ["start", "show", "repeat", "file", "done"];
let maker = null;
let passphrase = "";
let made = null;
let fileUrl = "";
let downloaded = false;

function go(step) {
  for (const name of STEPS) root.querySelector(`[data-step="${name}"]`).hidden = name !== step;
  error("");
  root.querySelector(`[data-step="${step}"] h3`)?.focus();
}

function error(text, code = "") {
  part(root, "error-verify").hidden = code !== "not-fresh";
  showError(part(root, "error"), part(root, "error-text"), text);
}

function showWords() {
  part(root, "passphrase").replaceChildren(
    ...passphrase.split(" ").map((word) => {
      const item = document.createElement("li");
      item.textContent = word;
      return item;
    }),
  );
  go("show");
}

async function start() {
  const button = part(root, "start");
  button.disabled = true;
  try {
    maker = await startKeyMaker();
    passphrase = await maker.passphrase();
    showWords();
  } catch {
    button.disabled = false;
    error(words.errorCrypto);
  }
}

function forgetShown() {
  part(root, "passphrase").replaceChildren();
  byId("repeat").value = "";
}

function mismatch(text) {
  const field = part(root, "repeat-field");
  field.classList.toggle("field--error", Boolean(text));
  byId("repeat-error").hidden = !text;
  part(root, "repeat-error").textContent = text;
  byId("repeat").toggleAttribute("aria-invalid", Boolean(text));
  if (text) byId("repeat").setAttribute("aria-invalid", "true");
}

async function repeat(event) {
  event.preventDefault();
  if (normalPassphrase(byId("repeat").value) !== passphrase) {
    mismatch(words.errorMismatch);
    byId("repeat").focus();
    return;
  }
  mismatch("");
  forgetShown();
  say(part(root, "status"), words.busy);
  try {
    made = await maker.make(passphrase);
    passphrase = "";
    maker.end();
    offerFile();
    go("file");
  } catch {
    error(words.errorCrypto);
  }
}

function offerFile() {
  const { name, text } = makeKeyFile(made);
  fileUrl = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = part(root, "download");
  link.href = fileUrl;
  link.download = name;
}

function allow() {
  const ready = downloaded || byId("declined").checked;
  part(root, "register").disabled = !ready;
  part(root, "register-why").hidden = ready;
}

async function register(event) {
  event.preventDefault();
  const button = part(root, "register");
  button.disabled = true;
  try {
    // Named one by one: nothing else that the worker may ever return can slip into the request.
    const kept = await api.post(words.add, { public_key: made.publicKey, wrapped: made.wrapped });
    part(root, "fingerprint").replaceChildren(...groups(kept.kid));
    URL.revokeObjectURL(fileUrl);
    made = null;
    go("done");
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    button.disabled = false;
    const own = { network: words.errorNetwork, session: words.errorSession };
    error(problem.words || own[problem.code], problem.code);
  }
}

function groups(kid) {
  return kid.match(/.{4}/gu).flatMap((text) => {
    const span = document.createElement("span");
    span.textContent = text;
    return [span, " "];
  });
}

part(root, "start").addEventListener("click", start);
part(root, "written").addEventListener("click", () => {
  part(root, "passphrase").replaceChildren();
  go("repeat");
  byId("repeat").focus();
});
part(root, "again").addEventListener("click", () => {
  forgetShown();
  mismatch("");
  showWords();
});
root.querySelector('[data-step="repeat"]').addEventListener("submit", repeat);
part(root, "download").addEventListener("click", () => {
  downloaded = true;
  allow();
});
byId("declined").addEventListener("change", allow);
root.querySelector('[data-step="file"]').addEventListener("submit", register);
window.addEventListener("beforeunload", (event) => {
  if (passphrase || made) event.preventDefault();
});
