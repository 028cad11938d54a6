// The build: the same bytes and names every time, nothing secret-handling in the public pages, workers under integrity.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { build } from "../../static/build.mjs";

const SOURCE = fileURLToPath(new URL("../../static/src", import.meta.url));
let folder;
let first;
let manifest;

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "portal-build-"));
  first = path.join(folder, "first");
  manifest = await build({ out: first });
});
after(() => rm(folder, { recursive: true }));

const contents = async (out) => {
  const names = (await readdir(out)).sort();
  return Object.fromEntries(await Promise.all(names.map(async (name) => [name, await readFile(path.join(out, name), "latin1")])));
};
const textOf = async (name) => readFile(path.join(first, manifest[name].file), "utf8");

test("another build elsewhere gives the same files, byte for byte", async () => {
  const second = path.join(folder, "second");
  await build({ out: second });
  assert.deepEqual(await contents(second), await contents(first));
});

test("the manifest is sorted, says the truth, and leaves no file out", async () => {
  const written = await readFile(path.join(first, "manifest.json"), "utf8");
  assert.deepEqual(JSON.parse(written), manifest);
  assert.deepEqual(Object.keys(manifest), Object.keys(manifest).sort());
  for (const [name, entry] of Object.entries(manifest)) {
    const data = await readFile(path.join(first, entry.file));
    const digest = (algorithm, encoding) => createHash(algorithm).update(data).digest(encoding);
    const expected = { integrity: `sha384-${digest("sha384", "base64")}`, sha256: digest("sha256", "hex"), size: data.length };
    assert.deepEqual(entry, { file: entry.file, ...expected }, name);
    assert.match(entry.file, /^[a-z0-9-]+-[0-9A-Za-z]{8,12}\.[a-z0-9]+$/u);
  }
  const files = Object.values(manifest).map(({ file }) => file);
  assert.deepEqual((await readdir(first)).sort(), [...files, "manifest.json"].sort());
});

test("every page, worker, sheet, font and image is there", async () => {
  const listed = async (part, ending) => (await readdir(path.join(SOURCE, part))).filter((name) => name.endsWith(ending));
  const expected = [
    ...(await listed("pages", ".js")).map((name) => `pages/${name}`),
    ...(await listed("workers", ".js")).map((name) => `workers/${name}`),
    ...(await listed("fonts", ".woff2")).map((name) => `fonts/${name}`),
    ...(await listed("img", ".svg")),
    "public.css",
    "staff.css",
    "third-party.txt",
  ];
  assert.deepEqual(Object.keys(manifest), expected.sort());
});

test("sheets find their fonts beside them", async () => {
  const files = Object.values(manifest).map(({ file }) => file);
  for (const name of ["public.css", "staff.css"]) {
    const addresses = [...(await textOf(name)).matchAll(/url\("?(?!data:)([^")]+)"?\)/gu)].map(([, address]) => address);
    assert.ok(addresses.length >= 4, name);
    for (const address of addresses) assert.ok(files.includes(address.replace(/^\.\//u, "")), `${name}: ${address}`);
  }
});

test("the notices name every package that ends in the bundle", async () => {
  const text = await textOf("third-party.txt");
  const { dependencies } = JSON.parse(await readFile(path.join(SOURCE, "..", "..", "package.json"), "utf8"));
  const bundled = Object.keys(dependencies).filter((name) => !name.startsWith("@fontsource"));
  assert.ok(bundled.length >= 4);
  for (const name of [...bundled, "mlkem", "Be Vietnam Pro"]) assert.ok(text.includes(`${name} `), name);
});

test("pages know each worker's file and integrity", async () => {
  const text = await textOf("pages/submit.js");
  for (const name of ["workers/seal.js", "workers/keys.js", "workers/unseal.js"]) {
    assert.ok(text.includes(manifest[name].file), name);
    assert.ok(text.includes(manifest[name].integrity), name);
  }
});

test("WebAssembly is in the two workers that unwrap keys, and nowhere in the public app", async () => {
  const holders = [];
  for (const name of Object.keys(manifest).filter((name) => name.endsWith(".js"))) {
    if ((await textOf(name)).includes("WebAssembly")) holders.push(name);
  }
  assert.deepEqual(holders, ["workers/keys.js", "workers/unseal.js"]);
});

test("no script parses HTML, evaluates text, keeps a source map or names a machine", async () => {
  const forbidden = /\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|sourceMappingURL|file:\/\//u;
  for (const name of Object.keys(manifest).filter((name) => name.endsWith(".js"))) {
    const text = await textOf(name);
    assert.equal(forbidden.exec(text)?.[0], undefined, name);
    assert.ok(!text.includes(SOURCE), name);
  }
});

test("empty and missing folders build to the notices alone, and replace what stood there", async () => {
  const source = path.join(folder, "bare");
  const out = path.join(folder, "out");
  await mkdir(path.join(source, "pages"), { recursive: true });
  await mkdir(out);
  await writeFile(path.join(out, "old.js"), "");
  const made = await build({ source, out });
  assert.deepEqual(Object.keys(made), ["third-party.txt"]);
  assert.deepEqual((await readdir(out)).sort(), ["manifest.json", made["third-party.txt"].file]);
});

test("a source that does not build leaves the last build as it was", async () => {
  const source = path.join(folder, "broken");
  const out = path.join(folder, "kept");
  await mkdir(path.join(source, "pages"), { recursive: true });
  await writeFile(path.join(source, "pages", "home.js"), "console.log(1);");
  await build({ source, out });
  const kept = await contents(out);
  await writeFile(path.join(source, "pages", "home.js"), 'import "./missing.js";');
  await assert.rejects(build({ source, out }));
  assert.deepEqual(await contents(out), kept);
});

test("one changed byte changes that file's name and no other's", async () => {
  const source = path.join(folder, "changed");
  await cp(path.join(SOURCE, "img"), path.join(source, "img"), { recursive: true });
  const one = await build({ source, out: path.join(folder, "one") });
  await writeFile(path.join(source, "img", "mark.svg"), "<svg/>");
  const other = await build({ source, out: path.join(folder, "other") });
  assert.notEqual(one["mark.svg"].file, other["mark.svg"].file);
  assert.deepEqual(one["favicon.svg"], other["favicon.svg"]);
});
