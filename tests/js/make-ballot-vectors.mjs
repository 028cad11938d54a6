// Make the browser's half of the ballots in tests/vectors/crypto: a collection by static/src/lib/collecting.js from the
// issuers of Python's half, which Python must take. Run by hand: `node tests/js/make-ballot-vectors.mjs`.

import { readFile, writeFile } from "node:fs/promises";

import { RSABSSA } from "@cloudflare/blindrsa-ts";

import { collected } from "../../static/src/lib/ballot.js";
import { messages, writeFile as ballotFile, writePrinted } from "../../static/src/lib/ballot-file.js";
import { fromB64url, fromHex, toB64url } from "../../static/src/lib/bytes.js";
import { begin, finish } from "../../static/src/lib/collecting.js";

const file = (name) => new URL(`../vectors/crypto/${name}.json`, import.meta.url);
const document = JSON.parse(await readFile(file("collecting-python"), "ascii"));
const { consultation, issuers } = document;
const keys = Object.fromEntries(Object.entries(issuers).map(([name, { public_key: key }]) => [name, fromB64url(key)]));

async function sign(privateKey, blinded) {
  const algorithm = { name: "RSA-PSS", hash: "SHA-384" };
  const key = await crypto.subtle.importKey("pkcs8", fromB64url(privateKey), algorithm, true, ["sign"]);
  const suite = RSABSSA.SHA384.PSS.Deterministic();
  return Promise.all(blinded.map((message) => suite.blindSign(key, message)));
}

const collection = await begin(consultation, keys, 3);
const answers = {};
for (const [name, issuer] of Object.entries(issuers)) {
  answers[name] = await sign(issuer.private_key, messages(collection, name));
}
const held = await finish(collection, answers);
const envelope = fromHex(document.envelope_sha256);
const spent = await Promise.all(held.map(({ seed, signatures }) => collected(consultation, seed, signatures, envelope)));
const texts = (lists) => Object.fromEntries(Object.entries(lists).map(([name, list]) => [name, list.map(toB64url)]));
const blinded = Object.entries(collection.blinded).map(([name, list]) => {
  return [name, list.map(({ message, inverse }) => ({ message: toB64url(message), inverse: toB64url(inverse) }))];
});
const made = {
  ...document,
  seeds: collection.seeds.map(toB64url),
  blinded: Object.fromEntries(blinded),
  answers: texts(answers),
  file: ballotFile(consultation, held),
  printed: held.map((ballot) => writePrinted(consultation, ballot)),
  ballots: spent.map(toB64url),
};
await writeFile(file("collecting-js"), `${JSON.stringify(made, null, 1)}\n`, "ascii");
