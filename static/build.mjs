// The browser bundle, reproducibly: the same sources and node_modules give the same bytes and the same names anywhere.
// static/dist is flat; manifest.json says for each source name which file it became and what its digests are.
//
//   node static/build.mjs [--out FOLDER]

import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import esbuild from "esbuild";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const SHEETS = ["public.css", "staff.css", "viewer.css"];
const BUNDLED = [
  "@cantoo/pdf-lib", "@cloudflare/blindrsa-ts", "@hpke/common", "@hpke/core", "@hpke/hybridkem-x-wing", "@xmldom/xmldom",
  "fflate", "hash-wasm", "minisearch", "mlkem", "pdfjs-dist", "qr", "qrcode-generator", "sjcl", "tslib",
];
// Packages of packages that nothing here reaches: static/src/strip/unused.js stands in for them.
const UNUSED = path.join(HERE, "src", "strip", "unused.js");
// Drawing from SVG, and loading code by a name that is only known when it runs: pages of ours do neither.
const LEFT_OUT = {
  name: "left-out",
  setup({ onLoad }) {
    const nothing = ["combineMatrix", "transformationToMatrix", "drawSvg"].map((name) => `export const ${name} = null;`);
    onLoad({ filter: /@cantoo.pdf-lib.es.api.svg\.js$/ }, () => ({ contents: nothing.join("\n") }));
    onLoad({ filter: /pdfjs-dist.build.[a-z.]+\.mjs$/ }, async ({ path: file }) => {
      const text = await readFile(file, "utf8");
      return { contents: text.replaceAll(/\bimport\(/gu, "notInThisBuild(") };
    });
  },
};
const OPTIONS = {
  alias: { culori: UNUSED, "node-html-better-parser": UNUSED },
  bundle: true,
  charset: "utf8",
  legalComments: "eof",
  loader: { ".txt": "text", ".woff2": "file", ".svg": "file" },
  logLevel: "warning",
  minify: true,
  outdir: "out", // nothing is written there: the files stay in memory
  plugins: [LEFT_OUT],
  sourcemap: false,
  target: ["chrome109", "firefox115", "safari16"],
  write: false,
};

/** Build the folder `source` into `out`, which is replaced as a whole; returns the manifest. */
export async function build({ source = path.join(HERE, "src"), out = path.join(HERE, "dist") } = {}) {
  const files = new Map();
  const manifest = {};
  const keep = (name, contents) => {
    const entry = describe(name, contents);
    files.set(entry.file, contents);
    manifest[name] = entry;
    return entry;
  };

  // A worker's parts are named after it, unseal-rows.js: they are no workers themselves.
  const starts = (await list(source, "workers", ".js")).filter((name) => !name.includes("-"));
  const workers = await bundle(source, starts, { format: "iife" });
  const known = {};
  for (const { name, contents } of workers) {
    const { file, integrity } = keep(name, contents);
    known[path.basename(name, ".js")] = { file, integrity };
  }
  const define = { __WORKERS__: JSON.stringify(known) };
  const pages = await bundle(source, await list(source, "pages", ".js"), { format: "esm", define });
  for (const { name, contents } of pages) keep(name, contents);
  await keepSheets(source, files, manifest, keep);
  for (const name of await list(source, "img", ".svg")) {
    keep(path.basename(name), await readFile(path.join(source, name)));
  }
  keep("third-party.txt", await notices(source));

  const sorted = Object.fromEntries(Object.entries(manifest).sort(([one], [other]) => (one < other ? -1 : 1)));
  files.set("manifest.json", Buffer.from(`${JSON.stringify(sorted, null, 2)}\n`));
  await replace(out, files);
  return sorted;
}

// Style sheets name the fonts as esbuild named them, so those names stay.
async function keepSheets(source, files, manifest, keep) {
  const names = (await list(source, "css", ".css")).filter((name) => SHEETS.includes(path.basename(name)));
  // The folder is served flat: without this base a sheet would look for its fonts one level up.
  const options = { assetNames: "[name]-[hash]", outbase: "css" };
  for (const { name, contents } of await bundle(source, names, options)) {
    if (name.endsWith(".css")) {
      keep(path.basename(name), contents);
      continue;
    }
    const file = path.basename(name);
    files.set(file, contents);
    manifest[`fonts/${file.replace(/-[0-9A-Z]{8}(?=\.)/u, "")}`] = { ...describe(name, contents), file };
  }
}

async function bundle(source, names, more) {
  if (names.length === 0) return [];
  const where = { absWorkingDir: source, entryPoints: names, outbase: "." };
  const result = await esbuild.build({ ...OPTIONS, ...where, ...more });
  const root = path.join(source, OPTIONS.outdir);
  return result.outputFiles.map((output) => ({
    name: path.relative(root, output.path).split(path.sep).join("/"),
    contents: Buffer.from(output.contents),
  }));
}

// The licences of what the bundle holds, for whoever receives it: minified code keeps few of its notices.
async function notices(source) {
  const modules = path.join(HERE, "..", "node_modules");
  const parts = [];
  for (const name of BUNDLED) {
    const about = JSON.parse(await readFile(path.join(modules, name, "package.json"), "utf8"));
    const stated = `License: ${about.license}, by ${about.author?.name ?? about.author}\n`;
    const text = await licence(path.join(modules, name)).catch(() => stated);
    parts.push(`${name} ${about.version}\n\n${text.trim()}\n`);
  }
  const font = await readFile(path.join(source, "fonts", "OFL.txt"), "utf8").catch(() => "");
  return Buffer.from([...parts, `Be Vietnam Pro (subset)\n\n${font.trim()}\n`].join(`\n${"-".repeat(72)}\n\n`));
}

async function licence(folder) {
  const found = (await readdir(folder)).filter((name) => /^LICENSE(?:\.(?:txt|md))?$/iu.test(name)).sort();
  return readFile(path.join(folder, found[0] ?? "LICENSE"), "utf8");
}

async function list(source, folder, ending) {
  const names = await readdir(path.join(source, folder)).catch((error) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  return names.filter((name) => name.endsWith(ending)).sort().map((name) => `${folder}/${name}`);
}

function describe(name, contents) {
  const sha256 = createHash("sha256").update(contents).digest("hex");
  const ending = path.extname(name);
  const stem = name.slice(0, -ending.length).replaceAll("/", "-");
  const integrity = `sha384-${createHash("sha384").update(contents).digest("base64")}`;
  return { file: `${stem}-${sha256.slice(0, 12)}${ending}`, integrity, sha256, size: contents.length };
}

// A failed build leaves the old folder alone; a finished one takes its place in two renames.
async function replace(out, files) {
  const fresh = `${out}.new-${process.pid}`;
  const old = `${out}.old-${process.pid}`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { recursive: true });
  for (const [name, contents] of files) await writeFile(path.join(fresh, name), contents);
  await rename(out, old).catch((error) => {
    if (error.code !== "ENOENT") throw error;
  });
  await rename(fresh, out);
  await rm(old, { recursive: true, force: true });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const { values } = parseArgs({ options: { out: { type: "string" } } });
  await build(values.out ? { out: path.resolve(values.out) } : {});
}
