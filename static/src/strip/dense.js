// Unpacking with an end: a few kilobytes can claim to be gigabytes.

import { Inflate, Unzlib } from "fflate";

import { concat } from "../lib/bytes.js";
import { isRefusal, refusal } from "./refusal.js";

const STEP = 16 * 1024;

/** The unpacked bytes of zlib (RFC 1950) or raw deflate data; refuses more than `most` of them, and what is no such data. */
export function inflated(data, most, { raw = false } = {}) {
  const parts = [];
  let size = 0;
  const take = (part) => {
    size += part.length;
    if (size > most) throw refusal("dense");
    parts.push(part);
  };
  const stream = new (raw ? Inflate : Unzlib)(take);
  try {
    for (let at = 0; at < data.length; at += STEP) stream.push(data.subarray(at, at + STEP), at + STEP >= data.length);
  } catch (error) {
    throw isRefusal(error) ? error : refusal("broken", error);
  }
  return concat(...parts);
}
