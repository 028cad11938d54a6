// Cleaning a chosen file before anything else is done with it. What cannot be cleaned is not taken: there is no other way.

import { FILE_MAX } from "../../lib/attachment.js";
import { startWorker } from "../../lib/worker-client.js";
import { kindOf, WORKER_OF } from "../../strip/kind.js";
import { refusal } from "../../strip/refusal.js";

const LARGEST = 10_000_000; // bytes of a chosen file, as the page says it: 10 MB
const TIMEOUT = 180_000; // milliseconds: a long PDF on an old computer
let last = Promise.resolve();

/**
 * {data, type, removed: [{kind, count}], left: [kind]} of a File; rejects with a CryptoError whose code says why it is not
 * taken. One after another: each holds its file in memory several times over.
 */
export function cleaned(file) {
  const next = last.then(() => clean(file));
  last = next.catch(() => {});
  return next;
}

async function clean(file) {
  if (file.size > LARGEST) throw refusal("too-large");
  const data = await bytesOf(file);
  const worker = await startWorker(WORKER_OF[kindOf(data)], { timeout: TIMEOUT });
  try {
    const made = await worker.call("strip", { data, most: FILE_MAX }, [data.buffer]);
    if (made.data.length > FILE_MAX) throw refusal("too-large");
    return made;
  } finally {
    worker.terminate();
  }
}

// A folder, or a file that is gone by now, cannot be read.
async function bytesOf(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw refusal("unreadable", error);
  }
}
