// Policies and cosigned checkpoints as the browser's code judges them; `node tests/js/make-witness-vectors.mjs` writes
// them again. Python reads the same file (tests/tlog/test_witness_vectors.py) and must come to the same.

import { writeFile } from "node:fs/promises";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";

import { fixedKey, noteOf } from "./witness-support.js";

export const OUT = fileURLToPath(new URL("../vectors/tlog/witness-js.json", import.meta.url));
const NAMES = ["a", "b", "c", "d"];

/** The whole document: {log, judged: [{name, policy, note, verdict, witnesses}], refused: [[why, policy]]}. */
export async function vectors() {
  const log = await fixedKey("log.example.org/góp-ý", 1, 1);
  const keys = await Promise.all(NAMES.map((name, at) => fixedKey(`witness.example/${name}`, 10 + at, 4, BigInt(at))));
  const text = `${log.name}\n${2 ** 40}\n${Buffer.alloc(32, 7).toString("base64")}\n`;
  const lines = keys.map((key, at) => `witness ${NAMES[at]} ${key.vkey}\n`).join("");
  const other = await fixedKey("elsewhere.example/log", 2, 1);
  const context = { log, other, keys, text, lines };
  return {
    source: "written by node tests/js/make-witness-vectors.mjs",
    log: log.vkey,
    judged: judged(context),
    refused: refused(context),
  };
}

function judged({ log, other, keys: [a, b, c, d], text, lines }) {
  const own = `log ${log.vkey}\n`;
  const nested = `${own}${lines}group one any a b\ngroup two all c d\ngroup both all one two\nquorum both\n`;
  const extended = `${text}an extension line\n`;
  const falsely = `${noteOf(text, log, a)}${b.line(extended)}`;
  return [
    one("two of three", `${own}${lines}group g 2 a b c\nquorum g\n`, noteOf(text, log, a, c), "holds", "gmgm"),
    one("one of three", `${own}${lines}group g 2 a b c\nquorum g\n`, noteOf(text, log, a, d), "fails", "gmmg"),
    one("a single witness", `${own}${lines}quorum b\n`, noteOf(text, log, b), "holds", "mgmm"),
    one("the wrong single witness", `${own}${lines}quorum b\n`, noteOf(text, log, a, c, d), "fails", "gmgg"),
    one("groups in a group", nested, noteOf(text, log, b, c, d), "holds", "mggg"),
    one("groups in a group, one short", nested, noteOf(text, log, a, b, c), "fails", "gggm"),
    one("no quorum asked for", `${own}${lines}quorum none\n`, noteOf(text, log, a), "holds", "gmmm"),
    one("no witness at all", `${own}quorum none\n`, noteOf(text, log, a), "none", ""),
    one("no log listed", `${lines}group g all a b\nquorum g\n`, noteOf(text, log, a, b), "holds", "ggmm"),
    one("another log listed", `log ${other.vkey}\n${lines}quorum a\n`, noteOf(text, log, a), "other-log", "gmmm"),
    one("an extension line", `${own}${lines}quorum a\n`, noteOf(extended, log, a), "holds", "gmmm"),
    one("a line for other words", `${own}${lines}quorum a\n`, falsely, "false", "gfmm"),
  ];
}

const STATES = { g: "good", m: "missing", f: "false" };

function one(name, policy, note, verdict, states) {
  const witnesses = Object.fromEntries([...states].map((letter, at) => [NAMES[at], STATES[letter]]));
  return { name, policy, note, verdict, witnesses };
}

function refused({ log, keys: [a, b], lines }) {
  const w = `witness a ${a.vkey}\n`;
  return [
    ["nothing", ""],
    ["no quorum", w],
    ["no line end", `${w}quorum a`],
    ["carriage return", `${w}quorum a\r\n`],
    ["a control character", `${w}# \u007f\nquorum a\n`],
    ["two quorums", `${w}quorum a\nquorum a\n`],
    ["a quorum of two", `${lines}quorum a b\n`],
    ["a quorum that is not defined", `${w}quorum b\n`],
    ["a quorum that is defined later", `quorum a\n${w}`],
    ["a witness named none", `witness none ${a.vkey}\nquorum none\n`],
    ["a group named none", `${w}group none any a\nquorum none\n`],
    ["none as a member", `${w}group g any a none\nquorum g\n`],
    ["a name twice", `${w}witness a ${b.vkey}\nquorum a\n`],
    ["a group with a witness's name", `${w}group a any a\nquorum a\n`],
    ["a key twice", `${w}witness b ${a.vkey}\nquorum a\n`],
    ["a log twice", `log ${log.vkey}\nlog ${log.vkey} https://log.example/\nquorum none\n`],
    ["a member twice", `${lines}group g 1 a a\nquorum g\n`],
    ["a member of two groups", `${lines}group g any a b\ngroup h any b c\nquorum g\n`],
    ["a member defined later", `${w}group g any a b\nwitness b ${b.vkey}\nquorum g\n`],
    ["a group in itself", `${w}group g any g\nquorum g\n`],
    ["a group of nobody", `${w}group g all\nquorum g\n`],
    ["a threshold of none", `${lines}group g 0 a b\nquorum g\n`],
    ["a threshold over all", `${lines}group g 3 a b\nquorum g\n`],
    ["a threshold with a zero before it", `${lines}group g 01 a b\nquorum g\n`],
    ["a threshold in words", `${lines}group g most a b\nquorum g\n`],
    ["a witness with a log's key", `witness a ${log.vkey}\nquorum a\n`],
    ["a log with a witness's key", `log ${a.vkey}\nquorum none\n`],
    ["a witness without a key", "witness a\nquorum a\n"],
    ["a line too long", `witness a ${a.vkey} https://w.example/ more\nquorum a\n`],
    ["an unknown word", `${w}cosigner b ${b.vkey}\nquorum a\n`],
    ["a key with a slip", `${w.replace("+", "+0")}quorum none\n`],
  ];
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await writeFile(OUT, `${JSON.stringify(await vectors(), null, 1)}\n`);
}
