"""X-Wing keys (draft-connolly-cfrg-xwing-kem): a 32-byte seed, a public key of 1 216 bytes, and the key's id."""

from __future__ import annotations

import hashlib
import secrets

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from portal.crypto.errors import KeyFormatError

SEED_SIZE = 32
PUBLIC_KEY_SIZE = 1216
MLKEM_PUBLIC_SIZE = 1184


def new_seed() -> bytes:
    """32 fresh random bytes: a private key."""
    return secrets.token_bytes(SEED_SIZE)


def public_key(seed: bytes) -> bytes:
    """The public key (1 216 bytes) of a seed."""
    mlkem, x25519 = _expand(seed)
    return mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()


def kid_of(public: bytes) -> str:
    """The key's id: 32 lower-case hexadecimal digits of SHA-256 of the public key."""
    if len(public) != PUBLIC_KEY_SIZE:
        raise KeyFormatError("an X-Wing public key is 1216 bytes long")
    return hashlib.sha256(public).hexdigest()[:32]


def load_private(seed: bytes) -> MLKEM768X25519PrivateKey:
    """The private key for HPKE."""
    return MLKEM768X25519PrivateKey(*_expand(seed))


def load_public(public: bytes) -> MLKEM768X25519PublicKey:
    """The public key for HPKE; raises :class:`KeyFormatError` for bytes that are none."""
    kid_of(public)
    try:
        mlkem = MLKEM768PublicKey.from_public_bytes(public[:MLKEM_PUBLIC_SIZE])
        return MLKEM768X25519PublicKey(mlkem, X25519PublicKey.from_public_bytes(public[MLKEM_PUBLIC_SIZE:]))
    except ValueError as error:
        raise KeyFormatError("not an X-Wing public key") from error


def _expand(seed: bytes) -> tuple[MLKEM768PrivateKey, X25519PrivateKey]:
    """SHAKE256(seed, 96) -> ML-KEM seed (64) || X25519 scalar (32), as the X-Wing draft says."""
    if len(seed) != SEED_SIZE:
        raise KeyFormatError("a seed is 32 bytes long")
    expanded = hashlib.shake_256(seed).digest(96)
    return MLKEM768PrivateKey.from_seed_bytes(expanded[:64]), X25519PrivateKey.from_private_bytes(expanded[64:])
