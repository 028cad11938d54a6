// Sealing a comment. The receipt is drawn here; only the envelope, the hash of its locator and the code itself leave.
// The page ends the worker afterwards.

import { attachmentKey, sealAttachment, SECRET_SIZE } from "../lib/attachment.js";
import { randomBytes, sha256 } from "../lib/bytes.js";
import { buildPayload } from "../lib/payload.js";
import { seal } from "../lib/envelope.js";
import { publicKeyOf } from "../lib/keys.js";
import { formatReceipt, locatorHash, newReceipt, replySeed } from "../lib/receipt.js";
import { serve } from "../lib/worker-server.js";

serve({
  /**
   * {consultation, recipients: [{kid, publicKey, include}], comment: {topic, level, unit, ratings, text}, limit,
   *  files: [{type, data: a cleaned file's bytes}]} ->
   * {envelope: bytes, locatorHash: 32 bytes, code: the receipt as people copy it, files: [{sha256, sealed}]}
   */
  async seal({ consultation, recipients, comment, limit, files = [] }) {
    const receipt = newReceipt();
    const replyKey = await publicKeyOf(await replySeed(receipt));
    const text = comment.text.normalize("NFC");
    const { attachments, sealedFiles } = await sealFiles(files, consultation);
    const payload = buildPayload({ ...comment, text, consultation, replyKey, attachments }, limit);
    const envelope = await seal(payload, { consultation, recipients });
    return { envelope, locatorHash: await locatorHash(receipt), code: formatReceipt(receipt), files: sealedFiles };
  },
});

/** Each file under its own key; what opens them goes into the comment's payload. */
async function sealFiles(files, consultation) {
  if (!files.length) return { attachments: null, sealedFiles: [] };
  const secret = randomBytes(SECRET_SIZE);
  const sealedFiles = [];
  for (const [place, { data }] of files.entries()) {
    const sealed = await sealAttachment(data, { key: await attachmentKey(secret, place), consultation });
    sealedFiles.push({ sha256: await sha256(sealed), sealed });
  }
  const named = sealedFiles.map(({ sha256: digest }, place) => ({ sha256: digest, type: files[place].type }));
  return { attachments: { secret, files: named }, sealedFiles };
}
