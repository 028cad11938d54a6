// A passkey as a second way to a moderator's key: its PRF extension (WebAuthn 3, section 10.1.4) gives 32 bytes that
// only this device can make. Nothing of a credential is ever sent: toJSON(), which would carry the output, is not
// called, and what comes out of here is handed to a worker. Signing in is not its business.

import { fromB64url, randomBytes, toB64url } from "../lib/bytes.js";
import { CryptoError } from "../lib/errors.js";

const RANDOM = 32;
// ES256, EdDSA and RS256 (COSE): whatever the device has; no signature is ever looked at.
const ALGORITHMS = [-7, -8, -257].map((alg) => ({ type: "public-key", alg }));

/** Whether this browser knows passkeys at all. Whether one of them has the PRF shows when it is made. */
export const passkeysWork = () => typeof PublicKeyCredential === "function" && Boolean(navigator.credentials?.create);

/**
 * Make a passkey for unlocking: {id, salt, prf}, bytes. Refuses with "passkey-refused" (cancelled, not recognised) or
 * "passkey-no-prf".
 */
export async function makePasskey({ rp, user }) {
  const salt = randomBytes(RANDOM);
  const publicKey = {
    rp: { name: rp },
    // A random handle: with a person's own, the device could put this passkey in the place of one for signing in.
    user: { id: randomBytes(RANDOM), name: user, displayName: user },
    challenge: randomBytes(RANDOM),
    pubKeyCredParams: ALGORITHMS,
    authenticatorSelection: { userVerification: "required" },
    extensions: { prf: { eval: { first: salt } } },
  };
  const made = await asked(() => navigator.credentials.create({ publicKey }));
  const id = new Uint8Array(made.rawId);
  const { prf } = made.getClientExtensionResults();
  if (prf?.results?.first) return { id, salt, prf: new Uint8Array(prf.results.first) };
  if (!prf?.enabled) throw new CryptoError("passkey-no-prf");
  // Many devices evaluate the PRF only when the passkey is used.
  return { salt, ...(await usePasskey([{ id: toB64url(id), salt: toB64url(salt) }])) };
}

/** Use one of those passkeys, [{id, salt}] in base64url as a wrapped key holds them: {id, prf}, bytes. */
export async function usePasskey(passkeys) {
  const evalByCredential = Object.fromEntries(passkeys.map(({ id, salt }) => [id, { first: fromB64url(salt) }]));
  const publicKey = {
    challenge: randomBytes(RANDOM),
    allowCredentials: passkeys.map(({ id }) => ({ type: "public-key", id: fromB64url(id) })),
    userVerification: "required",
    extensions: { prf: { evalByCredential } },
  };
  const used = await asked(() => navigator.credentials.get({ publicKey }));
  const first = used.getClientExtensionResults().prf?.results?.first;
  if (!first) throw new CryptoError("passkey-no-prf");
  return { id: new Uint8Array(used.rawId), prf: new Uint8Array(first) };
}

/** Show the button [data-passkey] inside `root`, where the page has one and the browser knows passkeys. */
export function offerPasskey(root, onPress) {
  const button = root.querySelector("[data-passkey]");
  if (!button || !passkeysWork()) return;
  button.hidden = false;
  button.addEventListener("click", onPress);
}

/** The words of what can go wrong with a passkey, by code, from a page's dataset. */
export const passkeyWords = (words) => ({
  "passkey-refused": words.errorPasskeyRefused,
  "passkey-no-prf": words.errorPasskeyNoPrf,
  "wrong-passkey": words.errorPasskeyWrong,
});

async function asked(question) {
  try {
    return await question();
  } catch (error) {
    throw new CryptoError("passkey-refused", error);
  }
}
