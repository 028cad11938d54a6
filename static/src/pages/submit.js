// The submit page: verify the keys, let the visitor write, seal in a worker, send the envelope, hand over the receipt.
// The text lives in one <textarea> and in the message to the worker; it is never stored and never posted. Where the
// consultation has ballots, one is bound to the sealed envelope and goes with it.
import { afterSpending, layOutBallots } from "../public/ballot-choice.js";
import { loadBallots } from "../public/ballots-info.js";
import { codePoints, composedText, watchText } from "../public/compose.js";
import { attend, byId, show, showDay, words } from "../public/dom.js";
import { offerFile } from "../public/download.js";
import { layOutFiles } from "../public/files/choose.js";
import { clearProblems, showProblems } from "../public/problems.js";
import { judgePromise } from "../public/promise.js";
import { firstRecipient, layOutRecipients } from "../public/recipients.js";
import { keepReceipt } from "../public/saved.js";
import { canSeal, sealComment, withBallot } from "../public/sealing.js";
import { loadSealing } from "../public/sealing-info.js";
import { NotSent, postSealed } from "../public/sending.js";

const form = byId("comment");
let unsaved = false; // a text that was not sent, or a receipt that was not saved
let kept = null; // what was sealed for these very inputs: a retry sends the same bytes, so it cannot count twice
let ballots = null; // the part of the form that chooses a ballot; null where none is needed
let attached = null; // the part that takes files; null where none are taken

start();

async function start() {
  window.addEventListener("beforeunload", (event) => unsaved && event.preventDefault());
  if (!canSeal()) return refuse("errorUnsupported");
  let info;
  try {
    info = await loadSealing(form.dataset.sealingUrl, form.dataset.consultation);
  } catch (error) {
    return refuse({ keys: "errorKeys", unsupported: "errorUnsupported" }[error.code] ?? "errorLoad");
  }
  const needed = Boolean(form.dataset.ballotsUrl);
  if ((info.settings.ballot_mode === "ballots") !== needed) return refuse("errorKeys");
  if (needed) {
    const missing = await prepareBallots();
    if (missing) return refuse(missing);
  }
  const chosen = layOutRecipients(info.keys);
  watchText(info.settings.max_chars);
  const changed = () => (unsaved = composedText() !== "" || Boolean(attached?.lines.length));
  const most = info.settings.attachments ?? 0;
  if (Boolean(document.getElementById("files-field")) !== most > 0) return refuse("errorKeys");
  if (most > 0) attached = layOutFiles(most, changed);
  byId("text").addEventListener("input", changed);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(info, chosen());
  });
  show(byId("preparing"), false);
  show(form);
}

/** Check the issuers against the log and lay out the ballots; resolves with the words of a refusal, or "". */
async function prepareBallots() {
  try {
    const found = await loadBallots(form.dataset.ballotsUrl, form.dataset.consultation);
    if (found.turnout === null) return "ballotsNotReady";
    ballots = await layOutBallots(found, form.dataset.cardsUrl);
    return "";
  } catch (error) {
    return { load: "errorBallotsLoad", unsupported: "errorUnsupported" }[error.code] ?? "errorBallotsKeys";
  }
}

function refuse(key) {
  show(byId("preparing"), false);
  showProblems([{ text: words(key) }], "failed");
}

async function send(info, readers) {
  const comment = readForm();
  const files = attached?.files ?? [];
  let ballot = null;
  busy(true);
  try {
    const choice = ballots ? await ballots.choose() : { errors: [] };
    const errors = [...problemsOf(comment, readers, info.settings.max_chars), ...(attached?.problems() ?? []), ...choice.errors];
    if (errors.length) {
      busy(false);
      return showProblems(errors, "correct");
    }
    ballot = choice.ballot ?? null;
    clearProblems();
    const sealed = await sealedOnce(info, comment, readers, files, ballot);
    byId("progress").textContent = words("sending");
    const url = files.length ? form.dataset.filesUrl : form.dataset.submitUrl;
    const answer = await postSealed(url, sealed.body, sealed.files);
    await finish(info, sealed, answer, ballot);
  } catch (error) {
    const more = error?.code === "ballot-spent" && ballot ? await offerNext(ballot) : [];
    busy(false);
    showProblems([{ text: explain(error) }, ...more], arrivalUnknown(error) ? "uncertain" : "failed");
  }
  return undefined;
}

/** A used ballot is put away, and what is sent with the next one is sealed anew: nothing but time joins the two. */
async function offerNext(ballot) {
  kept = null;
  const another = await ballots.spent(ballot);
  return [{ field: "ballot", target: another ? `way-${ballot.way}` : "ballot", text: words(another ? "spentNext" : "spentNone") }];
}

function readForm() {
  const subject = byId("subject").selectedOptions[0];
  return {
    topic: form.querySelector("input[name=topic]:checked")?.value ?? null,
    level: subject.dataset.level ?? null,
    unit: subject.value || null,
    text: composedText(),
  };
}

function problemsOf({ topic, text }, readers, limit) {
  const errors = [];
  const count = codePoints(text);
  if (!topic) errors.push({ field: "topic", target: "topic-conduct", text: own("topic-error") });
  if (count === 0) errors.push({ field: "text", target: "text", text: words("textEmpty") });
  if (count > limit) errors.push({ field: "text", target: "text", text: words("textLong", { count, limit }) });
  if (!readers.length) errors.push({ field: "recipients", target: firstRecipient(), text: own("recipients-error") });
  return errors;
}

const own = (id) => byId(id).querySelector("span").textContent;

async function sealedOnce(info, comment, readers, files, ballot) {
  const inputs = JSON.stringify([comment, readers, files.map(({ id }) => id)]);
  if (kept?.inputs !== inputs) {
    byId("progress").textContent = words("sealing");
    kept = { inputs, sealed: await sealComment(info, comment, readers, files) };
  }
  if (!ballot) return kept.sealed;
  if (kept.bound?.id !== ballot.id) kept.bound = { id: ballot.id, sealed: await withBallot(kept.sealed, ballot) };
  return kept.bound.sealed;
}

/** A refusal is certain; a connection that broke, or an answer that cannot be read, is not. */
const arrivalUnknown = (error) => error instanceof NotSent && !error.words;

function explain(error) {
  if (error instanceof NotSent) return error.words || words(error.code === "network" ? "errorNetwork" : "errorServer");
  const keys = { timeout: "errorTimeout", worker: "errorWorker", "no-webcrypto": "errorUnsupported" };
  return words(keys[error?.code] ?? "errorSeal");
}

function busy(working) {
  byId("send-button").disabled = working;
  byId("text").readOnly = working;
  attached?.lock(working);
  if (!working) byId("progress").textContent = "";
}

async function finish(info, sealed, answer, ballot) {
  const verdict = await judgePromise(answer, info.consultation, sealed, info.logKey);
  const left = ballot ? await ballots.used(ballot).catch(() => null) : null; // it was sent, whatever happens here
  wipe();
  unsaved = true;
  tellPromise(verdict, answer);
  if (left) afterSpending(info.consultation, left);
  await keepReceipt(sealed.code);
  unsaved = false;
  show(byId("thanks"));
  attend(byId("thanks-title"));
}

/** Take the text out of the page before anything else is shown. */
function wipe() {
  kept = null;
  attached?.clear();
  byId("text").value = "";
  byId("advice-list").replaceChildren();
  for (const id of ["comment", "before", "by-file"]) byId(id).remove();
}

function tellPromise({ verdict, day }, { promise, leaf }) {
  const keys = { good: "promiseGood", later: "promiseLater", bad: "promiseBad" };
  byId("promise-verdict").textContent = words(keys[verdict], day ? { day: showDay(day) } : {});
  if (promise) offerFile(byId("promise-file"), "promise.txt", `${leaf}\n\n${promise}`);
}
