// Search, near-duplicates and suggestions: what the unsealing worker makes of opened texts.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { learning, keywords, material, measure } from "../../benchmarks/suggest.mjs";
import { foldedWords, highlight, parseQuery, TextIndex } from "../../static/src/moderation/search.js";
import { ALIKE, groupsOf, jaccard, shingles } from "../../static/src/moderation/similar.js";
import { Suggester } from "../../static/src/moderation/suggest.js";

const TEXTS = ["Uỷ ban chậm trả lời hồ sơ.", "Đùn đẩy giữa các phòng, hồ sơ chuyển qua lại.", "Hoà giải rồi vẫn phải chờ."];
const INDEX = new TextIndex();
TEXTS.forEach((text, place) => INDEX.add(place, place === 0 ? text.normalize("NFD") : text));
const found = (query) => [...INDEX.find(query)].sort();

describe("search", () => {
  test("accents, both spellings of tones, đ and both normal forms make no difference", () => {
    for (const query of ["uy ban", "Ủy ban", "Uỷ BAN", "uỷ".normalize("NFD")]) assert.deepEqual(found(query), [0], query);
    assert.deepEqual(found("hòa"), [2]);
    assert.deepEqual(found("dun"), [1]);
  });

  test("each word must stand in the text, the last may be begun, and quotes keep them together", () => {
    assert.deepEqual(found("hồ sơ"), [0, 1]);
    assert.deepEqual(found("ho"), [0, 1, 2]);
    assert.deepEqual(found("ho "), [0, 1]);
    assert.deepEqual(found("ho chuy"), [1]);
    assert.deepEqual(found("chuy ho"), []);
    assert.deepEqual(found("hồ chờ"), []);
    assert.deepEqual(found('"chuyển qua lại"'), [1]);
    assert.deepEqual(found('"lại qua"'), []);
    assert.deepEqual(found('"chuy"'), []);
    assert.deepEqual(found('phòng "hồ sơ"'), [1]);
  });

  test("a query without a word asks for nothing", () => {
    for (const query of ["", "  ", '"', '""', "?!"]) assert.equal(INDEX.find(query), null, query);
    assert.deepEqual(parseQuery('đôn "đốc  kịp" "'), [
      { words: ["don"], phrase: false, begun: false },
      { words: ["doc", "kip"], phrase: true, begun: false },
    ]);
  });

  test("hits are marked where they stand in the text as it was written", () => {
    const marked = (text, query) => highlight(text, query).filter(({ hit }) => hit).map(({ text: word }) => word);
    const text = TEXTS[1];
    assert.deepEqual(marked(text, "day ca"), ["đẩy", "các"]);
    assert.deepEqual(marked(text.normalize("NFD"), "day"), ["đẩy".normalize("NFD")]);
    for (const query of ["", "phong", "khongco"]) assert.equal(highlight(text, query).map((piece) => piece.text).join(""), text);
    assert.deepEqual(highlight("", "x"), [{ text: "", hit: false }]);
  });
});

describe("near-duplicates", () => {
  const base = "Văn bản đến để trên bàn cả tuần không ai xử lý, hỏi thì bảo chờ lãnh đạo cho ý kiến rồi mới làm tiếp được.";
  const groups = (...texts) => [...groupsOf(texts.map((text, index) => ({ index, text })))];

  test("a copy with other accents, case and a few other words is found; another comment is not", () => {
    const copy = base.toUpperCase().replace("CẢ TUẦN", "MẤY NGÀY");
    assert.ok(jaccard(shingles(base), shingles(copy)) >= ALIKE);
    assert.deepEqual(groups(base, TEXTS[1], copy), [[0, 0], [2, 0]]);
    assert.deepEqual(groups(base, TEXTS[1], TEXTS[2]), []);
  });

  test("short texts compare as wholes, and empty ones with nothing", () => {
    assert.deepEqual(groups("Tốt", "tốt!", "Tốt lắm"), [[0, 0], [1, 0]]);
    assert.deepEqual(groups("", "", "?"), []);
  });

  test("every pair that is alike enough is grouped, whatever the order, and no pair that is not", () => {
    // given texts that share more and more of their words
    const words = foldedWords(base);
    const texts = words.map((_, cut) => [...words.slice(cut), ...words.slice(0, cut).map((word) => `${word}x`)].join(" "));
    const near = texts.filter((text) => jaccard(shingles(base), shingles(text)) >= 0.7);
    assert.ok(near.length >= 3);
    const one = new Map(groups(...near));
    assert.deepEqual([...one.values()], near.map(() => 0));
    assert.deepEqual(new Map(groups(...[...near].reverse())), one);
    assert.deepEqual(groups(base, texts.at(-1)), []);
  });

  test("a thousand copies are one group", () => {
    const found_ = groups(...Array.from({ length: 1000 }, () => base));
    assert.equal(found_.length, 1000);
    assert.ok(found_.every(([, group]) => group === 0));
  });
});

describe("suggestions", () => {
  const categories = [
    { code: "C1", label: "Né tránh trách nhiệm", terms: ["né tránh", "không ai nhận"] },
    { code: "C6", label: "Bê trễ, trì trệ", terms: ["quá hạn", "kéo dài"] },
  ];

  test("the taxonomy's terms speak before anything is learnt, and nothing is suggested for nothing", () => {
    const suggester = new Suggester(categories);
    assert.equal(suggester.suggest("Việc này không ai nhận cả.")[0].code, "C1");
    assert.deepEqual(suggester.suggest("Trời hôm nay đẹp."), []);
    assert.deepEqual(suggester.suggest(""), []);
  });

  test("own codings outweigh them, and unlearning takes exactly that back", () => {
    const suggester = new Suggester(categories);
    const text = "Giấy tờ nằm im trên bàn suốt quý.";
    const before = suggester.suggest(text);
    for (let time = 0; time < 3; time += 1) suggester.learn("Giấy tờ nằm im trên bàn.", ["C6"]);
    assert.equal(suggester.suggest(text)[0].code, "C6");
    for (let time = 0; time < 3; time += 1) suggester.unlearn("Giấy tờ nằm im trên bàn.", ["C6"]);
    assert.deepEqual(suggester.suggest(text), before);
  });

  test("on held-out demonstration comments the model is right more often than a search for the terms", () => {
    const { comments, categories: all } = material();
    const baseline = measure(comments, () => keywords(all));
    const model = measure(comments, learning(all));
    assert.ok(model.first > baseline.first && model.recall > baseline.recall, JSON.stringify({ model, baseline }));
    const untaught = measure(comments, learning(all, 0));
    assert.ok(model.first > untaught.first && model.recall > untaught.recall);
  });
});
