// The panel that turns a passphrase or a passkey into opened comments, and back into nothing.

import { CryptoError } from "../lib/errors.js";
import { normalPassphrase } from "../lib/passphrase.js";
import { byId, fill, part, say, showError } from "./dom.js";
import { KEY_FILE_MAX, readKeyFile } from "./keyfile.js";
import { openAll } from "./opening.js";
import { offerPasskey, passkeyWords, usePasskey } from "./passkey.js";
import { study } from "./study.js";
import { Vault } from "./vault.js";

export class UnlockPanel {
  /** `onOpened({rows, broken, tried})` is called once all comments have been tried. */
  constructor(words, api, onOpened) {
    Object.assign(this, { words, api, onOpened });
    this.root = byId("unlock");
    this.form = part(this.root, "unlock-form");
    this.phrase = byId("passphrase");
    this.file = byId("key-file");
    this.vault = null;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run();
    });
    part(this.root, "cancel").addEventListener("click", () => this.show());
    offerPasskey(this.root, () => this.#run({ byPasskey: true }));
  }

  /** The worker, as panels use it: {@link Vault.call}. */
  call(type, data, onProgress) {
    return this.vault ? this.vault.call(type, data, onProgress) : Promise.reject(new CryptoError("terminated"));
  }

  hide() {
    this.root.hidden = true;
    part(this.root, "opening").hidden = true;
  }

  /** Back to the passphrase: the worker with the seed is gone, and so is what was typed. */
  show() {
    const wasOpen = this.root.hidden;
    this.stop?.abort();
    this.vault?.end();
    this.vault = null;
    this.form.reset();
    this.root.hidden = false;
    part(this.root, "opening").hidden = true;
    this.form.hidden = false;
    part(this.root, "locked-note").hidden = !wasOpen;
    this.#error("");
    (this.phrase.offsetParent ? this.phrase : byId("unlock-title")).focus();
  }

  async #run({ byPasskey = false } = {}) {
    const passphrase = byPasskey ? null : normalPassphrase(this.phrase.value);
    if (passphrase === "") return this.#error(this.words.errorPassphraseEmpty);
    const file = this.file.files[0] ?? null;
    this.#error("");
    this.#busy(this.words.openingKey);
    const stop = (this.stop = new AbortController());
    try {
      const opened = await this.#open(passphrase, file, stop.signal);
      if (!stop.signal.aborted) this.onOpened(opened);
    } catch (error) {
      if (!stop.signal.aborted) this.#failed(error);
    }
    return undefined;
  }

  async #open(passphrase, file, signal) {
    const own = await this.api.get(this.words.urlKey);
    const wrapped = file ? await this.#fromFile(file, own) : own.wrapped;
    const vault = (this.vault = new Vault());
    const passkey = passphrase === null ? await usePasskey(wrapped.passkeys ?? []) : null;
    signal.throwIfAborted();
    await vault.unlock({ wrapped, passphrase, passkey, kid: own.kid });
    this.form.reset();
    const onDone = (count) => this.#advance(count);
    const opened = await openAll({ api: this.api, words: this.words, vault, signal, onDone });
    // The seed has done its work; the worker goes on holding the comments' own keys.
    await vault.call("settle");
    await study(vault, opened.rows);
    return opened;
  }

  async #fromFile(file, own) {
    const found = file.size <= KEY_FILE_MAX ? readKeyFile(await file.text()) : null;
    if (!found) throw new CryptoError("key-wrap-error");
    if (found.kid !== own.kid) throw new CryptoError("file-other");
    return found.wrapped;
  }

  #advance(done) {
    const bar = this.root.querySelector("progress");
    bar.value = Math.min(done, bar.max);
    const share = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" }).format(bar.value / bar.max);
    const text = fill(this.words.openingComments, { share });
    part(this.root, "opening-text").textContent = text;
    // Read out at each quarter only: a voice that counts every comment says nothing.
    const quarter = Math.floor((4 * bar.value) / bar.max);
    if (quarter > this.quarter) say(byId("status"), text);
    this.quarter = quarter;
  }

  #busy(text) {
    this.form.hidden = true;
    part(this.root, "locked-note").hidden = true;
    part(this.root, "opening").hidden = false;
    this.root.querySelector("progress").value = 0;
    this.quarter = 0;
    part(this.root, "opening-text").textContent = text;
    say(byId("status"), text);
    part(this.root, "cancel").focus();
  }

  #failed(error) {
    this.show();
    part(this.root, "locked-note").hidden = true;
    const { code } = error;
    if (code === "not-fresh") {
      part(this.root, "stale").hidden = false;
      this.form.hidden = true;
    }
    const own = {
      "wrong-passphrase": this.words.errorPassphrase,
      ...passkeyWords(this.words),
      "key-wrap-error": this.words.errorFile,
      "file-other": this.words.errorFileOther,
      worker: this.words.errorWorker,
      timeout: this.words.errorWorker,
      network: this.words.errorNetwork,
      session: this.words.errorSession,
    };
    this.#error(error.words || own[code] || this.words.errorCrypto);
  }

  #error(text) {
    showError(part(this.root, "unlock-error"), part(this.root, "unlock-error-text"), text);
  }
}
