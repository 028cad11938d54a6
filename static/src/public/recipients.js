// Who will be able to read the comment: one line a moderator, all ticked at first but those whose key was revoked.
import { byId, fillFingerprint, fromTemplate, words } from "./dom.js";

/** Lay out the moderators `[{kid, name, revoked}]`; returns a function that gives the ticked kids. */
export function layOutRecipients(keys) {
  const boxes = keys.map(recipientLine);
  byId("recipient-list").replaceChildren(...boxes.map(({ line }) => line));
  const ticked = () => boxes.filter(({ box }) => box.checked).map(({ key }) => key);
  const tell = () => {
    const names = ticked().map((key) => key.name);
    const text = names.length ? words("readers", { names: listed(names) }) : words("readersNone");
    byId("recipients-summary").textContent = text;
  };
  byId("recipient-list").addEventListener("change", tell);
  tell();
  return () => ticked().map((key) => key.kid);
}

/** The id of the first tick box, for an error's link. */
export function firstRecipient() {
  return byId("recipient-list").querySelector("input:enabled").id;
}

function recipientLine(key, place) {
  const line = fromTemplate("recipient-row");
  const box = line.querySelector("input");
  box.id = `recipient-${place}`;
  box.value = key.kid;
  line.querySelector("label").htmlFor = box.id;
  line.querySelector(".recipient__name").textContent = key.name;
  fillFingerprint(line.querySelector(".fingerprint"), key.kid);
  box.checked = !key.revoked;
  box.disabled = key.revoked;
  line.querySelector(".recipient__revoked").hidden = !key.revoked;
  return { key, line, box };
}

function listed(names) {
  return new Intl.ListFormat(document.documentElement.lang, { type: "conjunction" }).format(names);
}
