// Which messages were read, remembered in this browser and nowhere else, and only where the reader asks for it: what it
// leaves behind says that somebody used this browser to read messages here.
import { byId } from "./dom.js";

const KEY = "portal-messages-read";
const MOST = 200;
let seen = []; // digests of the messages that this page has shown

export const memory = {
  layOut() {
    const box = byId("remember");
    box.checked = stored() !== null;
    box.addEventListener("change", () => (box.checked ? write(seen) : localStorage.removeItem(KEY)));
  },

  /** Whether the reader has something to compare with, and this message is not in it. */
  isNew({ digest }) {
    const known = stored();
    return known !== null && !known.includes(digest);
  },

  keep(messages) {
    seen = messages.map(({ digest }) => digest);
    if (stored() !== null) write([...stored(), ...seen]);
  },
};

function stored() {
  try {
    const found = JSON.parse(localStorage.getItem(KEY));
    return Array.isArray(found) ? found : null;
  } catch {
    return null;
  }
}

function write(digests) {
  localStorage.setItem(KEY, JSON.stringify([...new Set(digests)].slice(-MOST)));
}
