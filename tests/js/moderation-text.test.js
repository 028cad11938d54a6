import assert from "node:assert/strict";
import { test } from "node:test";

import { COPY_LIMIT, copiedRuns, words } from "../../static/src/moderation/copied.js";
import { fold } from "../../static/src/moderation/fold.js";
import { parse, plain, toHtml, toText } from "../../static/src/moderation/markup.js";

test("folding takes off every accent, in both normal forms, and maps đ", () => {
  assert.equal(fold("Đùn ĐẨY trách nhiệm"), "dun day trach nhiem");
  assert.equal(fold("hoà"), fold("hòa"));
  assert.equal(fold("Uỷ ban".normalize("NFD")), fold("Ủy ban"));
  assert.equal(fold("  hai\n\tdòng "), "hai dong");
});

const ORIGINAL = "Hồ sơ của phòng tôi bị chuyển qua lại giữa các phòng suốt hai tuần mà không ai chốt.";

test("nine copied words in a row are found, eight are not", () => {
  // given the first nine words of the original, cased and punctuated otherwise
  const nine = "Có ý kiến: HỒ SƠ, của phòng tôi bị chuyển qua lại!";
  const [run, ...more] = copiedRuns(ORIGINAL, nine);
  assert.equal(run.length, COPY_LIMIT + 1);
  assert.equal(run.text, "HỒ SƠ, của phòng tôi bị chuyển qua lại");
  assert.deepEqual([nine.slice(...run.here), ORIGINAL.slice(...run.there)], [run.text, "Hồ sơ của phòng tôi bị chuyển qua lại"]);
  assert.deepEqual(more, []);
  // when one word in the middle is another
  assert.deepEqual(copiedRuns(ORIGINAL, nine.replace("phòng", "đơn vị")), []);
  assert.deepEqual(copiedRuns(ORIGINAL, "hồ sơ của phòng tôi bị chuyển qua"), []);
});

test("two separate copies are both found, and a run is reported once at its full length", () => {
  const runs = copiedRuns(ORIGINAL, `${ORIGINAL} Ngoài ra, ${ORIGINAL}`);
  assert.deepEqual(runs.map((run) => run.length), [words(ORIGINAL).length, words(ORIGINAL).length]);
});

test("copies are found across normal forms, and empty texts copy nothing", () => {
  assert.equal(copiedRuns(ORIGINAL.normalize("NFD"), ORIGINAL).length, 1);
  assert.deepEqual(copiedRuns("", ORIGINAL), []);
  assert.deepEqual(copiedRuns(ORIGINAL, ""), []);
});

test("typed text becomes paragraphs, lists and emphasis", () => {
  const typed = "Có lúc **chậm**.\nCó việc *chưa rõ*.\n\n- một\n- hai\n\n1. ba\n2. bốn";
  assert.equal(
    toHtml(typed),
    "<p>Có lúc <strong>chậm</strong>.<br>Có việc <em>chưa rõ</em>.</p><ul><li>một</li><li>hai</li></ul><ol><li>ba</li><li>bốn</li></ol>",
  );
  assert.equal(plain(typed), "Có lúc chậm.\nCó việc chưa rõ.\nmột\nhai\nba\nbốn");
});

test("markup and text are inverse, also for what looks like markup", () => {
  const cases = [
    "Một dòng",
    "Hai\ndòng",
    "Đoạn một\n\nĐoạn hai",
    "a < b & c > d \"e\" 'g'",
    "&lt;p&gt; viết ra",
    "- x\n- **y**\n\nrồi *z*",
    "1. x\n2. y",
    "5\\*3\\*2",
    "<script>alert(1)</script>",
  ];
  for (const typed of cases) assert.equal(toText(toHtml(typed)), typed, typed);
});

test("no typed text can give a tag beyond the seven", () => {
  const html = toHtml('<img src=x onerror=alert(1)> **<b>** - "\'>');
  assert.deepEqual([...html.matchAll(/<\/?(\w+)/gu)].map((match) => match[1]), ["p", "strong", "strong", "p"]);
});

test("lone stars stay stars; an escaped one needs no partner", () => {
  assert.equal(toHtml("5 * 3 * 2"), "<p>5 * 3 * 2</p>");
  assert.equal(toHtml("\\*chú thích\\*"), "<p>*chú thích*</p>");
  assert.deepEqual(parse(""), []);
});
