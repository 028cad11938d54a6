// The key file: the wrapped private half, the public half and the key id. Alone it opens nothing.

export const KEY_FILE_MAX = 16 * 1024;

/** The file's text, and a name that says which key it is. `wrapped` is the object that the worker gave. */
export function makeKeyFile({ kid, publicKey, wrapped }) {
  const text = `${JSON.stringify({ v: 1, kid, public_key: publicKey, wrapped }, null, 2)}\n`;
  return { name: `portal-key-${kid.slice(0, 8)}.json`, text };
}

/** The inverse: {kid, publicKey, wrapped}, or null when the text is no key file. */
export function readKeyFile(text) {
  if (text.length > KEY_FILE_MAX) return null;
  let found;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  const keys = found && typeof found === "object" ? Object.keys(found).sort().join() : "";
  if (keys !== "kid,public_key,v,wrapped" || found.v !== 1) return null;
  if (!/^[0-9a-f]{32}$/u.test(found.kid) || typeof found.public_key !== "string") return null;
  if (!found.wrapped || typeof found.wrapped !== "object" || Array.isArray(found.wrapped)) return null;
  return { kid: found.kid, publicKey: found.public_key, wrapped: found.wrapped };
}
