// Passing comments on: what a browser believes of a job before it does, and how chunks leave.

import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { toB64url, toHex, sha256 } from "../../static/src/lib/bytes.js";
import { canonicalBytes } from "../../static/src/lib/canonical.js";
import { checkJob, passOn } from "../../static/src/keys/resealing.js";
import { makeLogKey, makeTree } from "./public-support.js";
import { refusal } from "./support.js";

const CID = "thu-2026";
const SEALER = "5".repeat(32);
const text = (document) => new TextDecoder().decode(canonicalBytes(document));
let logKey;
before(async () => {
  logKey = await makeLogKey();
});

/** A job whose leaves stand in a log; `reader`, `key`: what these leaves say otherwise; `more`: what the answer does */
async function jobFor({ reader = {}, key = {}, ...more } = {}) {
  const publicKey = crypto.getRandomValues(new Uint8Array(1216));
  const digest = toHex(await sha256(publicKey));
  const kid = digest.slice(0, 32);
  const keyLeaf = text({ type: "key", v: 1, action: "add", kid, alg: "X-Wing", public_key_sha256: digest, ...key });
  const readerLeaf = text({ type: "reader", v: 1, consultation: CID, kid, replaces: "", ...reader });
  const other = text({ type: "erasure", v: 1, leaf: 0 });
  const { proofs, checkpoint } = await makeTree(logKey, [keyLeaf, other, readerLeaf, other]);
  return {
    sealer: { kid: SEALER, wrapped: {} }, own: false, held: [], checkpoint, log_vkey: logKey.vkey,
    target: { kid, name: "Newcomer", public_key: toB64url(publicKey), index: 0, leaf: keyLeaf, proof: proofs[0] },
    reader: { index: 2, leaf: readerLeaf, proof: proofs[2] },
    ...more,
  };
}

describe("a job that the log bears out", () => {
  test("for a newcomer", async () => {
    const job = await jobFor();
    const { kid, public_key: publicKey } = job.target;
    assert.deepEqual(await checkJob(job, CID), { kid, name: "Newcomer", publicKey });
  });

  test("for one's own next key", async () => {
    assert.ok(await checkJob(await jobFor({ reader: { replaces: SEALER }, own: true }), CID));
  });
});

describe("a job is refused", () => {
  const refused = async (job, consultation = CID) => {
    await assert.rejects(checkJob(job, consultation), refusal("reseal-refused"));
  };

  const other = "6".repeat(32);
  test("to somebody who held a key of the consultation", async () => refused(await jobFor({ held: [other] })));
  test("to the next key of somebody else", async () =>
    refused(await jobFor({ reader: { replaces: other }, own: true })));
  test("to a next key that is called a newcomer's", async () =>
    refused(await jobFor({ reader: { replaces: SEALER } })));
  test("to a newcomer that is called one's own", async () => refused(await jobFor({ own: true })));
  test("for another consultation", async () => refused(await jobFor({ reader: { consultation: "khac-2026" } })));
  test("where the page is another consultation's", async () => refused(await jobFor(), "khac-2026"));
  test("for another key than the reader's leaf names", async () => refused(await jobFor({ reader: { kid: other } })));
  test("where the leaf is of another kind", async () => refused(await jobFor({ reader: { type: "reading" } })));
  test("to a revoked key", async () => refused(await jobFor({ key: { action: "revoke" } })));

  test("whose proof or checkpoint is another's", async () => {
    const [job, other] = [await jobFor(), await jobFor()];
    await refused({ ...job, reader: other.reader });
    await refused({ ...job, checkpoint: other.checkpoint });
    await refused({ ...job, target: { ...job.target, public_key: other.target.public_key } });
    await refused({ ...job, log_vkey: (await makeLogKey()).vkey });
  });
});

describe("passing on", () => {
  const clock = () => {
    let now = 40;
    return {
      now: () => now,
      rest: async (ms) => {
        now += ms;
      },
      work: (ms) => {
        now += ms;
      },
    };
  };

  /** A server with that many comments left, and a worker for which each comment takes as long as `cost` says. */
  function stage(count, cost, time) {
    const left = Array.from({ length: count }, (_, index) => ({ index, leaf: "", envelope: "" }));
    const posts = [];
    const api = {
      get: async (address) => {
        assert.equal(address, `/rows?after=${posts.length ? posts.at(-1).indexes.at(-1) : -1}`);
        return { items: left.slice(0, 4) };
      },
      post: async (_url, body) => {
        posts.push({ at: time.now(), indexes: body.wraps.map(({ index }) => index), keys: Object.keys(body.wraps[0]) });
        left.splice(0, body.wraps.length);
        return { kept: body.wraps.length };
      },
    };
    const vault = {
      open: async (_cid, items) =>
        items.map(({ index }) => ({ state: index === 5 ? "broken" : index % 2 ? "closed" : "open" })),
      call: async (_type, { indexes }) => {
        indexes.forEach((index) => time.work(cost(index)));
        return indexes.map((index) => `wrap ${index}`);
      },
    };
    return { api, vault, posts };
  }

  const run = ({ api, vault }, time, signal = new AbortController().signal, onProgress = () => {}) =>
    passOn({ api, url: "/rows", vault, consultation: CID, target: {}, clock: time, signal, onProgress });

  test("sends every comment in order, those that do not open included, and tells which are broken", async () => {
    const time = clock();
    const held = stage(10, () => 1, time);
    const seen = [];
    assert.deepEqual(await run(held, time, undefined, (done) => seen.push(done)), [5]);
    assert.deepEqual(held.posts.flatMap(({ indexes }) => indexes), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    assert.deepEqual(held.posts[0].keys, ["index", "wrap"]);
    assert.deepEqual(seen, [4, 4, 2]);
  });

  test("leaves at the same moments, however long single comments took", async () => {
    const moments = [];
    for (const cost of [() => 1, (index) => (index % 2 ? 40 : 3)]) {
      const time = clock();
      const held = stage(8, cost, time);
      await run(held, time);
      moments.push(held.posts.map(({ at }) => at));
    }
    assert.deepEqual(moments[0], moments[1]);
  });

  test("stops between chunks", async () => {
    const time = clock();
    const stop = new AbortController();
    const held = stage(8, () => 1, time);
    await assert.rejects(run(held, time, stop.signal, () => stop.abort()));
    assert.equal(held.posts.length, 1);
  });
});
