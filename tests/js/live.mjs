// The browser's half of live round trips: reads a JSON array of commands from standard input, writes their answers.
// Used by tests/crypto/test_node.py. Bytes are hexadecimal.

import { text } from "node:stream/consumers";

import { fromHex, toHex, utf8 } from "../../static/src/lib/bytes.js";
import { canonicalBytes, parseCanonical } from "../../static/src/lib/canonical.js";
import { encodeCode, parseCode } from "../../static/src/lib/crockford.js";
import { openWith, seal } from "../../static/src/lib/envelope.js";
import { kidOf, publicKeyOf } from "../../static/src/lib/keys.js";
import { unwrap, wrap } from "../../static/src/lib/keywrap.js";
import { buildPayload, parsePayload } from "../../static/src/lib/payload.js";
import { locatorHash, replySeed } from "../../static/src/lib/receipt.js";

const COMMANDS = {
  canonical: ({ document }) => toHex(canonicalBytes(document)),
  reparse: ({ data }) => toHex(canonicalBytes(parseCanonical(fromHex(data)))),
  code: ({ raw }) => encodeCode(fromHex(raw)),
  parse: ({ code }) => toHex(parseCode(code)),
  receipt: async ({ raw }) => [toHex(await locatorHash(fromHex(raw))), toHex(await replySeed(fromHex(raw)))],
  kid: async ({ seed }) => kidOf(await publicKeyOf(fromHex(seed))),
  open: async ({ seed, envelope }) => toHex(await openWith(fromHex(seed), fromHex(envelope))),
  wrap: ({ seed, passphrase, kid }) => wrap(fromHex(seed), passphrase, kid, { memoryKib: 8192, timeCost: 1 }),
  unwrap: async ({ text: wrapped, passphrase, kid }) => toHex(await unwrap(wrapped, passphrase, kid)),
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
