// The receipt: shown once, copied, printed, and left only when the reader has shown that it was saved.
import { attend, byId, fillCode, show, words } from "./dom.js";
import { qrSvg } from "./qr.js";

const ASKED = 6; // characters to type back: the last four and the two check characters

/** Show the code; resolves when the reader typed its end back, or chose to go on without it. */
export function keepReceipt(code) {
  fillCode(byId("receipt-code"), code);
  byId("receipt-qr").replaceChildren(qrSvg(code));
  document.body.classList.add("print-receipt");
  show(byId("receipt-step"));
  attend(byId("receipt-title"));
  const ends = new AbortController();
  const { signal } = ends;
  byId("copy-code").addEventListener("click", () => copy(code), { signal });
  byId("print-code").addEventListener("click", () => window.print(), { signal });
  return new Promise((resolve) => {
    const leave = () => {
      ends.abort();
      forget();
      resolve();
    };
    byId("saved").addEventListener("submit", (event) => {
      event.preventDefault();
      if (matches(code)) leave();
    }, { signal });
    byId("no-receipt").addEventListener("click", () => window.confirm(words("noReceipt")) && leave(), { signal });
  });
}

/** The code's last characters as anyone may type them: case, blanks, hyphens and look-alikes do not matter. */
export function sameEnd(code, typed) {
  const plain = (text) => text.toUpperCase().replace(/[\s-]/gu, "").replaceAll("O", "0").replace(/[IL]/gu, "1");
  return plain(typed).length >= ASKED && plain(code).endsWith(plain(typed).slice(-ASKED));
}

function matches(code) {
  const field = byId("saved-code");
  const good = sameEnd(code, field.value);
  show(byId("saved-error"), !good);
  byId("saved-field").classList.toggle("field--error", !good);
  field.setAttribute("aria-invalid", String(!good));
  if (!good) field.focus();
  return good;
}

async function copy(code) {
  let done = true;
  try {
    await navigator.clipboard.writeText(code);
  } catch {
    done = false;
  }
  byId("copy-status").textContent = words(done ? "copied" : "notCopied");
}

function forget() {
  document.body.classList.remove("print-receipt");
  show(byId("receipt-step"), false);
  byId("receipt-code").replaceChildren();
  byId("receipt-qr").replaceChildren();
  byId("saved-code").value = "";
}
