// Conversations about the comments that unseal.js opened. Messages come without a comment's name, all of them to every
// moderator: which comment one is about shows by the conversation key that opens it, and only here.

import { bucketOf, contains, depthFor } from "../lib/buckets.js";
import { fromB64url, sha256, toB64url, toHex } from "../lib/bytes.js";
import { CryptoError } from "../lib/errors.js";
import { openParsed, parseSealed, sealMessage } from "../lib/message.js";
import { rowKey } from "../lib/rowkey.js";
import { heldRows, rowAt } from "./unseal-rows.js";

const DEEPEST = 12;
const talks = new Map(); // index -> its messages, in their order
const read = new Set(); // digests that were shown in this tab
const keys = new Map(); // index -> {key: conversation key, place: the deepest bucket of its box}
const sealed = new Map(); // index -> the message that was sealed and may not have been sent yet

export const talkHandlers = {
  /**
   * {consultation, items: [{index, leaf: text, bucket, message: base64url}]} -> {broken: [leaf indexes of messages that
   * are not what the log says]}. What opens belongs to a comment that this moderator can read. Progress: how many.
   */
  async "talk-open"({ consultation, items }, progress) {
    await deriveKeys();
    const broken = [];
    for (const [place, item] of items.entries()) {
      const parsed = await logged(item, consultation);
      if (parsed) await keepOpened(item, parsed);
      else broken.push(item.index);
      progress(place + 1);
    }
    return { broken };
  },

  /** -> [[index, state]] of comments with a conversation: "new" and "answered" by the submitter, "asked", "closed" */
  "talk-states": () => [...talks].map(([index, messages]) => [index, stateOf(messages)]),

  /** {index} -> its messages, each {sender, kind, number, text, waits}; they count as read from now on */
  "talk-read"({ index }) {
    const messages = talks.get(index) ?? [];
    for (const { digest } of messages) read.add(digest);
    return messages;
  },

  /** {consultation, comments, index, text, kind} -> {message, bucket, tickets}: to post. The same text again: the same bytes. */
  async "talk-seal"({ consultation, comments, index, text, kind }) {
    const row = rowAt(index);
    if (!row.payload) throw new CryptoError("cannot-open");
    const wanted = text.normalize("NFC");
    const before = sealed.get(index);
    if (before?.text === wanted && before.kind === kind) return before.post;
    const { key } = await keyOf(index, row);
    const number = (talks.get(index)?.at(-1)?.number ?? 0) + 1;
    const made = { sender: "moderator", kind, number, text: wanted, key };
    const { data, tickets } = await sealMessage(made, { consultation, replyKey: row.payload.replyKey });
    const hashes = await Promise.all(tickets.map(async (ticket) => toB64url(await sha256(ticket))));
    const bucket = await bucketOf(row.payload.replyKey, depthFor(comments));
    const post = { message: toB64url(data), bucket, tickets: hashes };
    sealed.set(index, { ...made, digest: await digestOf(data), post });
    return post;
  },

  /** {index}: what was sealed is on its way; until it comes back from the log it stands here as waiting */
  "talk-sent"({ index }) {
    const { key, post, ...message } = sealed.get(index);
    sealed.delete(index);
    read.add(message.digest);
    add(index, { ...message, waits: true });
  },
};

async function deriveKeys() {
  for (const [index, row] of heldRows()) await keyOf(index, row);
}

async function keyOf(index, { contentKey, head, payload }) {
  if (!keys.has(index)) {
    const place = payload ? await bucketOf(payload.replyKey, DEEPEST) : null;
    keys.set(index, { key: await rowKey(contentKey, head, "conversation"), place });
  }
  return keys.get(index);
}

/** The message's parts, or null where it is not the consultation's message whose hash stands in the log. */
async function logged({ leaf, message }, consultation) {
  try {
    const data = fromB64url(message);
    const stated = JSON.parse(leaf);
    const same = stated.type === "message" && stated.envelope_sha256 === toHex(await sha256(data));
    const parsed = parseSealed(data);
    return same && parsed.consultation === consultation ? { ...parsed, digest: await digestOf(data) } : null;
  } catch {
    return null;
  }
}

// Every key of the bucket is tried, so that a message of somebody else's comment takes as long as one's own.
async function keepOpened({ bucket }, { digest, ...parsed }) {
  const near = [...keys].filter(([, { place }]) => place !== null && contains(bucket, place));
  const opened = await Promise.all(near.map(([, { key }]) => openParsed(key, parsed).catch(() => null)));
  opened.forEach((message, nth) => {
    if (!message) return;
    const { key, ...shown } = message;
    add(near[nth][0], { ...shown, digest, waits: false });
  });
}

function add(index, message) {
  const others = (talks.get(index) ?? []).filter(({ digest }) => digest !== message.digest);
  const sorted = [...others, message].sort((a, b) => a.number - b.number || (a.digest < b.digest ? -1 : 1));
  talks.set(index, sorted);
}

function stateOf(messages) {
  if (messages.some(({ kind }) => kind === "close")) return "closed";
  const last = messages.at(-1);
  if (last.sender === "moderator") return "asked";
  return read.has(last.digest) ? "answered" : "new";
}

const digestOf = async (data) => toHex((await sha256(data)).subarray(0, 8));
