// A task of the keys pages: its steps, of which one is shown, its error box and its live region.

import { Refusal } from "../moderation/api.js";
import { passkeyWords } from "../moderation/passkey.js";
import { part, say, showError } from "../moderation/dom.js";

export class Task {
  /** `words`: the dataset with data-error-* of what can go wrong. */
  constructor(root, words) {
    Object.assign(this, { root, words });
  }

  /** Show that step alone, and move to its heading. */
  go(step) {
    for (const one of this.root.querySelectorAll("[data-step]")) one.hidden = one.dataset.step !== step;
    this.error("");
    this.root.querySelector(`[data-step="${step}"] h3`)?.focus();
  }

  say(text) {
    say(part(this.root, "status"), text);
  }

  error(text, code = "") {
    part(this.root, "error-verify").hidden = code !== "not-fresh";
    showError(part(this.root, "error"), part(this.root, "error-text"), text);
  }

  /** Do `work` while `button` cannot be pressed; a refusal is shown and gives false. */
  async run(button, work) {
    button.disabled = true;
    this.error("");
    try {
      await work();
      return true;
    } catch (problem) {
      this.say("");
      this.#failed(problem);
      return false;
    } finally {
      button.disabled = false;
    }
  }

  #failed(problem) {
    const { words } = this;
    const own = {
      network: words.errorNetwork,
      session: words.errorSession,
      empty: words.errorEmpty,
      "wrong-passphrase": words.errorPassphrase,
      "key-wrap-error": words.errorFile,
      "file-missing": words.errorFileMissing,
      "file-other": words.errorFileOther,
      "passkeys-full": words.errorPasskeysFull,
      "reseal-refused": words.errorReseal,
      "not-agreed": words.errorAgree,
      ...passkeyWords(words),
    };
    const said = problem instanceof Refusal && problem.words;
    this.error(said || own[problem.code] || words.errorCrypto, problem.code);
  }
}
