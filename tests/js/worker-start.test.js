// Starting a built worker from a real server: integrity is checked before a worker is made, and it fails closed.

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";

import { build } from "../../static/build.mjs";
import { refusal } from "./support.js";

let folder;
let server;
let startWorker;
let tamper; // what the server does to an answer
let made; // addresses at which a worker was made

/** Remembers where it was made, and answers each message with it. */
class Recorder extends EventTarget {
  constructor(url) {
    super();
    made.push(url);
    this.url = url;
  }

  postMessage({ id }) {
    queueMicrotask(() => this.dispatchEvent(new MessageEvent("message", { data: { id, result: this.url } })));
  }

  terminate() {}
}

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "portal-start-"));
  const manifest = await build({ out: folder });
  const workers = Object.entries(manifest).filter(([name]) => name.startsWith("workers/"));
  server = createServer(async ({ url }, answer) => tamper(answer, await readFile(path.join(folder, path.basename(url)), "utf8")));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = `http://127.0.0.1:${server.address().port}/staff/static/`;
  // what the build defines and a browser has
  globalThis.__WORKERS__ = Object.fromEntries(workers.map(([name, { file, integrity }]) => [path.basename(name, ".js"), { file, integrity }]));
  globalThis.document = { documentElement: { dataset: { static: "/staff/static/" } }, baseURI: address };
  globalThis.Worker = Recorder;
  ({ startWorker } = await import("../../static/src/lib/worker-client.js?start"));
});

beforeEach(() => {
  tamper = (answer, text) => answer.end(text);
  made = [];
});

after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

test("the built file starts, at the page's own static folder, wherever the app is mounted", async () => {
  for (const name of ["seal", "unseal", "keys"]) {
    const worker = await startWorker(name);
    const answered = await worker.call("anything");
    worker.terminate();
    assert.equal(new URL(answered).pathname, `/staff/static/${globalThis.__WORKERS__[name].file}`);
  }
  assert.equal(made.length, 3);
});

describe("no worker is made from", () => {
  const answers = {
    "a file with one byte more": (answer, text) => answer.end(`${text} `),
    "a file with one letter changed": (answer, text) => answer.end(text.replace("PFE1", "PFE2")),
    "an empty file": (answer) => answer.end(""),
    "a missing file": (answer) => answer.writeHead(404).end(),
    "the right file under a bad status": (answer, text) => answer.writeHead(500).end(text),
    "a redirection": (answer) => answer.writeHead(302, { Location: "/elsewhere.js" }).end(),
    "a broken connection": (answer) => answer.destroy(),
  };
  for (const [about, how] of Object.entries(answers)) {
    test(about, async () => {
      tamper = how;
      await assert.rejects(startWorker("seal"), refusal("worker"));
      assert.deepEqual(made, []);
    });
  }

  test("silence", async () => {
    tamper = () => {};
    await assert.rejects(startWorker("seal", { timeout: 50 }), refusal("timeout"));
    assert.deepEqual(made, []);
  });

  test("a name that is not of this build", async () => {
    for (const name of ["other", "__proto__", "constructor"]) await assert.rejects(startWorker(name), refusal("worker"));
    assert.deepEqual(made, []);
  });
});

test("Trusted Types: the one policy lets built workers through and nothing else", async (context) => {
  const policies = [];
  globalThis.trustedTypes = {
    createPolicy(name, rules) {
      policies.push({ name, ...rules });
      return rules;
    },
  };
  context.after(() => delete globalThis.trustedTypes);
  for (const name of ["seal", "keys"]) (await startWorker(name)).terminate();
  assert.deepEqual(policies.map(({ name }) => name), ["portal-worker"]);
  const [{ createScriptURL }] = policies;
  assert.equal(createScriptURL(made[0]), made[0]);
  for (const url of [`${made[0]}?x`, new URL("/other.js", made[0]).href, "data:text/javascript,1", ""]) {
    assert.throws(() => createScriptURL(url), TypeError);
  }
});

test("a browser that refuses to make the worker is a refusal with a code", async (context) => {
  context.after(() => (globalThis.Worker = Recorder));
  globalThis.Worker = class {
    constructor() {
      throw new TypeError("This document requires TrustedScriptURL");
    }
  };
  await assert.rejects(startWorker("seal"), refusal("worker"));
});
