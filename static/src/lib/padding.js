// One size for every comment: u32be length, the payload, zeros. The twin of portal/crypto/padding.py.

import { CryptoError } from "./errors.js";

export const PREFIX = 4;
export const COMMENT_SIZE = 8192;

/** Exactly `size` bytes; refuses ("padding-error") a payload that does not fit. */
export function pad(payload, size = COMMENT_SIZE) {
  if (payload.length > size - PREFIX) throw new CryptoError("padding-error");
  const padded = new Uint8Array(size);
  new DataView(padded.buffer).setUint32(0, payload.length);
  padded.set(payload, PREFIX);
  return padded;
}

/** The payload; refuses a length over the size and a tail that is not zero. */
export function unpad(padded) {
  if (padded.length < PREFIX) throw new CryptoError("padding-error");
  const length = new DataView(padded.buffer, padded.byteOffset).getUint32(0);
  const fits = length <= padded.length - PREFIX;
  if (!fits || padded.subarray(PREFIX + length).some((byte) => byte !== 0)) throw new CryptoError("padding-error");
  return padded.slice(PREFIX, PREFIX + length);
}
