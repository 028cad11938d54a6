// Opening the files of a comment that unseal.js opened. The secret of their keys stays here, with the comment's own.

import { attachmentKey, openAttachment } from "../lib/attachment.js";
import { sameBytes, sha256, toB64url } from "../lib/bytes.js";
import { CryptoError } from "../lib/errors.js";
import { rowAt } from "./unseal-rows.js";

/** What the page may know of a comment's files: [{sha256: base64url, type}], in the submitter's order. */
export const shownFiles = ({ attachments }) =>
  (attachments?.files ?? []).map(({ sha256: digest, type }) => ({ sha256: toB64url(digest), type }));

export const fileHandlers = {
  /**
   * {index, place, sealed: bytes} -> {type, data}. Refuses with "file-altered" bytes that are not those the comment names,
   * or do not open.
   */
  async "open-file"({ index, place, sealed }) {
    const { payload } = rowAt(index);
    const file = payload?.attachments?.files[place];
    if (!file) throw new CryptoError("cannot-open");
    if (!sameBytes(await sha256(sealed), file.sha256)) throw new CryptoError("file-altered");
    try {
      const key = await attachmentKey(payload.attachments.secret, place);
      return { type: file.type, data: await openAttachment(sealed, { key, consultation: payload.consultation }) };
    } catch (error) {
      throw new CryptoError("file-altered", error);
    }
  },
};
