// The page that checks a proof file: everything is read from its fields and verified here, and nothing is sent.
import { attend, byId, show, words } from "../public/dom.js";
import { fill, readInto, textOf } from "../public/file-text.js";
import { policyProblem, tellPolicyError, watchPolicy } from "../public/policy-source.js";
import { judgeFile, kindOf } from "../public/proof-verdict.js";
import { fillBox, fillFacts } from "../public/verdict-box.js";
import { tellWitnesses } from "../public/witness-verdict.js";

const FIELDS = ["proof", "leaf", "vkey", "policy"];

const form = byId("proof-form");
const policy = watchPolicy();
show(form);
readInto(byId("proof-file"), byId("proof"));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
byId("print-verdict").addEventListener("click", () => window.print());
document.addEventListener("dragover", (event) => event.preventDefault());
document.addEventListener("drop", (event) => {
  event.preventDefault();
  take([...event.dataTransfer.files]);
});

// Each dropped file goes where its first words say that it belongs.
async function take(files) {
  const texts = await Promise.all(files.map(textOf));
  const known = texts.filter(kindOf);
  for (const text of known) fill(byId(kindOf(text)), text);
  byId("dropped").textContent = words(known.length === files.length ? "taken" : "notTaken");
  if (known.some((text) => kindOf(text) === "policy")) byId("policy-details").open = true;
}

async function check() {
  show(byId("verdict"), false);
  show(byId("witness-verdict"), false);
  tellPolicyError("");
  byId("check-button").disabled = true;
  try {
    await judge(Object.fromEntries(FIELDS.map((name) => [name, byId(name).value])));
  } catch {
    tell({ name: "unsupported", tone: "unknown" }, []);
  } finally {
    byId("check-button").disabled = false;
  }
}

async function judge(fields) {
  const verdict = await judgeFile(fields);
  if (verdict.name !== "proven") return tell(verdict, []);
  let trusted;
  try {
    trusted = await policy();
  } catch (error) {
    tellPolicyError(policyProblem(error));
    return byId("policy").focus();
  }
  await tellWitnesses(verdict.note, verdict.key, trusted);
  tell(verdict, [["factIndex", String(verdict.index)], ["factLog", verdict.key.name], ["factLeaf", verdict.leaf]]);
}

function tell(verdict, facts) {
  const [title, text] = ["Title", "Text"].map((part) => words(`${verdict.name}${part}`, verdict));
  fillBox("verdict", { tone: verdict.tone, title, text });
  fillFacts("verdict-facts", facts.map(([name, value]) => [words(name), value]));
  show(byId("verdict"));
  attend(byId("verdict-title"));
}
