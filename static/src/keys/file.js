// The key file of a key that is registered: to download, to try, to bring back.

import { CryptoError } from "../lib/errors.js";
import { normalPassphrase } from "../lib/passphrase.js";
import { part } from "../moderation/dom.js";
import { KEY_FILE_MAX, makeKeyFile, readKeyFile } from "../moderation/keyfile.js";
import { Task } from "./task.js";
import { withKeyWorker } from "./worker.js";

/** Make `link` give out that file {name, text}; `onTaken` is called when somebody takes it. */
export function offerFile(link, { name, text }, onTaken = () => {}) {
  if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.addEventListener("click", onTaken);
}

/** Fetch the wrapped key {kid, public_key, wrapped} when `link` is pressed, and give it out as a file. */
export function offerPortalsCopy(link, task, fetchKey) {
  const give = async (event) => {
    if (link.href.startsWith("blob:")) return;
    event.preventDefault();
    await task.run(link, async () => {
      const { kid, public_key: publicKey, wrapped } = await fetchKey();
      offerFile(link, makeKeyFile({ kid, publicKey, wrapped }));
      link.click();
    });
  };
  link.addEventListener("click", give);
}

/** `key`: {kid, fetch(), save(seen, wrapped)} of the page. */
export function layOutFile(root, words, key) {
  const task = new Task(root, words);
  const file = root.querySelector("input[type=file]");
  const phrase = root.querySelector("input[type=password]");
  let tried = null;
  offerPortalsCopy(part(root, "download"), task, key.fetch);

  async function tryFile() {
    part(root, "fits").hidden = true;
    const found = await readFile(file.files[0], key.kid);
    const passphrase = normalPassphrase(phrase.value);
    if (!passphrase) throw new CryptoError("empty");
    task.say(words.busy);
    await withKeyWorker((worker) => worker.check({ wrapped: found.wrapped, passphrase, kid: key.kid }));
    task.say("");
    phrase.value = "";
    tried = found.wrapped;
    part(root, "fits").hidden = false;
    part(root, "fits-title").focus();
  }

  part(root, "try").addEventListener("submit", (event) => {
    event.preventDefault();
    task.run(part(root, "go"), tryFile);
  });
  part(root, "restore").addEventListener("click", () =>
    task.run(part(root, "restore"), async () => {
      await key.save((await key.fetch()).wrapped, tried);
      part(root, "fits").hidden = true;
      task.say(words.restored);
    }),
  );
}

async function readFile(file, kid) {
  if (!file) throw new CryptoError("file-missing");
  const found = file.size <= KEY_FILE_MAX ? readKeyFile(await file.text()) : null;
  if (!found) throw new CryptoError("key-wrap-error");
  if (found.kid !== kid) throw new CryptoError("file-other");
  return found;
}
