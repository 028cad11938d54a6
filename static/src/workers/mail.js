// A submitter's side of a conversation. The receipt and what is derived from it live in this worker and end with it.

import { bucketOf, depthFor } from "../lib/buckets.js";
import { sha256, toB64url, toHex } from "../lib/bytes.js";
import { CryptoError } from "../lib/errors.js";
import { publicKeyOf } from "../lib/keys.js";
import { makeReplyOpener, messageSize, sealMessage } from "../lib/message.js";
import { replySeed } from "../lib/receipt.js";
import { serve } from "../lib/worker-server.js";

let box = null; // {replyKey, open}
let talk = null; // {consultation, comments, key, number} of the conversation that was found

serve({
  /** {raw: the receipt's ten bytes, talks: [{consultation, comments}]} -> for each the bucket to ask for */
  async begin({ raw, talks }) {
    const seed = await replySeed(raw);
    raw.fill(0);
    box = { replyKey: await publicKeyOf(seed), open: await makeReplyOpener(seed) };
    talk = null;
    return Promise.all(talks.map(({ comments }) => bucketOf(box.replyKey, depthFor(comments))));
  },

  /**
   * {lists: [{consultation, comments, data: a bucket's bytes}]} -> {consultation, messages, tickets}: what opens, in
   * its order, each {sender, kind, number, text, digest}, and the newest question's answer tickets (base64url). Without
   * messages the consultation is null. Progress: how many were tried. Each is tried, whatever opens.
   */
  async open({ lists }, progress) {
    const found = [];
    let tried = 0;
    for (const { data, ...place } of lists) {
      for (const sealed of cut(data, messageSize(place.consultation))) {
        const opened = await openOne(sealed, place);
        if (opened) found.push(opened);
        progress((tried += 1));
      }
    }
    return arranged(found);
  },

  /** {text} -> {message: sealed bytes, bucket}: the conversation's next message */
  async answer({ text }) {
    if (!talk) throw new CryptoError("cannot-open");
    const { consultation, comments, key, number } = talk;
    const message = { sender: "submitter", number, text: text.normalize("NFC"), key };
    const { data } = await sealMessage(message, { consultation, replyKey: box.replyKey });
    talk.number += 1;
    return { message: data, bucket: await bucketOf(box.replyKey, depthFor(comments)) };
  },
});

/** The messages of a bucket; what fills it up is zeros. */
function cut(data, size) {
  if (data.length === 0 || data.length % size) throw new CryptoError("message-error");
  const starts = Array.from({ length: data.length / size }, (_, place) => place * size);
  return starts.filter((start) => data[start] !== 0).map((start) => data.slice(start, start + size));
}

// What does not open is somebody else's.
async function openOne(sealed, place) {
  try {
    const { message, tickets } = await box.open(sealed);
    return { ...place, message, tickets, digest: toHex((await sha256(sealed)).subarray(0, 8)) };
  } catch {
    return null;
  }
}

function arranged(found) {
  const consultation = found[0]?.consultation ?? null;
  const own = found.filter((one) => one.consultation === consultation);
  own.sort((one, other) => one.message.number - other.message.number || (one.digest < other.digest ? -1 : 1));
  const asked = own.filter(({ message }) => message.sender === "moderator").at(-1);
  if (asked) {
    const number = own.at(-1).message.number + 1;
    talk = { consultation, comments: asked.comments, key: asked.message.key, number };
  }
  const messages = own.map(({ message: { key, ...shown }, digest }) => ({ ...shown, digest }));
  return { consultation, messages, tickets: asked ? asked.tickets.map(toB64url) : [] };
}
