// Passing comments on: unlock, agree, and let it run. The seed lives in the worker and ends with it.

import { CryptoError } from "../lib/errors.js";
import { normalPassphrase } from "../lib/passphrase.js";
import { checkJob, passOn } from "../keys/resealing.js";
import { Task } from "../keys/task.js";
import { makeApi } from "../moderation/api.js";
import { byId, fill, part } from "../moderation/dom.js";
import { offerPasskey, usePasskey } from "../moderation/passkey.js";
import { Vault } from "../moderation/vault.js";

const root = byId("reseal");
const words = byId("words").dataset;
const api = makeApi(words.csrf);
const task = new Task(root, words);
const phrase = byId("passphrase");
const agreed = byId("agreed");
const clock = { now: () => performance.now(), rest: (ms) => new Promise((done) => setTimeout(done, ms)) };
let stop = null;

async function start(byPasskey) {
  const passphrase = byPasskey ? null : normalPassphrase(phrase.value);
  if (agreed && !agreed.checked) throw new CryptoError("not-agreed");
  if (passphrase === "") throw new CryptoError("empty");
  const found = await api.get(words.urlJob);
  const target = await checkJob(found, words.cid);
  const { kid, wrapped } = found.sealer;
  const passkey = byPasskey ? await usePasskey(wrapped.passkeys ?? []) : null;
  const vault = new Vault();
  stop = new AbortController();
  try {
    task.say(words.busy);
    await vault.unlock({ wrapped, passphrase, passkey, kid });
    phrase.value = "";
    task.go("running");
    const job = { url: words.urlRows, consultation: words.cid, target };
    done(await passOn({ ...job, api, vault, onProgress, clock, signal: stop.signal }));
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    task.go("start");
  } finally {
    vault.end();
    stop = null;
  }
}

function onProgress(count) {
  const bar = root.querySelector("progress");
  bar.max = Math.max(bar.max, bar.value + count); // comments may have come since the page was loaded
  bar.value += count;
  part(root, "running-text").textContent = fill(words.running, { done: bar.value, total: bar.max });
}

function done(broken) {
  task.go("done");
  part(root, "broken").hidden = !broken.length;
  part(root, "broken-text").textContent = broken.length ? fill(words.broken, { list: broken.join(", ") }) : "";
}

async function run(byPasskey) {
  if (await task.run(part(root, "go"), () => start(byPasskey))) return;
  const { textContent } = part(root, "error-text");
  const code = part(root, "error-verify").hidden ? "" : "not-fresh";
  task.go("start");
  task.error(textContent, code);
}

root.querySelector("form[data-step]").addEventListener("submit", (event) => {
  event.preventDefault();
  run(false);
});
offerPasskey(root, () => run(true));
part(root, "stop").addEventListener("click", () => stop?.abort());
window.addEventListener("beforeunload", (event) => {
  if (stop) event.preventDefault();
});
