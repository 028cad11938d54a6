// Sealing a comment. The receipt is drawn here; only the envelope, the hash of its locator and the code itself leave.
// The page ends the worker afterwards.

import { buildPayload } from "../lib/payload.js";
import { seal } from "../lib/envelope.js";
import { publicKeyOf } from "../lib/keys.js";
import { formatReceipt, locatorHash, newReceipt, replySeed } from "../lib/receipt.js";
import { serve } from "../lib/worker-server.js";

serve({
  /**
   * {consultation, recipients: [{kid, publicKey, include}], comment: {topic, level, unit, ratings, text}, limit} ->
   * {envelope: bytes, locatorHash: 32 bytes, code: the receipt as people copy it}
   */
  async seal({ consultation, recipients, comment, limit }) {
    const receipt = newReceipt();
    const replyKey = await publicKeyOf(await replySeed(receipt));
    const text = comment.text.normalize("NFC");
    const payload = buildPayload({ ...comment, text, consultation, replyKey }, limit);
    const envelope = await seal(payload, { consultation, recipients });
    return { envelope, locatorHash: await locatorHash(receipt), code: formatReceipt(receipt) };
  },
});
