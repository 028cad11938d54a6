// The browser's half of live round trips: reads a JSON array of commands from standard input, writes their answers.
// Used by tests/crypto/test_node.py. Bytes are hexadecimal.

import { text } from "node:stream/consumers";

import { card, cardHash, collected } from "../../static/src/lib/ballot.js";
import { writeFile } from "../../static/src/lib/ballot-file.js";
import { fromHex, toHex, utf8 } from "../../static/src/lib/bytes.js";
import { canonicalBytes, parseCanonical } from "../../static/src/lib/canonical.js";
import { encodeCode, parseCode } from "../../static/src/lib/crockford.js";
import { begin, finish } from "../../static/src/lib/collecting.js";
import { openWith, seal } from "../../static/src/lib/envelope.js";
import { kidOf, publicKeyOf } from "../../static/src/lib/keys.js";
import { unwrap, wrap } from "../../static/src/lib/keywrap.js";
import { buildPayload, parsePayload } from "../../static/src/lib/payload.js";
import { locatorHash, replySeed } from "../../static/src/lib/receipt.js";

const unhexed = (table) => Object.fromEntries(Object.entries(table).map(([name, value]) => [name, unhex(value)]));
const unhex = (value) => (Array.isArray(value) ? value.map(fromHex) : fromHex(value));

const COMMANDS = {
  async begin({ consultation, keys, each }) {
    const { seeds, blinded } = await begin(consultation, unhexed(keys), each);
    const hexed = ([issuer, items]) => [issuer, items.map(({ message, inverse }) => [toHex(message), toHex(inverse)])];
    return { seeds: seeds.map(toHex), blinded: Object.fromEntries(Object.entries(blinded).map(hexed)) };
  },
  async finish({ consultation, keys, seeds, blinded, answers }) {
    const pairs = ([message, inverse]) => ({ message: fromHex(message), inverse: fromHex(inverse) });
    const lists = Object.fromEntries(Object.entries(blinded).map(([issuer, items]) => [issuer, items.map(pairs)]));
    const collection = { consultation, keys: unhexed(keys), seeds: unhex(seeds), blinded: lists };
    return writeFile(consultation, await finish(collection, unhexed(answers)));
  },
  canonical: ({ document }) => toHex(canonicalBytes(document)),
  reparse: ({ data }) => toHex(canonicalBytes(parseCanonical(fromHex(data)))),
  code: ({ raw }) => encodeCode(fromHex(raw)),
  parse: ({ code }) => toHex(parseCode(code)),
  receipt: async ({ raw }) => [toHex(await locatorHash(fromHex(raw))), toHex(await replySeed(fromHex(raw)))],
  kid: async ({ seed }) => kidOf(await publicKeyOf(fromHex(seed))),
  open: async ({ seed, envelope }) => toHex(await openWith(fromHex(seed), fromHex(envelope))),
  wrap: ({ seed, passphrase, kid }) => wrap(fromHex(seed), passphrase, kid, { memoryKib: 8192, timeCost: 1 }),
  unwrap: async ({ text: wrapped, passphrase, kid }) => toHex(await unwrap(wrapped, passphrase, kid)),
  collected: async ({ consultation, seed, signatures, envelope }) =>
    toHex(await collected(consultation, fromHex(seed), unhex(signatures), fromHex(envelope))),
  card: async ({ consultation, codes, envelope }) => toHex(await card(consultation, unhexed(codes), fromHex(envelope))),
  half: async ({ consultation, issuer, code }) => toHex(await cardHash(fromHex(code), consultation, issuer)),
  rebuild: ({ payload }) => toHex(buildPayload(parsePayload(fromHex(payload)))),
  async seal({ payload, consultation, publics, recused }) {
    const recipients = Object.entries(publics).map(([kid, key]) => {
      return { kid, publicKey: fromHex(key), include: !recused.includes(kid) };
    });
    return toHex(await seal(utf8(payload), { consultation, recipients }));
  },
};

async function answer({ do: name, ...data }) {
  try {
    return { ok: await COMMANDS[name](data) };
  } catch (error) {
    return { refused: error.code ?? String(error) };
  }
}

const answers = [];
for (const command of JSON.parse(await text(process.stdin))) answers.push(await answer(command));
process.stdout.write(JSON.stringify(answers));
