// Envelope v1: one comment, sealed to every moderator of its consultation. The twin of portal/crypto/envelope.py, which
// describes the format:
//
//   "PFE1" | u16be header length | header | content (size + 16 bytes) | one wrap of 1 168 bytes per key
//
// Recusal: every key of the consultation has a wrap, always, in the same order. That of a moderator whom the submitter
// left out is sealed to a throwaway key, so that neither size nor structure tells who was.

import { concat, randomBytes, sameBytes, sha256, subtle, utf8 } from "./bytes.js";
import { canonicalBytes, parseCanonical } from "./canonical.js";
import { CryptoError } from "./errors.js";
import { keyPairOf, kidOf, loadPublic, newSeed, publicKeyOf, suite } from "./keys.js";
import { COMMENT_SIZE, pad, unpad } from "./padding.js";

const MAGIC = utf8("PFE1");
const SUITE_NAME = "X-Wing/HKDF-SHA256/AES-256-GCM";
const INFO_LABEL = utf8("portal/envelope/v1\0");
const ENC_SIZE = 1120;
export const WRAP_SIZE = ENC_SIZE + 32 + 16;
const TAG_SIZE = 16;
const NONCE = new Uint8Array(12); // the content key is used exactly once
const MAX_KEYS = 32;
const KID = /^[0-9a-f]{32}$/u;
const HEADER_KEYS = "consultation,keys,size,suite,type,v";

/**
 * An envelope of the payload's bytes. `recipients`: [{kid, publicKey, include}], one for each key of the consultation;
 * those with `include` false are recused. Refuses with "envelope-error" when nobody could read it or a key id is not
 * its key's, with "padding-error" when the payload does not fit.
 */
export async function seal(payload, { consultation, recipients }) {
  const sorted = [...recipients].sort((one, other) => (one.kid < other.kid ? -1 : 1));
  if (!sorted.some(({ include }) => include === true)) throw new CryptoError("envelope-error");
  for (const { kid, publicKey } of sorted) {
    if ((await kidOf(publicKey)) !== kid) throw new CryptoError("envelope-error");
  }
  const keys = sorted.map(({ kid }) => kid);
  const head = encodeHeader(consultation, keys, COMMENT_SIZE);
  parseHeader(head); // what opening would refuse is not sealed either
  const contentKey = randomBytes(32);
  const content = await sealContent(contentKey, pad(payload, COMMENT_SIZE), head);
  const wraps = [];
  for (const { kid, publicKey, include } of sorted) {
    const target = include === true ? publicKey : await publicKeyOf(newSeed());
    wraps.push(await sealWrap(contentKey, target, await info(consultation, head, kid)));
  }
  contentKey.fill(0);
  return concat(head, content, ...wraps);
}

/** The parts, none of them opened: {header: {consultation, keys, size}, head, content, wraps: Map by kid}. */
export function parseEnvelope(data) {
  if (data.length < 6 || !sameBytes(data.subarray(0, 4), MAGIC)) throw new CryptoError("envelope-error");
  const end = 6 + new DataView(data.buffer, data.byteOffset).getUint16(4);
  const head = data.slice(0, end);
  const header = parseHeader(head);
  const start = end + header.size + TAG_SIZE;
  if (data.length !== start + WRAP_SIZE * header.keys.length) throw new CryptoError("envelope-error");
  const wrap = (at) => data.slice(start + at * WRAP_SIZE, start + (at + 1) * WRAP_SIZE);
  const wraps = new Map(header.keys.map((kid, at) => [kid, wrap(at)]));
  return { header, head, content: data.slice(end, start), wraps };
}

/** The payload's bytes, by a moderator's seed; refuses with "cannot-open" what was not sealed to it, or altered. */
export async function openWith(seed, data) {
  return (await makeOpener(seed))(data);
}

/** The same for many envelopes: the key pair is derived once. Resolves with a function from envelope to payload. */
export async function makeOpener(seed) {
  const open = await makeRowOpener(seed);
  return async (data) => (await open(data)).payload;
}

/**
 * Resolves with a function (envelope, wrap) -> {payload, contentKey, head}, for those who go on working on the comment.
 * `wrap`: what readers made later for this key ({@link wrapFor}), one or several wraps one after the other; null for
 * the envelope's own.
 */
export async function makeRowOpener(seed) {
  const pair = await keyPairOf(seed);
  const kid = await kidOf(await publicKeyOf(seed));
  return async (data, wrap = null) => {
    const { header, head, content, wraps } = parseEnvelope(data);
    const bound = await info(header.consultation, head, kid);
    let problem = new CryptoError("cannot-open");
    for (const one of pieces(wrap ?? wraps.get(kid) ?? new Uint8Array())) {
      try {
        const contentKey = await openWrap(one, pair, bound);
        return { payload: unpad(await openContent(contentKey, content, head)), contentKey, head };
      } catch (error) {
        problem = error instanceof CryptoError ? error : new CryptoError("cannot-open", error);
      }
    }
    throw problem;
  };
}

function pieces(wraps) {
  const count = Math.ceil(wraps.length / WRAP_SIZE);
  return Array.from({ length: count }, (_, at) => wraps.subarray(at * WRAP_SIZE, (at + 1) * WRAP_SIZE));
}

/** A wrap (1 168 bytes) of an opened comment's content key for one more key, which need not be in its header. */
export async function wrapFor({ contentKey, head }, { kid, publicKey }) {
  if ((await kidOf(publicKey)) !== kid) throw new CryptoError("envelope-error");
  return sealWrap(contentKey, publicKey, await info(parseHeader(head).consultation, head, kid));
}

/** The header bytes of an envelope of version 1 for those key ids, which are sorted. */
export const encodeHead = (consultation, keys) => encodeHeader(consultation, keys, COMMENT_SIZE);

function encodeHeader(consultation, keys, size) {
  const body = canonicalBytes({ v: 1, type: "comment", consultation, suite: SUITE_NAME, size, keys });
  if (body.length > 0xffff) throw new CryptoError("envelope-error");
  return concat(MAGIC, Uint8Array.of(body.length >> 8, body.length & 255), body);
}

function parseHeader(head) {
  let document;
  try {
    document = parseCanonical(head.subarray(6));
  } catch (error) {
    throw new CryptoError("envelope-error", error);
  }
  const { consultation, keys } = document;
  const named = Object.keys(document).sort().join() === HEADER_KEYS && typeof consultation === "string";
  const listed = Array.isArray(keys) && keys.length >= 1 && keys.length <= MAX_KEYS && keys.every(isKid);
  if (!named || !listed || !isSortedSet(keys)) throw new CryptoError("envelope-error");
  // Version 1 has one size and one suite: anything else does not encode back to the same bytes.
  if (!sameBytes(encodeHeader(consultation, keys, COMMENT_SIZE), head)) throw new CryptoError("envelope-error");
  return { consultation, keys, size: COMMENT_SIZE };
}

const isKid = (value) => typeof value === "string" && KID.test(value);
const isSortedSet = (keys) => keys.every((kid, at) => at === 0 || keys[at - 1] < kid);

async function info(consultation, head, kid) {
  return concat(INFO_LABEL, utf8(consultation), Uint8Array.of(0), await sha256(head), utf8(kid));
}

async function sealContent(contentKey, padded, head) {
  const key = await subtle().importKey("raw", contentKey, "AES-GCM", false, ["encrypt"]);
  return new Uint8Array(await subtle().encrypt({ name: "AES-GCM", iv: NONCE, additionalData: head }, key, padded));
}

async function openContent(contentKey, content, head) {
  const key = await subtle().importKey("raw", contentKey, "AES-GCM", false, ["decrypt"]);
  return new Uint8Array(await subtle().decrypt({ name: "AES-GCM", iv: NONCE, additionalData: head }, key, content));
}

async function sealWrap(contentKey, publicKey, bound) {
  try {
    const sender = await suite.createSenderContext({ recipientPublicKey: await loadPublic(publicKey), info: bound });
    return concat(new Uint8Array(sender.enc), new Uint8Array(await sender.seal(contentKey)));
  } catch (error) {
    throw new CryptoError("key-format-error", error);
  }
}

async function openWrap(wrap, pair, bound) {
  const enc = wrap.slice(0, ENC_SIZE);
  const recipient = await suite.createRecipientContext({ recipientKey: pair, enc, info: bound });
  return new Uint8Array(await recipient.open(wrap.slice(ENC_SIZE)));
}
