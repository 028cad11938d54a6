// Witnesses with fixed Ed25519 keys, and checkpoints that they cosigned: for tests, and for the vectors that Python reads.
import { createPrivateKey, createPublicKey, sign } from "node:crypto";

import { concat, sha256, utf8 } from "../../static/src/lib/bytes.js";

const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex"); // RFC 8410 section 7, before the 32 bytes
export const base64 = (bytes) => Buffer.from(bytes).toString("base64");

/** A key of signature type 1 (notes) or 4 (cosignatures) from a seed of one repeated byte: {name, vkey, line(text)}. */
export async function fixedKey(name, byte, type = 4, time = 1_700_000_000n) {
  const privateKey = createPrivateKey({ key: Buffer.concat([PKCS8, Buffer.alloc(32, byte)]), format: "der", type: "pkcs8" });
  const publicKey = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
  const material = concat(Uint8Array.of(type), publicKey);
  const id = (await sha256(concat(utf8(`${name}\n`), material))).subarray(0, 4);
  const line = (text) => `\u2014 ${name} ${base64(concat(id, value(text)))}\n`;
  const value = (text) => {
    if (type === 1) return sign(null, utf8(text), privateKey);
    const stamp = Buffer.alloc(8);
    stamp.writeBigUInt64BE(time);
    return concat(stamp, sign(null, utf8(`cosignature/v1\ntime ${time}\n${text}`), privateKey));
  };
  return { name, vkey: `${name}+${Buffer.from(id).toString("hex")}+${base64(material)}`, id, line };
}

/** A note of that text with the keys' lines in order. */
export const noteOf = (text, ...keys) => `${text}\n${keys.map((key) => key.line(text)).join("")}`;
