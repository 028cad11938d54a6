// Making a moderator's key. The seed stays in the worker, the words in this tab; only what is wrapped is sent.

import { byId, part } from "../moderation/dom.js";
import { makeKeyFile } from "../moderation/keyfile.js";
import { offerFile } from "./file.js";
import { SixWords } from "./six-words.js";
import { Task } from "./task.js";
import { startKeyWorker } from "./worker.js";

/** `root`: #make, whose dataset says where the key goes and what can go wrong. */
export function layOutMaking(root, api) {
  const words = root.dataset;
  const task = new Task(root, words);
  let worker = null;
  let made = null;
  let downloaded = false;
  const sixWords = new SixWords(task, { mismatch: words.errorMismatch, onRepeated: make });

  async function make(passphrase) {
    task.say(words.busy);
    await task.run(part(root, "written"), async () => {
      made = await worker.make(passphrase);
      worker.end();
      offerFile(part(root, "download"), makeKeyFile(made), () => {
        downloaded = true;
        allow();
      });
      task.go("file");
    });
  }

  function allow() {
    const ready = downloaded || byId("declined").checked;
    part(root, "register").disabled = !ready;
    part(root, "register-why").hidden = ready;
  }

  async function register() {
    // Named one by one: nothing else that the worker may ever return can slip into the request.
    const kept = await api.post(words.add, { public_key: made.publicKey, wrapped: made.wrapped });
    part(root, "fingerprint").replaceChildren(...groups(kept.kid));
    made = null;
    task.go("done");
  }

  part(root, "start").addEventListener("click", () =>
    task.run(part(root, "start"), async () => {
      worker = await startKeyWorker();
      sixWords.show(await worker.passphrase());
    }),
  );
  byId("declined").addEventListener("change", allow);
  root.querySelector('[data-step="file"]').addEventListener("submit", (event) => {
    event.preventDefault();
    task.run(part(root, "register"), register);
  });
  window.addEventListener("beforeunload", (event) => {
    if (sixWords.words || made) event.preventDefault();
  });
}

function groups(kid) {
  return kid.match(/.{4}/gu).flatMap((text) => {
    const span = document.createElement("span");
    span.textContent = text;
    return [span, " "];
  });
}
