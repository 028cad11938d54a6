// Files: what they are told by, how they are cleaned where no browser is needed, and which of them are fetched together.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { zlibSync } from "fflate";

import { concat, utf8 } from "../../static/src/lib/bytes.js";
import { shelfOf } from "../../static/src/moderation/shelves.js";
import { inflated } from "../../static/src/strip/dense.js";
import { kindsOfExif } from "../../static/src/strip/exif.js";
import { besideJpeg, jpegSize, readJpeg, writeJpeg } from "../../static/src/strip/jpeg.js";
import { kindOf } from "../../static/src/strip/kind.js";
import { refuseDense } from "../../static/src/strip/pdf-dense.js";
import { besidePng, pngSize, readPng, writePng } from "../../static/src/strip/png.js";
import { Findings } from "../../static/src/strip/refusal.js";
import { readWebp, webpSize } from "../../static/src/strip/webp.js";
import { parseXml, take, walk, writeXml } from "../../static/src/strip/xml.js";
import { pack, unpack } from "../../static/src/strip/zip.js";
import { refusal } from "./support.js";

const latin = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

describe("what a file is", () => {
  for (const [start, kind] of [
    ["\xff\xd8\xff\xe0", "jpeg"], ["\x89PNG\r\n\x1a\n", "png"], ["RIFF\0\0\0\0WEBPVP8 ", "webp"], ["PK\x03\x04", "zip"],
    ["%PDF-1.7", "pdf"], ["\n\n%PDF-1.4", "pdf"],
  ]) test(`${kind} by its first bytes`, () => assert.equal(kindOf(latin(start.padEnd(40, "\0"))), kind));

  for (const [start, why] of [
    ["", "file-empty"], ["\0\0\0\x18ftypheic", "file-heic"], ["\0\0\0\x18ftypavif", "file-heic"], ["\0\0\0\x18ftypisom", "file-media"],
    ["GIF89a", "file-other-image"], ["BM", "file-other-image"], ["II*\0", "file-other-image"],
    ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "file-old-office"], ["<svg xmlns=", "file-other"], ["<!doctype html>", "file-other"], ["MZ", "file-other"],
  ]) test(`refuses ${JSON.stringify(start)}`, () => assert.throws(() => kindOf(latin(start)), refusal(why)));
});

const segment = (marker, body) => concat(Uint8Array.of(0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255), body);
const FRAME = segment(0xc0, Uint8Array.of(8, 0, 20, 0, 30, 1, 1, 0x11, 0));
const SCAN = concat(segment(0xda, Uint8Array.of(1, 1, 0, 0, 63, 0)), Uint8Array.of(1, 2, 0xff, 0, 3, 0xff, 0xd0, 4));
const jpeg = (...parts) => concat(Uint8Array.of(0xff, 0xd8), ...parts, FRAME, SCAN, Uint8Array.of(0xff, 0xd9));

describe("JPEG", () => {
  test("keeps the picture's segments and drops what stands beside them", () => {
    const beside = [
      segment(0xe0, utf8("JFIF\0\x01\x02\x01\0H\0H\0\0")), segment(0xe1, utf8("Exif\0\0MM")), segment(0xe1, utf8("http://ns.adobe.com/xap/1.0/\0x")),
      segment(0xe2, utf8("ICC_PROFILE\0x")), segment(0xe2, utf8("MPF\0x")), segment(0xed, utf8("Photoshop 3.0")), segment(0xfe, utf8("bí mật")), segment(0xef, utf8("riêng")),
    ];
    const parts = readJpeg(concat(jpeg(...beside), utf8("video behind")));
    const kinds = besideJpeg(parts).map(({ kind }) => kind);
    assert.deepEqual(kinds, ["exif", "xmp", "icc", "trailer", "iptc", "comment", "other", "trailer"]);
    assert.deepEqual(jpegSize(parts), { width: 30, height: 20 });
    const made = writeJpeg(parts);
    assert.deepEqual(besideJpeg(readJpeg(made)), []);
    assert.deepEqual(writeJpeg(readJpeg(made)), made);
    assert.deepEqual(made, jpeg(segment(0xe0, utf8("JFIF\0\x01\x01\0\0\x01\0\x01\0\0"))));
  });

  test("a JFIF header with a thumbnail is no plain one", () => {
    const parts = readJpeg(jpeg(segment(0xe0, concat(utf8("JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01"), Uint8Array.of(1, 2, 3)))));
    assert.deepEqual(besideJpeg(parts).map(({ kind }) => kind), ["other"]);
  });

  test("how colours are coded stays inside a PDF", () => {
    const adobe = segment(0xee, concat(utf8("Adobe"), Uint8Array.of(0, 100, 0, 0, 0, 0, 1)));
    const made = writeJpeg(readJpeg(jpeg(adobe, segment(0xfe, utf8("x")))), { adobe: true });
    assert.deepEqual(made, jpeg(adobe));
  });

  for (const [what, data] of [["nothing", ""], ["no end", "\xff\xd8\xff\xe0\0\x04ab"], ["a length that leads out", "\xff\xd8\xff\xe0\xff\xff"], ["no marker", "\xff\xd8abc"]]) {
    test(`refuses ${what}`, () => assert.throws(() => readJpeg(latin(data)), refusal("file-broken")));
  }
});

function chunk(type, body) {
  const data = new Uint8Array(12 + body.length); // checksums are the decoder's matter
  new DataView(data.buffer).setUint32(0, body.length);
  data.set(latin(type), 4);
  data.set(body, 8);
  return data;
}

describe("PNG and WebP", () => {
  const head = new Uint8Array(13);
  new DataView(head.buffer).setUint32(0, 70_000);
  new DataView(head.buffer).setUint32(4, 5);
  const png = (...chunks) => concat(latin("\x89PNG\r\n\x1a\n"), chunk("IHDR", head), ...chunks, chunk("IDAT", utf8("x")), chunk("IEND", utf8("")));

  test("a PNG keeps its picture alone", () => {
    const beside = ["eXIf", "iCCP", "tEXt", "tIME", "acTL", "prVt"].map((type) => chunk(type, utf8("bí mật")));
    const parts = readPng(concat(png(...beside, chunk("iTXt", utf8("XML:com.adobe.xmp\0"))), utf8("behind")));
    assert.deepEqual(besidePng(parts).map(({ kind }) => kind), ["exif", "icc", "comment", "time", "frames", "other", "xmp", "trailer"]);
    assert.deepEqual(writePng(parts), png());
    assert.deepEqual(pngSize(parts), { width: 70_000, height: 5 });
  });

  test("a PNG without an end is refused", () => {
    assert.throws(() => readPng(png().slice(0, -3)), refusal("file-broken"));
  });

  test("a WebP file says its size in three ways", () => {
    const riff = (type, body) => concat(latin("RIFF\0\0\0\0WEBP"), latin(type), Uint8Array.of(body.length, 0, 0, 0), Uint8Array.from(body));
    const sizes = [
      riff("VP8X", [0, 0, 0, 0, 1, 2, 0, 3, 4, 0]), riff("VP8 ", [0, 0, 0, 0, 0, 0, 9, 0x40, 7, 0]), riff("VP8L", [0x2f, 9, 0x40, 1, 0]),
    ].map((data) => webpSize(readWebp(data)));
    assert.deepEqual(sizes, [{ width: 514, height: 1028 }, { width: 9, height: 7 }, { width: 10, height: 6 }]);
  });
});

test("EXIF tells what it holds, in both byte orders, and never throws", () => {
  const entries = (little) => {
    const data = new Uint8Array(80);
    const view = new DataView(data.buffer);
    view.setUint16(0, little ? 0x4949 : 0x4d4d);
    view.setUint32(4, 8, little);
    view.setUint16(8, 3, little);
    [[0x010f, 0], [0x8825, 0], [0x8769, 60]].forEach(([tag, value], at) => {
      view.setUint16(10 + at * 12, tag, little);
      view.setUint32(18 + at * 12, value, little);
    });
    view.setUint32(46, 74, little); // a second directory: the thumbnail's
    view.setUint16(60, 1, little);
    view.setUint16(62, 0x9003, little);
    return data;
  };
  for (const little of [true, false]) {
    assert.deepEqual(kindsOfExif(entries(little)).sort(), ["device", "place", "thumbnail", "time"]);
  }
  for (let length = 0; length < 80; length += 1) kindsOfExif(entries(true).slice(0, length));
});

describe("bounds", () => {
  test("unpacking ends where it was told to", () => {
    const packed = zlibSync(new Uint8Array(1_000_000));
    assert.equal(inflated(packed, 1_000_000).length, 1_000_000);
    assert.throws(() => inflated(packed, 999_999), refusal("file-dense"));
    assert.throws(() => inflated(utf8("no zlib data"), 10), refusal("file-broken"));
  });

  test("a PDF whose objects are packed a thousandfold is refused before it is parsed", () => {
    const bomb = zlibSync(new Uint8Array(100 * 1024 * 1024), { level: 9 });
    const pdf = (type) => concat(latin(`%PDF-1.7\n1 0 obj\n<< /Filter /FlateDecode /Type /${type} >>\nstream\n`), bomb, latin("\nendstream\nendobj\n"));
    assert.throws(() => refuseDense(pdf("ObjStm")), refusal("file-dense"));
    assert.throws(() => refuseDense(concat(latin("%PDF-1.7\n1 0 obj\n<< /Type /ObjStm /Filter /FlateDecode >>\nstream\r\n"), bomb)), refusal("file-dense"));
    refuseDense(pdf("XObject")); // what is not parsed is not unpacked
  });

  test("archives have an end, too", () => {
    const zeros = new Uint8Array(50 * 1024 * 1024);
    const bomb = pack(["a", "b", "c", "d"].map((name) => [name, zeros]));
    assert.ok(bomb.length < 1_000_000);
    assert.throws(() => unpack(bomb), refusal("file-dense"));
    assert.throws(() => unpack(pack(Array.from({ length: 3001 }, (_, at) => [`${at}`, utf8("")]))), refusal("file-dense"));
    for (const name of ["../a", "/a", "a/../b", "a\\b"]) assert.throws(() => unpack(pack([[name, utf8("")]])), refusal("file-broken"));
    assert.throws(() => unpack(utf8("PK\x03\x04 nothing")), refusal("file-broken"));
  });
});

test("archives are the same whenever and wherever they are packed", () => {
  const parts = [["mimetype", utf8("text")], ["b", utf8("hai")]];
  const before = process.env.TZ;
  const packed = ["Asia/Ho_Chi_Minh", "America/St_Johns"].map((zone) => {
    process.env.TZ = zone;
    return pack(parts, ["mimetype"]);
  });
  process.env.TZ = before;
  assert.deepEqual(packed[0], packed[1]);
  assert.deepEqual(Object.keys(unpack(packed[0])), ["mimetype", "b"]);
});

describe("XML", () => {
  test("is read and written without a document type or comments outside", () => {
    const document = parseXml(utf8("<?xml version='1.0'?><!-- tác giả --><a xmlns='x'><b>&lt;ý&gt;</b><c/></a>"));
    take([...walk(document.documentElement)].find(({ localName }) => localName === "b"), true);
    assert.match(new TextDecoder().decode(writeXml(document)), /^<\?xml version="1.0" encoding="UTF-8" standalone="yes"\?>\n<a xmlns="x">&lt;ý(?:>|&gt;)<c\/><\/a>$/u);
  });

  for (const text of ["<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", "<a>", "<a></b>", "", "text", "<a>&b;</a>"]) {
    test(`refuses ${text.slice(0, 20) || "nothing"}`, () => assert.throws(() => parseXml(utf8(text)), refusal("file-broken")));
  }
});

test("findings are counted by kind in the order in which they came", () => {
  const found = new Findings();
  for (const [kind, count] of [["xmp", 1], ["links", 2], ["xmp", 3], ["icc", 0]]) found.add(kind, count);
  assert.deepEqual(found.list(), [{ kind: "xmp", count: 4 }, { kind: "links", count: 2 }]);
});

describe("shelves", () => {
  const items = [["a", 10], ["b", 10], ["c", 25], ["d", 5], ["e", 5]].map(([sha256, size]) => ({ sha256, size }));
  const names = (sha256) => shelfOf(items, sha256, 20).map((item) => item.sha256).join("");

  test("neighbours are fetched together, whichever of them is wanted", () => {
    assert.deepEqual(["a", "b", "c", "d", "e"].map(names), ["ab", "ab", "c", "de", "de"]);
  });

  test("who wants none fetches the first shelf, and what is not listed stands on none", () => {
    assert.equal(names(null), "ab");
    assert.equal(names("x"), "");
    assert.deepEqual(shelfOf([], null, 20), []);
  });
});
