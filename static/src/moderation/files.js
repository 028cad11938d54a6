// The files of the open comment. They are opened in the worker and looked at in a sandboxed frame, nowhere else: there is no
// link to save one, because what comes from an unknown sender should not be opened by other programs.

import { Refusal } from "./api.js";
import { byId, clone, fill, part, say } from "./dom.js";
import { shelfOf } from "./shelves.js";

const SANDBOX = "allow-scripts"; // and nothing else: the frame has no origin, so no cookie, no storage and no way to the desk

export class Files {
  static get present() {
    return byId("files") !== null;
  }

  constructor(words, api, unsealer, { fetch = globalThis.fetch.bind(globalThis) } = {}) {
    Object.assign(this, { words, api, unsealer, fetch });
    this.root = byId("files");
    this.own = this.root.dataset;
    this.row = null;
    this.items = null; // all files of the consultation, as the portal lists them; null while locked
    this.sealed = new Map(); // fetched and still sealed, by hash
    part(this.root, "close").addEventListener("click", () => this.#closeViewer(true));
  }

  get dirty() {
    return false;
  }

  show(row) {
    this.#closeViewer();
    this.row = row;
    const files = row.payload?.files ?? [];
    this.root.hidden = files.length === 0;
    part(this.root, "list").replaceChildren(...files.map((file, place) => this.#line(file, place)));
    this.#tell("");
    // Whoever reads here fetches the first shelf, with or without files of this comment.
    if (this.items === null) this.#stock(null).catch(() => {});
  }

  clear() {
    this.#closeViewer();
    this.row = this.items = null;
    this.sealed.clear();
    this.root.hidden = true;
    part(this.root, "list").replaceChildren();
    this.#tell("");
  }

  #line({ type }, place) {
    const line = clone("file-line");
    const name = fill(this.own.name, { number: place + 1, kind: this.own[`type${type[0].toUpperCase()}${type.slice(1)}`] });
    line.querySelector("[data-name]").textContent = name;
    const button = line.querySelector("[data-open]");
    button.setAttribute("aria-label", fill(this.own.open, { name }));
    button.addEventListener("click", () => this.#open(place, name, button));
    return line;
  }

  async #open(place, name, button) {
    const { row } = this;
    button.disabled = true;
    this.#closeViewer();
    this.#tell(this.own.fetching);
    try {
      const sealed = await this.#sealedBytes(row.payload.files[place].sha256);
      const file = await this.unsealer.call("open-file", { index: row.index, place, sealed });
      if (this.row !== row) return file.data.fill(0); // another comment, or locked meanwhile
      this.#tell("");
      this.#openViewer(file, name, button);
    } catch (error) {
      if (this.row === row) this.#tell(this.#explain(error));
    } finally {
      button.disabled = false;
    }
    return undefined;
  }

  #explain(error) {
    if (error instanceof Refusal) {
      const own = { network: this.words.errorNetwork, session: this.words.errorSession, missing: this.own.missing };
      return error.words || own[error.code] || this.own.missing;
    }
    return error.code === "file-altered" ? this.own.altered : this.own.failed;
  }

  async #sealedBytes(sha256) {
    if (!this.sealed.has(sha256)) await this.#stock(sha256);
    if (!this.sealed.has(sha256)) throw new Refusal("missing");
    return this.sealed.get(sha256);
  }

  /** Fetch the shelf of that file, or the first one, and keep it sealed until the desk locks. */
  async #stock(sha256) {
    if (!this.items?.some((item) => item.sha256 === sha256)) {
      this.items = [];
      this.items = (await this.api.get(this.own.url)).items;
    }
    const { items } = this;
    for (const item of shelfOf(items, sha256)) {
      if (!this.sealed.has(item.sha256)) {
        const data = await this.#fetchOne(item.sha256);
        if (this.items !== items) throw new Refusal("network"); // locked meanwhile
        this.sealed.set(item.sha256, data);
      }
    }
  }

  async #fetchOne(sha256) {
    let answer;
    try {
      answer = await this.fetch(`${this.own.url}/${sha256}`, { credentials: "same-origin", cache: "no-store", redirect: "error" });
      if (answer.ok) return new Uint8Array(await answer.arrayBuffer());
    } catch {
      throw new Refusal("network");
    }
    throw new Refusal(answer.status === 401 ? "session" : "missing");
  }

  #openViewer({ type, data }, name, button) {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", SANDBOX);
    frame.title = name;
    frame.src = this.own.viewer;
    frame.className = "files-viewer__frame";
    frame.addEventListener("load", () => this.#hand(frame, { type, data }), { once: true });
    this.opener = button;
    part(this.root, "title").textContent = name;
    part(this.root, "frame").replaceChildren(frame);
    part(this.root, "viewer").hidden = false;
    part(this.root, "title").focus();
  }

  #hand(frame, { type, data }) {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", ({ data: word }) => {
      // Reading in the frame is presence at the desk, which locks itself when nobody is there.
      if (word === "reading" && frame.isConnected) document.dispatchEvent(new Event("pointermove"));
    });
    port1.start();
    // "*": the frame has no origin to name. Only this file goes in, and the frame was opened for it.
    frame.contentWindow.postMessage({ type, data: data.buffer }, "*", [port2, data.buffer]);
  }

  #closeViewer(back = false) {
    part(this.root, "frame").replaceChildren();
    part(this.root, "viewer").hidden = true;
    if (back) this.opener?.focus();
  }

  #tell(text) {
    say(part(this.root, "state"), text);
  }
}
