// Where ballots lie: the rules of its records. IndexedDB itself is the browser's (tests/browser).
import assert from "node:assert/strict";
import { describe, test } from "node:test";

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
