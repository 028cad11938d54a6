// The page that collects: which slips it takes, what it asks issuers, and that nothing signed is lost on the way.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { before, describe, test } from "node:test";

import { collected } from "../../static/src/lib/ballot.js";
import { messages } from "../../static/src/lib/ballot-file.js";
import { fromB64url, toB64url } from "../../static/src/lib/bytes.js";
import { begin, unblind } from "../../static/src/lib/collecting.js";
import { CryptoError } from "../../static/src/lib/errors.js";
import { heldIn, openBox } from "../../static/src/public/ballot-box.js";
import { checkBallots } from "../../static/src/public/ballots-info.js";
import { askIssuer, NotSigned } from "../../static/src/public/collect-asking.js";
import { openWorkshop } from "../../static/src/public/collect-making.js";
import { belongs, runCollecting } from "../../static/src/public/collect-run.js";
import { judgeSlip, readSlip } from "../../static/src/public/collect-slip.js";
import { CONSULTATION, makeBallots, makeIssuers } from "./ballot-support.js";
import { makeLogKey } from "./public-support.js";
import { refusal } from "./support.js";

let logKey;
let issuers;
let info;
before(async () => {
  [logKey, issuers] = [await makeLogKey(), await makeIssuers()];
  info = await checkBallots(await makeBallots(logKey, issuers), CONSULTATION);
});

describe("a scanned slip", () => {
  const code = "0040-G20R-40M3-0E20-Z6";
  const slip = (key, { issuer = "VAN-PHONG", staff = "CB001" } = {}) => `PF1/CLAIM/${issuer}/${staff}/${code}/${key}`;
  const keyOf = (name) => info.issuers.find(({ issuer }) => issuer === name).keyId.toUpperCase();

  test("fills in its issuer's field", () => {
    const expected = { issuer: "van-phong", staffCode: "CB001", claimCode: code, key: keyOf("van-phong").toLowerCase() };
    assert.deepEqual(judgeSlip(slip(keyOf("van-phong")), info.issuers, ""), { slip: expected });
    assert.deepEqual(judgeSlip(` ${slip(keyOf("van-phong"))}\n`, info.issuers, " cb001 "), { slip: expected });
  });

  test("with another key than the log's is refused loudly, before anything else", () => {
    for (const key of ["0".repeat(64), keyOf("thanh-tra")]) {
      assert.equal(judgeSlip(slip(key), info.issuers, "CB002").refusal, "slipKey");
    }
  });

  test("of somebody else or of no issuer here is refused", () => {
    assert.equal(judgeSlip(slip(keyOf("van-phong")), info.issuers, "CB002").refusal, "slipPerson");
    assert.equal(judgeSlip(slip(keyOf("van-phong"), { issuer: "KHAC" }), info.issuers, "").refusal, "slipKind");
    const strangers = ["", "PF1/CARD/VAN-PHONG/X", `${slip("A".repeat(64))}/X`, slip("A".repeat(63)), slip("a".repeat(64)), "https://a.example"];
    for (const text of strangers) {
      assert.equal(readSlip(text), null, text);
      assert.equal(judgeSlip(text, info.issuers, "").refusal, "slipKind");
    }
  });
});

describe("asking an issuer", () => {
  /** A server that answers once by `reply(request, body)`; resolves with what `ask` gives or refuses. */
  async function asked(reply, count = 2) {
    const seen = {};
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", () => {
        Object.assign(seen, { method: request.method, url: request.url, headers: request.headers, body: JSON.parse(body) });
        reply(response);
      });
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${server.address().port}`;
    const claim = { staffCode: "CB001", claimCode: "CODE", messages: Array(count).fill(new Uint8Array(256)) };
    try {
      return { seen, answers: await askIssuer({ address }, CONSULTATION, claim, "vi") };
    } catch (error) {
      return { seen, error };
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }
  const json = (document, status = 200) => (response) => {
    response.writeHead(status, { "Content-Type": "application/json" });
    response.end(JSON.stringify(document).padEnd(8192));
  };
  const signature = toB64url(new Uint8Array(256).fill(7));

  test("sends both codes and the covered messages, and nothing else", async () => {
    const { seen, answers } = await asked(json({ signatures: [signature, signature] }));
    assert.deepEqual(answers, [fromB64url(signature), fromB64url(signature)]);
    assert.equal(`${seen.method} ${seen.url}`, "POST /rounds/phieu-2026/claim");
    const blinded = Array(2).fill(toB64url(new Uint8Array(256)));
    assert.deepEqual(seen.body, { staff_code: "CB001", claim_code: "CODE", blinded });
    assert.equal(seen.headers["accept-language"], "vi");
    for (const name of ["cookie", "authorization", "referer"]) assert.equal(seen.headers[name], undefined);
  });

  test("a refusal carries the issuer's words", async () => {
    const { error } = await asked(json({ error: "claim-unknown", message: "Mã không đúng." }, 403));
    assert.ok(error instanceof NotSigned);
    assert.deepEqual([error.code, error.words], ["claim-unknown", "Mã không đúng."]);
  });

  const odd = {
    "too few": json({ signatures: [signature] }),
    "too many": json({ signatures: [signature, signature, signature] }),
    "short ones": json({ signatures: ["AAAA", "AAAA"] }),
    "no base64url": json({ signatures: ["=", "="] }),
    numbers: json({ signatures: [1, 2] }),
    "no list": json({ signatures: "x" }),
    nothing: json(null),
    "no JSON": (response) => response.end("<html>"),
    "an error without words": json({}, 500),
  };
  for (const [name, reply] of Object.entries(odd)) {
    test(`an answer with ${name} is none`, async () => {
      const { error } = await asked(reply);
      assert.deepEqual([error.code, error.words], ["server", ""]);
    });
  }

  test("a redirection or a broken connection is a broken connection", async () => {
    const redirect = (response) => {
      response.writeHead(307, { Location: "https://elsewhere.example/" });
      response.end();
    };
    for (const reply of [redirect, (response) => response.destroy()]) {
      assert.equal((await asked(reply)).error.code, "network");
    }
  });
});

describe("collecting", () => {
  const codes = { staffCode: "CB001", claims: { "thanh-tra": "A", "van-phong": "B" } };

  /** Tools with real arithmetic; `refuse(issuer)` gives an error with which that issuer answers, or null. */
  async function tools({ box, refuse = () => null } = {}) {
    const told = [];
    const questions = [];
    const keys = Object.fromEntries(info.issuers.map(({ issuer, publicKey }) => [issuer, publicKey]));
    const maker = {
      begin: () => begin(CONSULTATION, keys, 2),
      unblind: ({ collection, issuer, answers }) => unblind(collection, issuer, answers),
    };
    const ask = async ({ issuer }, _consultation, claim) => {
      questions.push({ issuer, ...claim });
      const error = refuse(issuer);
      if (error) throw error;
      return issuers[issuer].sign(claim.messages);
    };
    const tell = (step, issuer) => told.push(issuer ? `${step} ${issuer.issuer}` : step);
    return { box: box ?? (await openBox(undefined)), maker, ask, tell, told, questions };
  }

  test("ends with ballots that are kept, and tells its steps", async () => {
    const kit = await tools();
    const { record, failures } = await runCollecting(info, codes, kit);
    assert.deepEqual(failures, []);
    assert.equal(record.state, "held");
    assert.deepEqual(await kit.box.read(CONSULTATION), record);
    assert.deepEqual(Object.keys(record).sort(), ["ballots", "consultation", "state"]); // nothing that was blinded
    for (const { seed, signatures } of record.ballots) await collected(CONSULTATION, seed, signatures, new Uint8Array(32));
    assert.deepEqual(kit.told, [
      "drawing", "asking thanh-tra", "checking thanh-tra", "storing thanh-tra",
      "asking van-phong", "checking van-phong", "storing van-phong",
    ]);
    assert.deepEqual(kit.questions.map(({ issuer, claimCode }) => [issuer, claimCode]), [["thanh-tra", "A"], ["van-phong", "B"]]);
  });

  test("goes on where it stopped, with the same messages, and asks nobody twice", async () => {
    // given one issuer out of reach
    const first = await tools({ refuse: (issuer) => (issuer === "thanh-tra" ? new NotSigned("network") : null) });
    const { record, failures } = await runCollecting(info, codes, first);
    assert.deepEqual(failures.map(({ issuer }) => issuer.issuer), ["thanh-tra"]);
    assert.deepEqual([record.state, Object.keys(record.signatures)], ["collecting", ["van-phong"]]);
    assert.doesNotMatch(JSON.stringify(record), /CB001/u);
    // when the page is opened again
    const second = await tools({ box: first.box });
    const end = await runCollecting(info, codes, second);
    // then only that issuer is asked, for what it was asked before
    assert.equal(end.record.state, "held");
    assert.deepEqual(second.questions.map(({ issuer }) => issuer), ["thanh-tra"]);
    assert.deepEqual(second.questions[0].messages, first.questions[0].messages);
    assert.ok(!second.told.includes("drawing"));
    // and a third time nobody is asked
    const third = await tools({ box: first.box });
    assert.equal((await runCollecting(info, codes, third)).record.state, "held");
    assert.deepEqual(third.questions, []);
  });

  test("what was drawn is kept before anybody is asked", async () => {
    const kit = await tools();
    let kept = null;
    kit.ask = async (_issuer, _consultation, claim) => {
      kept ??= { record: await kit.box.read(CONSULTATION), messages: claim.messages };
      throw new NotSigned("network");
    };
    await runCollecting(info, codes, kit);
    assert.deepEqual(messages(kept.record.collection, "thanh-tra"), kept.messages);
  });

  test("an answer that does not hold is not kept, and can be asked again", async () => {
    const kit = await tools();
    const honest = kit.ask;
    kit.ask = async (issuer, consultation, claim) => (await honest(issuer, consultation, claim)).reverse();
    const { record, failures } = await runCollecting(info, codes, kit);
    assert.deepEqual(failures.map(({ error }) => error.code), ["blind-signature-error", "blind-signature-error"]);
    assert.deepEqual(record.signatures, {});
    assert.equal((await runCollecting(info, codes, { ...kit, ask: honest })).record.state, "held");
  });

  test("two tabs collect one set", async () => {
    const one = await tools();
    const other = await tools({ box: one.box });
    const ends = await Promise.all([runCollecting(info, codes, one), runCollecting(info, codes, other)]);
    const asked = (kit) => kit.questions.map((question) => question.messages.map(toB64url).join());
    assert.equal(new Set([...asked(one), ...asked(other)]).size, 2); // one question for each issuer
    assert.deepEqual(heldIn(ends[0].record), heldIn(ends[1].record));
  });

  test("a half collection of other keys is not gone on with", async () => {
    const kit = await tools({ refuse: () => new NotSigned("network") });
    const { record } = await runCollecting(info, codes, kit);
    assert.ok(belongs(record, info));
    const changed = { ...info, issuers: [info.issuers[0], { ...info.issuers[1], publicKey: info.issuers[0].publicKey }] };
    assert.ok(!belongs(record, changed));
    assert.ok(!belongs(record, { ...info, issuers: info.issuers.slice(1) }));
    await assert.rejects(runCollecting(changed, codes, kit), refusal("key-format-error"));
  });
});

describe("the workshop", () => {
  function fake(result = () => ({})) {
    const log = [];
    const start = async (name) => {
      log.push(`start ${name}`);
      return {
        call: async (type, data, _transfer, progress) => {
          log.push(type);
          progress?.(1);
          return result(type, data);
        },
        terminate: () => log.push("end"),
      };
    };
    return { log, start };
  }

  test("hands out what was drawn ahead once", async () => {
    let count = 0;
    const { log, start } = fake(() => ({ drawn: (count += 1) }));
    const heard = [];
    const shop = openWorkshop(info, (done) => heard.push(done), start);
    shop.prepare();
    assert.deepEqual(await shop.begin(), { drawn: 1 });
    assert.deepEqual(await shop.begin(), { drawn: 2 });
    await shop.unblind({});
    await shop.end();
    assert.deepEqual(log, ["start collect", "begin", "begin", "unblind", "end"]);
    assert.deepEqual(heard, [1, 1]);
  });

  test("a worker that fails is told when it is needed, and tried again afterwards", async () => {
    const { start } = fake();
    let fails = true;
    const shop = openWorkshop(info, () => {}, (name) => (fails ? Promise.reject(new CryptoError("worker")) : start(name)));
    shop.prepare();
    await assert.rejects(shop.begin(), refusal("worker"));
    await shop.end();
    fails = false;
    assert.deepEqual(await shop.begin(), {});
  });
});
