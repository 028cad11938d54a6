// X-Wing keys (draft-connolly-cfrg-xwing-kem): a 32-byte seed, a public key of 1 216 bytes, and the key's id.
// The twin of portal/crypto/keys.py, and the one place that knows the HPKE library.

import { Aes256Gcm, CipherSuite, HkdfSha256 } from "@hpke/core";
import { XWing } from "@hpke/hybridkem-x-wing";

import { randomBytes, sha256, subtle, toHex } from "./bytes.js";
import { CryptoError } from "./errors.js";

export const SEED_SIZE = 32;
export const PUBLIC_KEY_SIZE = 1216;

const kem = new XWing();

/** HPKE (RFC 9180): X-Wing (0x647a), HKDF-SHA256, AES-256-GCM. */
export const suite = new CipherSuite({ kem, kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/** 32 fresh random bytes: a private key. */
export const newSeed = () => randomBytes(SEED_SIZE);

/** The public key (1 216 bytes) of a seed. */
export async function publicKeyOf(seed) {
  const { publicKey } = await keyPairOf(seed);
  return new Uint8Array(await kem.serializePublicKey(publicKey));
}

/** The key's id: 32 lower-case hexadecimal digits of SHA-256 of the public key. */
export async function kidOf(publicKey) {
  if (publicKey.length !== PUBLIC_KEY_SIZE) throw new CryptoError("key-format-error");
  return toHex((await sha256(publicKey)).subarray(0, 16));
}

/** The key pair for HPKE; refuses ("key-format-error") a seed that is not 32 bytes long. */
export async function keyPairOf(seed) {
  if (seed.length !== SEED_SIZE) throw new CryptoError("key-format-error");
  subtle(); // refuses where there is no WebCrypto: the library would say it in its own words
  return kem.generateKeyPairDerand(seed.slice());
}

/** The public key for HPKE. Whether the bytes are an ML-KEM key at all shows when something is sealed to it. */
export async function loadPublic(publicKey) {
  if (publicKey.length !== PUBLIC_KEY_SIZE) throw new CryptoError("key-format-error");
  subtle();
  return kem.deserializePublicKey(publicKey.slice().buffer);
}
