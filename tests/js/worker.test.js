// The page's and the worker's ends of the wire, joined here by a pair of ports: real messages, real cloning.

import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { MessageChannel } from "node:worker_threads";

import { CryptoError } from "../../static/src/lib/errors.js";
import { attach, startWorker } from "../../static/src/lib/worker-client.js";
import { serve } from "../../static/src/lib/worker-server.js";

/** A worker whose thread is this one. `ended` says whether the page has ended it. */
function workerOf(handlers) {
  const { port1: page, port2: inside } = new MessageChannel();
  const listeners = {};
  const worker = {
    ended: false,
    postMessage: (message, transfer) => page.postMessage(message, transfer),
    addEventListener(type, listener) {
      listeners[type] = listener;
      if (type === "message") page.on("message", (data) => listener({ data }));
    },
    crash: () => listeners.error({ preventDefault() {} }),
    terminate() {
      worker.ended = true;
      page.close();
    },
  };
  const scope = {
    postMessage: (message) => inside.postMessage(message),
    addEventListener: (_, listener) => inside.on("message", (data) => listener({ data })),
  };
  serve(handlers, scope);
  return worker;
}

const refusal = (code) => (error) => error instanceof CryptoError && error.code === code && error.message === code;

test("an answer comes back, bytes and all, and calls are answered in turn", async (context) => {
  const done = [];
  const handlers = {
    async slow(data) {
      await sleep(5);
      done.push("slow");
      return data.map((byte) => byte + 1);
    },
    quick: () => done.push("quick"),
  };
  const { call, terminate } = attach(workerOf(handlers));
  context.after(terminate);
  const [slow] = await Promise.all([call("slow", Uint8Array.of(1, 2)), call("quick")]);
  assert.deepEqual(slow, Uint8Array.of(2, 3));
  assert.deepEqual(done, ["slow", "quick"]);
});

test("a refusal keeps its code; any other error loses its words", async (context) => {
  const handlers = {
    refuse() {
      throw new CryptoError("wrong-passphrase");
    },
    crash() {
      throw new Error("the secret was 1234");
    },
  };
  const { call, terminate } = attach(workerOf(handlers));
  context.after(terminate);
  await assert.rejects(call("refuse"), refusal("wrong-passphrase"));
  await assert.rejects(call("crash"), refusal("crypto-error"));
  await assert.rejects(call("toString"), refusal("crypto-error")); // no handler of ours
});

test("what cannot be sent is refused, and the worker lives on", async (context) => {
  const { call, terminate } = attach(workerOf({ echo: (data) => data }));
  context.after(terminate);
  await assert.rejects(call("echo", () => {}), refusal("crypto-error"));
  assert.equal(await call("echo", 7), 7);
});

test("silence ends the worker and everything asked of it", async () => {
  const worker = workerOf({ sleep: () => new Promise(() => {}) });
  const { call } = attach(worker, 20);
  const asked = [call("sleep"), call("sleep")];
  const answers = await Promise.allSettled(asked);
  assert.deepEqual(answers.map(({ reason }) => reason.code), ["timeout", "timeout"]);
  assert.ok(worker.ended);
  await assert.rejects(call("sleep"), refusal("timeout"));
});

test("progress is told, and is not silence", async (context) => {
  const handlers = {
    async long(steps, progress) {
      for (let step = 1; step <= steps; step += 1) {
        await sleep(20);
        progress(step);
      }
      return "done";
    },
  };
  const { call, terminate } = attach(workerOf(handlers), 300); // less than all the steps take, far more than one
  context.after(terminate);
  const seen = [];
  assert.equal(await call("long", 20, [], (step) => seen.push(step)), "done");
  assert.deepEqual(seen, Array.from({ length: 20 }, (_, at) => at + 1));
});

test("a crash and an end reject what waits, each by its name", async () => {
  for (const [act, code] of [["crash", "worker"], ["terminate", "terminated"]]) {
    const worker = workerOf({ wait: () => new Promise(() => {}) });
    const hold = attach(worker);
    const asked = hold.call("wait");
    if (act === "crash") worker.crash();
    else hold.terminate();
    await assert.rejects(asked, refusal(code));
    await assert.rejects(hold.call("wait"), refusal(code));
    assert.ok(worker.ended);
  }
});

test("a worker that the build does not know is not started", async () => {
  await assert.rejects(startWorker("seal"), refusal("worker"));
  await assert.rejects(startWorker("__proto__"), refusal("worker"));
});
