// New six words for a key: unwrapped by the old ones and wrapped by the new ones in the worker.

import { CryptoError } from "../lib/errors.js";
import { normalPassphrase } from "../lib/passphrase.js";
import { part } from "../moderation/dom.js";
import { offerPortalsCopy } from "./file.js";
import { SixWords } from "./six-words.js";
import { Task } from "./task.js";
import { withKeyWorker } from "./worker.js";

/** `key`: {kid, fetch(), save(seen, wrapped)} of the page. */
export function layOutPhrase(root, words, key) {
  const task = new Task(root, words);
  const old = root.querySelector('[data-step="start"] input');
  let held = null; // {wrapped, passphrase} between the old words and the new ones
  const sixWords = new SixWords(task, { mismatch: words.errorMismatch, onRepeated: change });
  offerPortalsCopy(part(root, "download"), task, key.fetch);

  async function begin() {
    const passphrase = normalPassphrase(old.value);
    if (!passphrase) throw new CryptoError("empty");
    const { wrapped } = await key.fetch();
    task.say(words.busy);
    const next = await withKeyWorker(async (worker) => {
      await worker.check({ wrapped, passphrase, kid: key.kid });
      return worker.passphrase();
    });
    old.value = "";
    held = { wrapped, passphrase };
    sixWords.show(next);
  }

  function change(next) {
    task.say(words.busy);
    return task.run(part(root, "go"), async () => {
      const changed = await withKeyWorker((worker) => worker.change({ ...held, next, kid: key.kid }));
      await key.save(held.wrapped, changed);
      held = null;
      task.go("done");
    });
  }

  root.querySelector('[data-step="start"]').addEventListener("submit", (event) => {
    event.preventDefault();
    task.run(part(root, "go"), begin);
  });
  window.addEventListener("beforeunload", (event) => {
    if (held) event.preventDefault();
  });
}
