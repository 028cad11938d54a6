// The text of a wrapped key, in both versions: its form only. The twin of portal/crypto/keywrap.py, which describes it;
// keywrap.js opens it.

import { fromB64url, fromUtf8, toB64url, toHex, utf8 } from "./bytes.js";
import { canonicalBytes, parseCanonical } from "./canonical.js";
import { CryptoError } from "./errors.js";

export const PASSKEYS_MAX = 5;

/** {passphrase: as parseWrapped gives it, passkeys: [{id, salt, nonce, ct}], bytes} as text; without any, version 1. */
export function formatDocument({ passphrase, passkeys }) {
  if (!passkeys.length) return formatWrapped(passphrase);
  const sorted = [...passkeys].sort((one, other) => (toHex(one.id) < toHex(other.id) ? -1 : 1));
  const entries = sorted.map((entry) => fields(entry, ["id", "salt", "nonce", "ct"], toB64url));
  return canonicalText({ v: 2, passphrase: parseCanonical(utf8(formatWrapped(passphrase))), passkeys: entries });
}

/** The inverse; refuses ("key-wrap-error") anything but what formatDocument writes. */
export function parseDocument(text) {
  const document = guarded(() => parseCanonical(utf8(text)));
  if (document?.v !== 2) return { passphrase: parseWrapped(text), passkeys: [] };
  const found = guarded(() => ({
    passphrase: parseWrapped(canonicalText(document.passphrase)),
    passkeys: document.passkeys.map((entry) => fields(entry, ["id", "salt", "nonce", "ct"], fromB64url)),
  }));
  const ids = new Set(found.passkeys.map(({ id }) => toHex(id)));
  const counted = ids.size >= 1 && ids.size <= PASSKEYS_MAX && ids.size === found.passkeys.length;
  const sized = found.passkeys.every(isSized);
  if (!counted || !sized || formatDocument(found) !== text) throw new CryptoError("key-wrap-error");
  return found;
}

/** The same document (an object) without that passkey. */
export function withoutPasskey(wrapped, id) {
  const { passphrase, passkeys } = parseDocument(canonicalText(wrapped));
  const rest = passkeys.filter((passkey) => toB64url(passkey.id) !== id);
  return JSON.parse(formatDocument({ passphrase, passkeys: rest }));
}

/** {m: KiB, t: passes, p: lanes, salt: 16 bytes, nonce: 12 bytes, ct: 48 bytes} as text: version 1. */
export function formatWrapped({ m, t, p, salt, nonce, ct }) {
  const binary = fields({ salt, nonce, ct }, ["salt", "nonce", "ct"], toB64url);
  return canonicalText({ v: 1, kdf: "argon2id", m, t, p, ...binary });
}

/** The inverse; refuses anything but what formatWrapped writes, and parameters out of range. */
export function parseWrapped(text) {
  const wrapped = guarded(() => {
    const { v, kdf, m, t, p, salt, nonce, ct, ...more } = parseCanonical(utf8(text));
    if (v !== 1 || kdf !== "argon2id" || Object.keys(more).length) throw new CryptoError("key-wrap-error");
    return { m, t, p, salt: fromB64url(salt), nonce: fromB64url(nonce), ct: fromB64url(ct) };
  });
  const { m, t, p, salt, nonce, ct } = wrapped;
  const sized = salt.length === 16 && nonce.length === 12 && ct.length === 48;
  const ranged = isBetween(m, 8192, 1048576) && isBetween(t, 1, 16) && isBetween(p, 1, 4);
  if (!sized || !ranged) throw new CryptoError("key-wrap-error");
  return wrapped;
}

const isBetween = (value, low, high) => Number.isSafeInteger(value) && low <= value && value <= high;
const isSized = ({ id, salt, nonce, ct }) =>
  isBetween(id.length, 16, 1023) && salt.length === 32 && nonce.length === 12 && ct.length === 48;
const canonicalText = (value) => fromUtf8(canonicalBytes(value));
const fields = (entry, names, change) => Object.fromEntries(names.map((name) => [name, change(entry[name])]));

function guarded(parse) {
  try {
    return parse();
  } catch (error) {
    throw new CryptoError("key-wrap-error", error);
  }
}
