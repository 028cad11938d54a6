// Buckets of the mailboxes: what a reader asks for names many boxes. The twin of portal/crypto/buckets.py, which says why.
// 1 holds every box; 2b and 2b + 1 are the halves of b.

import { concat, sha256, utf8 } from "./bytes.js";

const LABEL = utf8("portal/mail/v1\0");
const BOXES_LEAST = 64;
const DEPTH_MOST = 12;

/** How many leading bits a bucket has in a consultation of so many logged comments. */
export function depthFor(comments) {
  return Math.min(DEPTH_MOST, depthOf(Math.max(1, Math.floor(comments / BOXES_LEAST))));
}

/** The number of the bucket of that depth which holds the box of that reply key (1 216 bytes). */
export async function bucketOf(replyKey, depth) {
  const [high, low] = await sha256(concat(LABEL, replyKey));
  return (1 << depth) | (((high << 8) | low) >> (16 - depth));
}

/** Whether `bucket` is `inner`, or contains it. */
export function contains(bucket, inner) {
  const up = depthOf(inner) - depthOf(bucket);
  return up >= 0 && inner >> up === bucket;
}

const depthOf = (bucket) => 31 - Math.clz32(bucket);
