// A page's hold on a worker. Fails closed: a file that is not the built one, a crash, or silence rejects with a code.

import { CryptoError } from "./errors.js";

// What the build knows of the workers: {name: {file, integrity}}. Undefined only where nothing was bundled.
const WORKERS = typeof __WORKERS__ === "undefined" ? {} : __WORKERS__;
const TIMEOUT = 30_000; // milliseconds
let policy = null;

/**
 * Start static/src/workers/<name>.js. Resolves with {call(type, data, transfer, onProgress), terminate()}; `call`
 * resolves with the handler's result. Rejects with a CryptoError: "worker" (not the built file, or it died), "timeout"
 * (nothing for `timeout` milliseconds: the worker is ended), "terminated", or the code that the handler refused with.
 */
export async function startWorker(name, { timeout = TIMEOUT } = {}) {
  const url = await checkedUrl(name, timeout);
  return attach(makeWorker(url), timeout);
}

/** The same for a worker at hand: anything with postMessage, terminate and addEventListener. */
export function attach(worker, timeout = TIMEOUT) {
  const waiting = new Map();
  let ended = null; // the code with which everything is refused from now on
  let serial = 0;

  const end = (code) => {
    ended ??= code;
    worker.terminate();
    for (const { settle } of [...waiting.values()]) settle("reject", new CryptoError(ended));
  };

  worker.addEventListener("error", (event) => {
    event.preventDefault?.(); // its message may quote data
    end("worker");
  });
  worker.addEventListener("messageerror", () => end("worker"));
  worker.addEventListener("message", ({ data }) => {
    const call = waiting.get(data?.id);
    if (!call) return;
    if ("progress" in data) call.progress(data.progress);
    else if ("error" in data) call.settle("reject", new CryptoError(data.error));
    else call.settle("resolve", data.result);
  });

  const call = (type, data, transfer = [], onProgress = () => {}) =>
    new Promise((resolve, reject) => {
      if (ended) return reject(new CryptoError(ended));
      const id = (serial += 1);
      let timer = 0;
      const rest = () => {
        clearTimeout(timer);
        timer = setTimeout(() => end("timeout"), timeout);
      };
      const settle = (how, value) => {
        clearTimeout(timer);
        waiting.delete(id);
        ({ resolve, reject })[how](value);
      };
      const progress = (value) => {
        rest(); // a worker that tells how far it is has not fallen silent
        onProgress(value);
      };
      waiting.set(id, { settle, progress });
      rest();
      try {
        worker.postMessage({ id, type, data }, transfer);
      } catch (error) {
        settle("reject", new CryptoError("crypto-error", error)); // data that cannot be cloned
      }
      return undefined;
    });

  return { call, terminate: () => end("terminated") };
}

// The build's digest of the file holds or the fetch fails; the worker then comes from the same immutable address.
async function checkedUrl(name, timeout) {
  if (!Object.hasOwn(WORKERS, name)) throw new CryptoError("worker");
  const { file, integrity } = WORKERS[name];
  const url = urlOf(file);
  try {
    const signal = AbortSignal.timeout(timeout);
    const answer = await fetch(url, { integrity, signal, credentials: "same-origin", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    await answer.arrayBuffer();
  } catch (error) {
    throw new CryptoError(error?.name === "TimeoutError" ? "timeout" : "worker", error);
  }
  return url;
}

const urlOf = (file) => new URL(document.documentElement.dataset.static + file, document.baseURI).href;

function makeWorker(url) {
  try {
    return new Worker(trusted(url));
  } catch (error) {
    throw new CryptoError("worker", error);
  }
}

// Trusted Types: the document's one policy, which lets through the addresses of built workers and nothing else.
function trusted(url) {
  if (typeof trustedTypes === "undefined") return url;
  policy ??= trustedTypes.createPolicy("portal-worker", {
    createScriptURL(text) {
      const known = Object.values(WORKERS).map(({ file }) => urlOf(file));
      if (!known.includes(text)) throw new TypeError("not a worker of this build");
      return text;
    },
  });
  return policy.createScriptURL(url);
}
