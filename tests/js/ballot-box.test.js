// Where ballots lie: the rules of its records, and what stays on the computer. The browser's own IndexedDB is met in
// tests/browser.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { IDBFactory } from "fake-indexeddb";

import { heldIn, openBox, putIn, takeOut } from "../../static/src/public/ballot-box.js";

describe("the box", () => {
  const ballot = (byte) => ({ seed: new Uint8Array(32).fill(byte), signatures: [new Uint8Array(256)] });
  const broken = [
    undefined,
    {},
    { open: () => { throw new DOMException("no", "SecurityError"); } },
    { open: () => Object.assign(new EventTarget(), { error: new DOMException("no") }) },
  ];

  test("is the page's memory where the browser keeps nothing", async () => {
    for (const factory of broken.slice(0, 3)) {
      const box = await openBox(factory);
      assert.equal(box.lasting, false);
      await box.write({ consultation: "a", state: "held", ballots: [ballot(1)] });
      assert.equal(heldIn(await box.read("a")).length, 1);
      await box.remove("a");
      assert.equal(await box.read("a"), null);
    }
  });

  test("is the page's memory where opening fails later", async () => {
    const [, , , factory] = broken;
    const { open } = factory;
    factory.open = () => {
      const request = open();
      setTimeout(() => request.dispatchEvent(new Event("error")));
      return request;
    };
    assert.equal((await openBox(factory)).lasting, false);
  });

  test("gives up a spent ballot and takes in a file's, each once", async () => {
    const box = await openBox(undefined);
    await putIn(box, "a", [ballot(1), ballot(2)]);
    await putIn(box, "a", [ballot(2), ballot(3)]);
    assert.deepEqual(heldIn(await box.read("a")).map(({ seed }) => seed[0]), [1, 2, 3]);
    await takeOut(box, "a", ballot(2));
    await takeOut(box, "a", ballot(9));
    assert.deepEqual(heldIn(await box.read("a")).map(({ seed }) => seed[0]), [1, 3]);
    for (const byte of [1, 3]) await takeOut(box, "a", ballot(byte));
    assert.equal(await box.read("a"), null);
    await takeOut(box, "none", ballot(1));
    assert.equal(await box.read("none"), null);
  });

  test("never writes over what is half collected", async () => {
    const box = await openBox(undefined);
    const half = { consultation: "a", state: "collecting", collection: {}, signatures: {} };
    await box.write(half);
    await putIn(box, "a", [ballot(1)]);
    await takeOut(box, "a", ballot(1));
    assert.deepEqual(await box.read("a"), half);
    assert.deepEqual(heldIn(half), []);
  });
});

describe("the box on disk", () => {
  const ballot = (byte) => ({ seed: new Uint8Array(32).fill(byte), signatures: [new Uint8Array(256)] });
  const held = (consultation, ...bytes) => ({ consultation, state: "held", ballots: bytes.map(ballot) });
  const seeds = (record) => heldIn(record).map(({ seed }) => seed[0]);
  const names = async (factory) => (await factory.databases()).map(({ name }) => name);

  test("looking leaves nothing on the computer", async () => {
    const factory = new IDBFactory();
    const box = await openBox(factory, turns());
    assert.equal(await box.read("a"), null);
    await takeOut(box, "a", ballot(1));
    await box.remove("a");
    assert.equal(box.lasting, true);
    assert.deepEqual(await names(factory), []);
  });

  test("looking leaves nothing where the browser does not list its databases", async () => {
    const factory = new IDBFactory();
    const silent = { open: (...name) => factory.open(...name), deleteDatabase: (name) => factory.deleteDatabase(name) };
    const box = await openBox(silent, turns());
    assert.equal(await box.read("a"), null);
    assert.deepEqual(await names(factory), []);
    await box.write(held("a", 1));
    assert.deepEqual(seeds(await (await openBox(silent, turns())).read("a")), [1]);
  });

  test("the database comes with the first record and goes with the last", async () => {
    const factory = new IDBFactory();
    const locks = turns();
    const box = await openBox(factory, locks);
    await box.write(held("a", 1, 2));
    await putIn(box, "b", [ballot(3)]);
    assert.deepEqual(await names(factory), ["portal-ballots"]);
    const later = await openBox(factory, locks); // another page, with what stands
    assert.deepEqual(seeds(await later.read("a")), [1, 2]);
    await later.remove("b");
    await takeOut(later, "a", ballot(1));
    assert.deepEqual(seeds(await box.read("a")), [2]);
    await takeOut(later, "a", ballot(2));
    assert.deepEqual(await names(factory), []);
    assert.equal(await box.read("a"), null);
    await box.write(held("a", 4)); // and may come again
    assert.deepEqual(seeds(await later.read("a")), [4]);
  });

  test("an empty database of an interrupted page goes as well", async () => {
    const factory = new IDBFactory();
    const box = await openBox(factory, undefined);
    await box.write(held("a", 1));
    await box.remove("a");
    assert.deepEqual(await names(factory), ["portal-ballots"]); // without locks it is not safe to delete it
    await openBox(factory, turns());
    assert.deepEqual(await names(factory), []);
  });

  test("what one tab writes is not deleted with what another one empties", async () => {
    for (let round = 0; round < 20; round += 1) {
      const factory = new IDBFactory();
      const locks = turns();
      const [one, other] = [await openBox(factory, locks), await openBox(factory, locks)];
      await one.write(held("a", 1));
      await Promise.all([takeOut(one, "a", ballot(1)), other.write(held("b", 2)), takeOut(other, "a", ballot(1))]);
      assert.deepEqual(seeds(await one.read("b")), [2]);
      assert.equal(await other.read("a"), null);
    }
  });

  test("is the page's memory where only the first write fails", async () => {
    const factory = { databases: async () => [], open: () => { throw new DOMException("no", "InvalidStateError"); } };
    const box = await openBox(factory, turns());
    assert.deepEqual(await putIn(box, "a", [ballot(1)]), held("a", 1));
    assert.equal(box.lasting, false);
    assert.deepEqual(seeds(await box.read("a")), [1]);
  });

  test("says when what stands can no longer be written, and keeps it", async () => {
    const factory = new IDBFactory();
    const box = await openBox(factory, turns());
    await box.write(held("a", 1));
    const { open } = factory;
    factory.open = () => { throw new DOMException("full", "QuotaExceededError"); };
    await assert.rejects(takeOut(box, "a", ballot(1)));
    factory.open = open;
    assert.deepEqual(seeds(await box.read("a")), [1]);
  });
});

/** One after the other, as Web Locks would have it. */
function turns() {
  let last = Promise.resolve();
  return {
    request(_name, work) {
      const mine = last.then(work);
      last = mine.catch(() => null);
      return mine;
    },
  };
}
