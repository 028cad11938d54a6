// Passkeys that open a key beside its words: enrolled and removed. The PRF output goes from the browser's dialog into
// the worker and nowhere else.

import { CryptoError } from "../lib/errors.js";
import { normalPassphrase } from "../lib/passphrase.js";
import { PASSKEYS_MAX, withoutPasskey } from "../lib/wrapped.js";
import { part } from "../moderation/dom.js";
import { makePasskey, passkeysWork } from "../moderation/passkey.js";
import { Task } from "./task.js";
import { withKeyWorker } from "./worker.js";

/** `key`: {kid, fetch(), save(seen, wrapped)} of the page; `reload`: shows the list anew. */
export function layOutPasskeys(root, words, key, reload) {
  const task = new Task(root, words);
  const form = part(root, "enrol");
  const phrase = form.querySelector("input");
  form.hidden = !passkeysWork();
  part(root, "unsupported").hidden = passkeysWork();

  async function enrol() {
    const passphrase = normalPassphrase(phrase.value);
    if (!passphrase) throw new CryptoError("empty");
    const { wrapped } = await key.fetch();
    if ((wrapped.passkeys ?? []).length >= PASSKEYS_MAX) throw new CryptoError("passkeys-full");
    const changed = await withKeyWorker(async (worker) => {
      task.say(words.busy);
      await worker.check({ wrapped, passphrase, kid: key.kid }); // before the device is asked to keep a passkey
      task.say(words.touch);
      const passkey = await makePasskey({ rp: words.rp, user: words.user });
      return worker.addPasskey({ wrapped, passphrase, kid: key.kid, passkey });
    });
    phrase.value = "";
    await key.save(wrapped, changed);
    reload();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    task.run(part(root, "go"), enrol);
  });
  for (const button of root.querySelectorAll("[data-remove]")) {
    button.addEventListener("click", () =>
      task.run(button, async () => {
        const { wrapped } = await key.fetch();
        await key.save(wrapped, withoutPasskey(wrapped, button.dataset.remove));
        reload();
      }),
    );
  }
}
