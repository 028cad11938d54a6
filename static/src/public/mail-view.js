// A conversation as a list. The order is that of the numbers inside the messages; nobody knows more.
import { memory } from "./mail-memory.js";
import { byId, fromTemplate, show, showDay, words } from "./dom.js";

/** Show what was found; `talk`: the data of its consultation's entry, undefined where nothing was found. */
export function showTalk({ messages }, talk) {
  const none = messages.length === 0;
  byId("mail-title").textContent = words(none ? "mailNone" : "mailTitle");
  byId("mail-about").textContent = none
    ? words("mailNoneText")
    : words("mailAbout", { title: talk.title, day: showDay(talk.until) });
  byId("mail-list").replaceChildren(...messages.map((message) => row(message, memory.isNew(message))));
  show(byId("mail-list"), !none);
  show(byId("mail-closed"), isClosed(messages));
  memory.keep(messages);
}

/** Add the submitter's own message, which stands in the portal's list only tomorrow. */
export function showOwn(text) {
  const added = row({ sender: "submitter", kind: "text", text }, false);
  const sign = added.querySelector("[data-sign]");
  sign.textContent = words("waits");
  show(sign);
  byId("mail-list").append(added);
}

/** Whether a moderator has ended the conversation. */
export const isClosed = (messages) => messages.some(({ kind }) => kind === "close");

function row({ sender, kind, text }, fresh) {
  const item = fromTemplate("message-row");
  const own = sender === "submitter";
  item.classList.toggle("talk__item--own", own);
  item.querySelector("strong").textContent = words(own ? "you" : "moderators");
  item.querySelector("[data-text]").textContent = text || words(kind === "close" ? "closedText" : "");
  const sign = item.querySelector("[data-sign]");
  sign.textContent = words("fresh");
  show(sign, fresh && !own);
  return item;
}
