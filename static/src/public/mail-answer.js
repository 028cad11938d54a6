// Answering a question: sealed in the worker, let in by one of the question's tickets, and shown here until it is out.
import { toB64url } from "../lib/bytes.js";
import { TEXT_MAX, TICKETS } from "../lib/message-limits.js";
import { parseVkey } from "../lib/note.js";
import { codePoints, composedText, watchText } from "./compose.js";
import { attend, byId, show, showDay, words } from "./dom.js";
import { isClosed, showOwn } from "./mail-view.js";
import { judgeMessage } from "./promise.js";
import { NotSent, postSealed } from "./sending.js";

/** The form; `seal` makes the next message of a text: {message, bucket}. */
export function layOutAnswer(seal) {
  let found = null; // {consultation, url, tickets, left, refusal: the one that spent the last ticket}
  let kept = null; // what was sealed for this very text: a retry sends the same bytes, so it cannot count twice
  const unsent = () => found !== null && composedText() !== "";
  window.addEventListener("beforeunload", (event) => unsent() && event.preventDefault());
  watchText(TEXT_MAX);
  byId("answer-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!fits()) return;
    busy(true);
    try {
      const text = composedText();
      if (kept?.text !== text) kept = { text, ...(await seal(text)) };
      tell(await judge(await send(found, kept), kept, found));
      kept = null;
      found.left -= 1;
      finish(text, found.left);
    } catch (error) {
      fail(error instanceof NotSent ? error.words || words(`${error.code}Answer`) : words("errorSeal"));
    } finally {
      busy(false);
    }
  });
  return {
    open({ consultation, messages, tickets }, talk) {
      const left = isClosed(messages) ? 0 : TICKETS - answersSince(messages);
      found = consultation ? { consultation, url: talk.url, tickets, left } : null;
      showForm(left, messages);
    },
    close() {
      found = kept = null;
      reset();
      show(byId("answer-form"), false);
      byId("answer-status").textContent = "";
    },
    mayLeave: async () => !unsent() || window.confirm(words("leaveAnswer")),
  };
}

/** How many answers stand after the newest question: it allows so many and no more. */
function answersSince(messages) {
  const asked = messages.map(({ sender }) => sender).lastIndexOf("moderator");
  return asked < 0 ? TICKETS : messages.length - 1 - asked;
}

function showForm(left, messages) {
  const asked = messages.length > 0 && !isClosed(messages);
  show(byId("answer-form"), asked && left > 0);
  show(byId("answer-wait"), asked && left <= 0);
  byId("answers-left").textContent = words("answersLeft", { count: left });
}

function fits() {
  const used = codePoints(composedText());
  const wrong = used === 0 ? words("answerEmpty") : words("answerLong", { count: used, limit: TEXT_MAX });
  fail(used >= 1 && used <= TEXT_MAX ? "" : wrong);
  return used >= 1 && used <= TEXT_MAX;
}

/** Spend the next ticket. One that another device has used is passed over; the message stays the same. */
async function send(found, { message, bucket }) {
  const body = { message: toB64url(message), bucket };
  while (found.tickets.length > 0) {
    try {
      const answer = await postSealed(found.url, { ...body, ticket: found.tickets[0] });
      found.tickets.shift();
      return answer;
    } catch (error) {
      if (error.code !== "ticket-spent") throw error;
      found.tickets.shift();
      found.refusal = error;
    }
  }
  throw found.refusal;
}

// It was taken, whatever this browser can verify.
async function judge(answer, { message }, { consultation }) {
  try {
    const key = await parseVkey(byId("receipt-form").dataset.logVkey);
    return await judgeMessage(answer, consultation, message, key);
  } catch {
    return { verdict: "later" };
  }
}

function tell({ verdict, day }) {
  const keys = { good: "answerGood", later: "answerLater", bad: "answerBad" };
  byId("answer-status").textContent = words(keys[verdict], day ? { day: showDay(day) } : {});
}

function finish(text, left) {
  showOwn(text);
  reset();
  show(byId("answer-form"), left > 0);
  show(byId("answer-wait"), left <= 0);
  byId("answers-left").textContent = words("answersLeft", { count: left });
  attend(byId("answer-status"));
}

function reset() {
  byId("text").value = "";
  byId("text").dispatchEvent(new Event("input"));
  fail("");
}

function fail(text) {
  const message = byId("text-error");
  message.querySelector("span").textContent = text;
  show(message, text !== "");
  byId("text-field").classList.toggle("field--error", text !== "");
  byId("text").setAttribute("aria-invalid", String(text !== ""));
  if (text) byId("text").focus();
}

function busy(working) {
  byId("answer-button").disabled = working;
  byId("text").readOnly = working;
  byId("answer-progress").textContent = working ? words("sendingAnswer") : "";
}
