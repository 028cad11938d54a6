// Make the browser's half of tests/vectors/crypto: envelopes and wrapped keys that Python must open.
// Run by hand: `node tests/js/make-vectors.mjs`. Each run draws fresh randomness, so it replaces the files; everything
// else (keys, payload, what is damaged where) is taken from Python's half.

import { readFile, writeFile } from "node:fs/promises";

import { fromB64url, fromHex, toB64url, utf8 } from "../../static/src/lib/bytes.js";
import { seal } from "../../static/src/lib/envelope.js";
import { addPasskey, wrap } from "../../static/src/lib/keywrap.js";

const file = (name) => new URL(`../vectors/crypto/${name}.json`, import.meta.url);
const load = async (name) => JSON.parse(await readFile(file(name), "ascii"));

// ASCII alone, as Python's half is.
const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
const save = (name, document) => {
  const text = JSON.stringify(document, null, 1).replaceAll(/[^\n -~]/g, escape);
  return writeFile(file(name), `${text}\n`, "ascii");
};

const envelopes = await load("envelope-python");
for (const item of envelopes.envelopes) {
  const recipients = envelopes.moderators.map(({ kid, public_key: key }) => ({
    kid,
    publicKey: fromB64url(key),
    include: !item.recused.includes(kid),
  }));
  const sealed = await seal(utf8(envelopes.payload), { consultation: envelopes.consultation, recipients });
  item.envelope = toB64url(sealed);
}
await save("envelope-js", envelopes);

const keys = await load("keywrap-python");
const costs = [{}, { memoryKib: 8192, timeCost: 1 }];
for (const [at, item] of keys.wrapped.entries()) {
  item.text = await wrap(fromHex(keys.seed), item.passphrase, keys.kid, costs[at]);
}
await save("keywrap-js", keys);

const ways = await load("passkey-python");
const cheap = { memoryKib: 8192, timeCost: 1 };
ways.text = await wrap(fromHex(ways.seed), ways.passphrase, ways.kid, cheap);
for (const { prf, id, salt } of ways.passkeys) {
  const passkey = { prf: fromHex(prf), id: fromHex(id), salt: fromHex(salt) };
  ways.text = await addPasskey(ways.text, fromHex(ways.seed), ways.kid, passkey);
}
await save("passkey-js", ways);
