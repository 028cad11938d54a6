// Make tests/vectors/crypto/message-js.json: messages sealed by the browser's code, which Python must open.
// Run by hand after `python -m tests.crypto.message_vectors`; everything but the sealed bytes is taken from that half.

import { readFile, writeFile } from "node:fs/promises";

import { fromB64url, fromHex, toB64url, toHex } from "../../static/src/lib/bytes.js";
import { sealMessage } from "../../static/src/lib/message.js";

const file = (maker) => new URL(`../vectors/crypto/message-${maker}.json`, import.meta.url);
const found = JSON.parse(await readFile(file("python"), "ascii"));
for (const item of found.messages) {
  const message = { ...item, key: fromHex(item.key) };
  const sealed = await sealMessage(message, { consultation: found.consultation, replyKey: fromB64url(found.reply_key) });
  item.sealed = toB64url(sealed.data);
  item.tickets = sealed.tickets.map(toHex);
}
const escape = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
await writeFile(file("js"), `${JSON.stringify(found, null, 1).replaceAll(/[^\n -~]/g, escape)}\n`, "ascii");
