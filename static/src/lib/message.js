// Message v1: one message of an anonymous conversation about a comment, the same in both directions. The twin of
// portal/crypto/message.py, which describes the format and says why:
//
//   "PFM1" | u16be header length | header | content (size + 16 bytes) | reply wrap (1 200) | row wrap (64)

import { concat, fromB64url, randomBytes, sameBytes, sha256, subtle, toB64url, utf8 } from "./bytes.js";
import { canonicalBytes, parseCanonical } from "./canonical.js";
import { CryptoError } from "./errors.js";
import { keyPairOf, loadPublic, suite } from "./keys.js";
import { NUMBER_MAX, TEXT_MAX, TICKETS } from "./message-limits.js";
import { pad, PREFIX, unpad } from "./padding.js";
import { openRow, sealRow } from "./rowkey.js";

const MAGIC = utf8("PFM1");
const SUITE_NAME = "X-Wing/HKDF-SHA256/AES-256-GCM";
const INFO_LABEL = utf8("portal/message/v1\0");
const TICKET_SALT = utf8("portal/ticket/v1");
const SIZE = 8192;
const KEY_SIZE = 32;
const ENC_SIZE = 1120;
const WRAP_SIZE = ENC_SIZE + 2 * KEY_SIZE + 16;
const CONTENT_SIZE = SIZE + 16;
const ROW_SIZE = PREFIX + KEY_SIZE;
const SEALED_ROW_SIZE = 12 + ROW_SIZE + 16;
const NONCE = new Uint8Array(12); // a message's key is used exactly once
const KEYS = "from,key,kind,number,text,v";
export const SENDERS = ["moderator", "submitter"];
export const KINDS = ["text", "close"];

/** The canonical bytes of `{sender, number, text, key, kind}`; `kind` may be left out ("text"). Refuses "message-error". */
export function buildMessage({ sender, number, text, key, kind = "text" }) {
  check({ sender, number, text, key, kind });
  return refusing(() => canonicalBytes({ v: 1, from: sender, kind, number, text, key: toB64url(key) }));
}

/** The message of those bytes; refuses whatever buildMessage does not write. */
export function parseMessage(data) {
  const message = refusing(() => {
    const document = parseCanonical(data);
    const { v, from: sender, key, kind, number, text } = document;
    if (Object.keys(document).sort().join() !== KEYS || v !== 1) throw new CryptoError("message-error");
    return { sender, number, text, key: fromB64url(key), kind };
  });
  check(message);
  return message;
}

/** {data, tickets}: sealed to the comment's reply key (1 216 bytes) and to those who hold the conversation key. */
export async function sealMessage(message, { consultation, replyKey }) {
  const body = buildMessage(message);
  const head = encodeHead(consultation);
  parseHead(head); // what opening would refuse is not sealed either
  const key = randomBytes(KEY_SIZE);
  const secret = randomBytes(KEY_SIZE);
  const content = await crypt("encrypt", key, pad(body, SIZE), head);
  const wrap = await sealWrap(concat(key, secret), replyKey, await info(consultation, head));
  const row = await sealRow(message.key, key, ROW_SIZE, head);
  return { data: concat(head, content, wrap, row), tickets: await ticketsOf(secret) };
}

/** The parts, none of them opened: {consultation, head, content, replyWrap, rowWrap}. */
export function parseSealed(data) {
  if (data.length < 6 || !sameBytes(data.subarray(0, 4), MAGIC)) throw new CryptoError("message-error");
  const end = 6 + new DataView(data.buffer, data.byteOffset).getUint16(4);
  const head = data.slice(0, end);
  const consultation = parseHead(head);
  if (data.length !== messageSize(consultation)) throw new CryptoError("message-error");
  const wrap = end + CONTENT_SIZE;
  const row = wrap + WRAP_SIZE;
  return { consultation, head, content: data.slice(end, wrap), replyWrap: data.slice(wrap, row), rowWrap: data.slice(row) };
}

/**
 * Resolves with a function from a sealed message to {message, tickets}, by the submitter's seed. It refuses
 * ("cannot-open") another's, and what the holders of the conversation key inside could not read.
 */
export async function makeReplyOpener(seed) {
  const pair = await keyPairOf(seed);
  return async (data) => {
    const parsed = parseSealed(data);
    const keys = await openWrap(parsed.replyWrap, pair, await info(parsed.consultation, parsed.head));
    const [key, secret] = [keys.slice(0, KEY_SIZE), keys.slice(KEY_SIZE)];
    const message = await openContent(parsed, key);
    if (!sameBytes(await rowOf(message.key, parsed), key)) throw new CryptoError("cannot-open");
    return { message, tickets: await ticketsOf(secret) };
  };
}

/** The message, by the conversation key of the comment; refuses ("cannot-open") another comment's. */
export const openWithRow = async (conversationKey, data) => openParsed(conversationKey, parseSealed(data));

/** The same of what parseSealed gave: a reader tries one message with the keys of many comments. */
export async function openParsed(conversationKey, parsed) {
  const message = await openContent(parsed, await rowOf(conversationKey, parsed));
  if (!sameBytes(message.key, conversationKey)) throw new CryptoError("cannot-open");
  return message;
}

/** The bytes of every sealed message of that consultation. */
export const messageSize = (consultation) =>
  encodeHead(consultation).length + CONTENT_SIZE + WRAP_SIZE + SEALED_ROW_SIZE;

/** The answer tickets (32 bytes each) of a question, from its secret (RFC 5869). */
export async function ticketsOf(secret) {
  const key = await subtle().importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const derive = (place) =>
    subtle().deriveBits({ name: "HKDF", hash: "SHA-256", salt: TICKET_SALT, info: Uint8Array.of(place) }, key, 256);
  const places = Array.from({ length: TICKETS }, (_, place) => place);
  return Promise.all(places.map(async (place) => new Uint8Array(await derive(place))));
}

function encodeHead(consultation) {
  const body = canonicalBytes({ v: 1, type: "message", consultation, suite: SUITE_NAME, size: SIZE });
  if (body.length > 0xffff) throw new CryptoError("message-error");
  return concat(MAGIC, Uint8Array.of(body.length >> 8, body.length & 255), body);
}

function parseHead(head) {
  const { consultation } = refusing(() => parseCanonical(head.subarray(6)));
  const good = typeof consultation === "string" && sameBytes(refusing(() => encodeHead(consultation)), head);
  if (!good) throw new CryptoError("message-error");
  return consultation;
}

function check({ sender, number, text, key, kind }) {
  const good =
    SENDERS.includes(sender) &&
    KINDS.includes(kind) &&
    (kind === "text" || sender === "moderator") &&
    Number.isSafeInteger(number) &&
    number >= 1 &&
    number <= NUMBER_MAX &&
    typeof text === "string" &&
    [...text].length <= TEXT_MAX &&
    (text !== "" || kind === "close") &&
    key instanceof Uint8Array &&
    key.length === KEY_SIZE;
  if (!good) throw new CryptoError("message-error");
}

async function info(consultation, head) {
  return concat(INFO_LABEL, utf8(consultation), Uint8Array.of(0), await sha256(head));
}

async function crypt(way, raw, data, head) {
  const key = await subtle().importKey("raw", raw, "AES-GCM", false, [way]);
  return new Uint8Array(await subtle()[way]({ name: "AES-GCM", iv: NONCE, additionalData: head }, key, data));
}

async function openContent({ content, head }, key) {
  let padded;
  try {
    padded = await crypt("decrypt", key, content, head);
  } catch (error) {
    throw new CryptoError("cannot-open", error);
  }
  return parseMessage(unpad(padded));
}

async function rowOf(conversationKey, { rowWrap, head }) {
  try {
    return await openRow(conversationKey, rowWrap, head);
  } catch (error) {
    throw new CryptoError("cannot-open", error);
  }
}

async function sealWrap(keys, replyKey, bound) {
  try {
    const sender = await suite.createSenderContext({ recipientPublicKey: await loadPublic(replyKey), info: bound });
    return concat(new Uint8Array(sender.enc), new Uint8Array(await sender.seal(keys)));
  } catch (error) {
    throw new CryptoError("key-format-error", error);
  }
}

async function openWrap(wrap, pair, bound) {
  try {
    const enc = wrap.slice(0, ENC_SIZE);
    const recipient = await suite.createRecipientContext({ recipientKey: pair, enc, info: bound });
    return new Uint8Array(await recipient.open(wrap.slice(ENC_SIZE)));
  } catch (error) {
    throw new CryptoError("cannot-open", error);
  }
}

function refusing(action) {
  try {
    return action();
  } catch (error) {
    throw new CryptoError("message-error", error);
  }
}
