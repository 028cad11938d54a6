// The build: the same bytes and names every time, nothing secret-handling in the public pages, workers under integrity.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { build } from "../../static/build.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
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

test("another checkout, in another folder, time zone, language and with other rights, gives the same files", async () => {
  // given two copies of all that is built, packages included: nothing of either is shared with the other or with this folder
  const places = [
    { folder: "a", umask: "077", env: { TZ: "Asia/Ho_Chi_Minh", LANG: "vi_VN.UTF-8", LC_ALL: "vi_VN.UTF-8" } },
    { folder: "một thư mục khác/sâu hơn", umask: "002", env: { TZ: "America/St_Johns", LANG: "C", LC_ALL: "tr_TR.UTF-8" } },
  ];
  for (const place of places) {
    place.root = path.join(folder, place.folder);
    await cp(path.join(ROOT, "node_modules"), path.join(place.root, "node_modules"), { recursive: true, verbatimSymlinks: true });
    await cp(SOURCE, path.join(place.root, "static", "src"), { recursive: true });
    for (const name of ["static/build.mjs", "package.json"]) await cp(path.join(ROOT, name), path.join(place.root, name));
    // when each is built by the command that docs/served-code.md gives to auditors, from a folder that is not its own
    const command = `umask ${place.umask} && exec "$NODE" "$ROOT/static/build.mjs" --out "$ROOT/own"`;
    const env = { NODE: process.execPath, ROOT: place.root, HOME: place.root, PATH: process.env.PATH, ...place.env };
    await promisify(execFile)("/bin/sh", ["-c", command], { cwd: tmpdir(), env });
  }
  // then both are this build, byte for byte, the list of files included
  const expected = await contents(first);
  for (const { root } of places) assert.deepEqual(await contents(path.join(root, "own")), expected);
  // and the rights did differ: what is alike does not depend on them
  const modes = await Promise.all(places.map(async ({ root }) => (await stat(path.join(root, "own", "manifest.json"))).mode & 0o777));
  assert.deepEqual(modes, [0o600, 0o664]);
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
    ...(await listed("workers", ".js")).filter((name) => !name.includes("-")).map((name) => `workers/${name}`),
    ...(await listed("fonts", ".woff2")).map((name) => `fonts/${name}`),
    ...(await listed("img", ".svg")),
    "public.css",
    "staff.css",
    "third-party.txt",
    "viewer.css",
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

test("WebAssembly is in what unwraps keys and in the sandboxed viewer, whose policy forbids it, and nowhere else", async () => {
  const holders = [];
  for (const name of Object.keys(manifest).filter((name) => name.endsWith(".js"))) {
    if ((await textOf(name)).includes("WebAssembly")) holders.push(name);
  }
  assert.deepEqual(holders, ["pages/viewer.js", "workers/keys.js", "workers/unseal.js"]);
});

test("no script parses HTML, evaluates text, keeps a source map or names a machine", async () => {
  const forbidden = /\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|sourceMappingURL|file:\/\/\S/u;
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
