// Reading and answering what moderators ask about one's comment. What is asked of the portal is the same whether there
// are messages or not: of every consultation the bucket that holds the receipt's box among many others.
import { startWorker } from "../lib/worker-client.js";
import { layOutAnswer } from "./mail-answer.js";
import { memory } from "./mail-memory.js";
import { showTalk } from "./mail-view.js";
import { attend, byId, show, words } from "./dom.js";

let worker = null;

/** Lay out the button; `typed` gives the code's bytes or throws, `tell` shows a sentence at the code ("" for none). */
export function offerMail({ typed, tell }) {
  const button = document.getElementById("read-button");
  if (!button) return; // no consultation has conversations now
  const answer = layOutAnswer((text) => worker.call("answer", { text }));
  memory.layOut();
  button.addEventListener("click", async () => {
    const raw = typed();
    if (!raw || !(await answer.mayLeave())) return;
    busy(button, true);
    close(answer);
    try {
      await read(raw, answer);
    } catch (error) {
      tell(words(WORDS[error?.code] ?? "network"));
    } finally {
      busy(button, false);
    }
  });
}

const WORDS = { worker: "errorWorker", timeout: "errorWorker", "no-webcrypto": "unsupported", "message-error": "errorMail" };

/** Nothing of another code's conversation stays in the page or in reach. */
function close(answer) {
  worker?.terminate();
  worker = null;
  show(byId("mail"), false);
  byId("mail-list").replaceChildren();
  answer.close();
}

async function read(raw, answer) {
  worker = await startWorker("mail");
  const talks = [...document.querySelectorAll("[data-talk]")].map(({ dataset }) => dataset);
  const places = talks.map(({ talk, comments }) => ({ consultation: talk, comments: Number(comments) }));
  const buckets = await worker.call("begin", { raw, talks: places });
  const bodies = await Promise.all(buckets.map((bucket, place) => fetchBucket(talks[place].url, bucket)));
  const lists = places.map((place, nth) => ({ ...place, data: bodies[nth] }));
  const tellTried = (count) => (byId("reading").textContent = words("opening", { count }));
  const found = await worker.call("open", { lists }, [], tellTried);
  const talk = talks.find((one) => one.talk === found.consultation);
  showTalk(found, talk);
  answer.open(found, talk);
  show(byId("mail"));
  attend(byId("mail-title"));
}

async function fetchBucket(url, bucket) {
  const answer = await fetch(`${url}/${bucket}`, { credentials: "omit", cache: "no-store", redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  return new Uint8Array(await answer.arrayBuffer());
}

function busy(button, working) {
  button.disabled = working;
  byId("reading").textContent = working ? words("fetching") : "";
}
