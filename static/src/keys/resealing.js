// Passing comments on to a key that came after the opening: what this browser believes before it does, and the doing.

import { CryptoError } from "../lib/errors.js";
import { openCheckpoint } from "../lib/logproof.js";
import { parseVkey } from "../lib/note.js";
import { demand, loggedLeaf } from "../public/logged.js";
import { checkKey } from "../public/sealing-info.js";

/**
 * Check a job against the log, and refuse ("reseal-refused") one that would break recusal: a key that replaces another
 * gets comments from that one alone, its owner's; a newcomer only where they never held a key of the consultation.
 * Resolves with the target {kid, name, publicKey: base64url}.
 */
export async function checkJob(job, consultation) {
  try {
    const checkpoint = await openCheckpoint(job.checkpoint, await parseVkey(job.log_vkey));
    const { kid, name } = await checkKey(job.target, checkpoint);
    const reader = await loggedLeaf(job.reader, checkpoint);
    demand(reader.type === "reader" && reader.v === 1, "reader leaf kind");
    demand(reader.consultation === consultation && reader.kid === kid, "reader of another consultation or key");
    if (reader.replaces) demand(job.own && reader.replaces === job.sealer.kid, "somebody else's next key");
    else demand(!job.own && job.held.length === 0, "an account that held a key");
    return { kid, name, publicKey: job.target.public_key };
  } catch (error) {
    throw error?.code === "ed25519-unavailable" ? error : new CryptoError("reseal-refused", error);
  }
}

/**
 * Seal what is left, chunk by chunk, with an unlocked vault; resolves with the leaves whose envelope disagrees with
 * the log. `onProgress(count)` after each chunk. `clock`: {now(), rest(ms)}: chunks leave at whole beats, so that their
 * moments do not tell how long the work on single comments took. `signal` stops between chunks.
 */
export async function passOn({ api, url, vault, consultation, target, onProgress, clock, signal, beat = 500 }) {
  const broken = [];
  let after = -1;
  for (;;) {
    const begun = clock.now();
    const { items } = await api.get(`${url}?after=${after}`);
    if (!items.length) return broken;
    const results = await vault.open(consultation, items);
    results.forEach(({ state }, place) => state === "broken" && broken.push(items[place].index));
    const indexes = items.map(({ index }) => index);
    const sealed = await vault.call("reseal", { consultation, indexes, target });
    await clock.rest(beat - ((clock.now() - begun) % beat));
    signal.throwIfAborted();
    await api.post(url, { wraps: indexes.map((index, place) => ({ index, wrap: sealed[place] })) });
    onProgress(indexes.length);
    after = indexes.at(-1);
  }
}
