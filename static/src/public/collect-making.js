// The worker that makes ballots, started while codes are typed: nobody waits for its arithmetic afterwards.
import { startWorker } from "../lib/worker-client.js";

/**
 * {prepare(), begin(), unblind({collection, issuer, answers}), end()} for the issuers of `info`. What `prepare` draws
 * ahead is handed out once, by `begin`; `end` forgets it and stops the worker, and all of it may be called again.
 * `onProgress` hears how many ballots are blinded. `begin` and `unblind` reject with a CryptoError.
 */
export function openWorkshop({ consultation, issuers, each }, onProgress, start = startWorker) {
  let worker = null;
  let drawn = null;
  const keys = Object.fromEntries(issuers.map(({ issuer, publicKey }) => [issuer, publicKey]));
  const call = async (...message) => (await (worker ??= start("collect"))).call(...message);
  const draw = () => (drawn ??= call("begin", { consultation, keys, each }, [], onProgress));
  return {
    prepare() {
      draw().catch(() => {}); // told when the button is pressed
    },
    begin() {
      const collection = draw();
      drawn = null;
      return collection;
    },
    unblind: (answer) => call("unblind", answer),
    async end() {
      const running = worker;
      [worker, drawn] = [null, null];
      (await running?.catch(() => null))?.terminate();
    },
  };
}
