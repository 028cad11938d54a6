// Which issuers the pages believe: those that the log's signed checkpoint shows, with the days and addresses frozen there.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import { toB64url } from "../../static/src/lib/bytes.js";
import { keyId } from "../../static/src/lib/collecting.js";
import { checkBallots, loadBallots } from "../../static/src/public/ballots-info.js";
import { CONSULTATION, makeBallots, makeIssuers } from "./ballot-support.js";
import { makeLogKey } from "./public-support.js";

let logKey;
let issuers;
let info;
before(async () => {
  [logKey, issuers] = [await makeLogKey(), await makeIssuers()];
  info = await checkBallots(await makeBallots(logKey, issuers), CONSULTATION);
});

describe("the issuers", () => {
  test("are those of the log, in the order of their names, with their keys' ids", async () => {
    assert.deepEqual(info.issuers.map(({ issuer }) => issuer), ["thanh-tra", "van-phong"]);
    for (const { issuer, publicKey, keyId: shown } of info.issuers) {
      assert.deepEqual(publicKey, issuers[issuer].publicKey);
      assert.equal(shown, await keyId(publicKey));
    }
    assert.deepEqual([info.each, info.collectFrom, info.opens, info.turnout], [3, "2026-11-23", "2026-12-01", null]);
  });

  test("come with the count of ballots once the lists are closed", async () => {
    const document = await makeBallots(logKey, issuers);
    const turnout = { ballots: 9, cards: 3, used: 1 };
    assert.deepEqual((await checkBallots({ ...document, turnout }, CONSULTATION)).turnout, turnout);
    await assert.rejects(checkBallots({ ...document, turnout: { ...turnout, used: -1 } }, CONSULTATION));
    await assert.rejects(checkBallots({ ...document, turnout: {} }, CONSULTATION));
  });

  // What the portal could answer beside a log that holds something else.
  const answers = {
    "another address": (document) => (document.issuers[0].address = "https://portal.example.vn"),
    "another name": (document) => (document.issuers[0].name_vi = "Khác"),
    "no address": (document) => (document.issuers[0].address = "https://a.example/x; script-src *"),
    "one issuer only": (document) => document.issuers.pop(),
    "an issuer twice": (document) => (document.issuers[1] = document.issuers[0]),
    "another order": (document) => document.issuers.reverse(),
    "the other's key": (document) => (document.issuers[0].key = document.issuers[1].key),
    "a key that is not in the log": (document) => {
      const leaf = JSON.parse(document.issuers[0].key.leaf);
      document.issuers[0].key.leaf = JSON.stringify({ ...leaf, public_key: toB64url(new Uint8Array(294)) });
    },
    "other days": (document) => (document.collect_until = "2026-12-10"),
    "another number": (document) => (document.each = 4),
    "another beginning": (document) => (document.opens = "2026-11-24"),
    "changed settings": (document) => (document.settings.max_chars = 999),
    "another consultation": (document) => (document.consultation = "other"),
    "another log's signature": async (document) => (document.log_vkey = (await makeLogKey()).vkey),
    "an altered checkpoint": (document) => (document.checkpoint = document.checkpoint.replace("\n4\n", "\n5\n")),
  };
  for (const [name, change] of Object.entries(answers)) {
    test(`are refused with ${name}`, async () => {
      const document = await makeBallots(logKey, issuers);
      await change(document);
      await assert.rejects(checkBallots(document, CONSULTATION));
    });
  }

  test("are refused with a key that came after the opening", async () => {
    // The honest key stands first, so an auditor is not misled; the visitor must not be either.
    const document = await makeBallots(logKey, issuers, () => {}, { late: "thanh-tra" });
    await assert.rejects(checkBallots(document, CONSULTATION), /key after the opening/u);
  });

  // What a log could hold that is not an opening with these issuers.
  const logged = {
    "an opening of version 1": ({ opening }) => (opening.v = 1),
    "a closing": ({ opening }) => (opening.action = "close"),
    "an opening of another consultation": ({ opening }) => (opening.consultation = "other"),
    "three issuers": ({ opening }) => (opening.issuers = ["thanh-tra", "van-phong", "x1"]),
    "a key of another consultation": ({ keys }) => (keys[0].consultation = "other"),
    "a key of another issuer": ({ keys }) => (keys[0].issuer = "van-phong"),
    "a key for another algorithm": ({ keys }) => (keys[0].alg = "X-Wing"),
    "a leaf of another type": ({ keys }) => (keys[0].type = "roster"),
    "one key for both": ({ keys }) => (keys[0].public_key = keys[1].public_key),
    "a key of no size": ({ keys }) => (keys[0].public_key = "AAAA"),
    "settings with another number": ({ settings }) => (settings.ballots.each = 9),
    "settings without ballots": ({ settings }) => delete settings.ballots,
    "settings of another digest": ({ opening }) => (opening.settings_sha256 = "0".repeat(64)),
  };
  for (const [name, change] of Object.entries(logged)) {
    test(`are refused where the log holds ${name}`, async () => {
      await assert.rejects(checkBallots(await makeBallots(logKey, issuers, change), CONSULTATION));
    });
  }

  test("are refused by a name that the page has words for", async (context) => {
    const own = globalThis.fetch;
    context.after(() => (globalThis.fetch = own));
    const answer = (body) => (globalThis.fetch = async () => new Response(JSON.stringify(body)));
    answer({});
    await assert.rejects(loadBallots("/x", CONSULTATION), { code: "keys" });
    globalThis.fetch = async () => new Response("", { status: 500 });
    await assert.rejects(loadBallots("/x", CONSULTATION), { code: "load" });
    globalThis.fetch = () => Promise.reject(new TypeError("no"));
    await assert.rejects(loadBallots("/x", CONSULTATION), { code: "load" });
    answer(await makeBallots(logKey, issuers));
    assert.equal((await loadBallots("/x", CONSULTATION)).consultation, CONSULTATION);
  });
});
