"""A moderator's private key as the browser stores it: Argon2id (RFC 9106) over a passphrase, then AES-256-GCM.

The server keeps the text and can check its shape; it never sees the passphrase.
"""

from __future__ import annotations

import json
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from portal.crypto.canonical import dump_canonical, parse_canonical
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError, KeyWrapError

LABEL = b"portal/moderator-key/v1\x00"
KEYS = {"v", "kdf", "m", "t", "p", "salt", "nonce", "ct"}
MEMORY_KIB, TIME_COST, LANES = 65536, 3, 1


@dataclass(frozen=True)
class WrappedKey:
    """Parameters (memory in KiB, passes, lanes), salt (16 bytes), nonce (12) and ciphertext (48)."""

    m: int
    t: int
    p: int
    salt: bytes
    nonce: bytes
    ct: bytes

    def __str__(self) -> str:
        fields = {name: b64url_encode(getattr(self, name)) for name in ("salt", "nonce", "ct")}
        document = {"v": 1, "kdf": "argon2id", "m": self.m, "t": self.t, "p": self.p, **fields}
        return dump_canonical(document).decode()


def wrap(seed: bytes, passphrase: str, *, kid: str, memory_kib: int = MEMORY_KIB, time_cost: int = TIME_COST) -> str:
    """The wrapped form of a 32-byte seed."""
    if len(seed) != 32:
        raise KeyWrapError("a seed is 32 bytes long")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    key = _derive(passphrase, salt, memory_kib, time_cost, LANES)
    ciphertext = AESGCM(key).encrypt(nonce, seed, LABEL + kid.encode("ascii"))
    return str(WrappedKey(memory_kib, time_cost, LANES, salt, nonce, ciphertext))


def unwrap(text: str, passphrase: str, *, kid: str) -> bytes:
    """The seed; raises :class:`KeyWrapError` for a wrong passphrase or another key's text."""
    wrapped = parse_wrapped(text)
    key = _derive(passphrase, wrapped.salt, wrapped.m, wrapped.t, wrapped.p)
    try:
        return AESGCM(key).decrypt(wrapped.nonce, wrapped.ct, LABEL + kid.encode("ascii"))
    except InvalidTag as error:
        raise KeyWrapError("the passphrase does not open this key") from error


def parse_wrapped(text: str) -> WrappedKey:
    """The parts of a wrapped key; raises :class:`KeyWrapError` for anything but ``str()`` of one."""
    try:
        document: dict[str, Any] = parse_canonical(text.encode())
        if set(document) != KEYS:
            raise KeyWrapError("not a wrapped key of version 1")
        binary = {name: b64url_decode(document[name]) for name in ("salt", "nonce", "ct")}
    except KeyWrapError:
        raise
    except (CryptoError, ValueError, TypeError, AttributeError, json.JSONDecodeError) as error:
        raise KeyWrapError("not a wrapped key of version 1") from error
    memory, passes, lanes = (document[name] for name in ("m", "t", "p"))
    salt, nonce, ct = (binary[name] for name in ("salt", "nonce", "ct"))
    if [len(salt), len(nonce), len(ct)] != [16, 12, 48] or not _in_range([memory, passes, lanes]):
        raise KeyWrapError("a parameter is out of range")
    wrapped = WrappedKey(memory, passes, lanes, salt, nonce, ct)
    if str(wrapped) != text:
        raise KeyWrapError("not a wrapped key of version 1")
    return wrapped


def _in_range(numbers: list[Any]) -> bool:
    memory, passes, lanes = numbers
    whole = all(type(number) is int for number in numbers)
    return whole and 8192 <= memory <= 1048576 and 1 <= passes <= 16 and 1 <= lanes <= 4


def _derive(passphrase: str, salt: bytes, memory_kib: int, time_cost: int, lanes: int) -> bytes:
    text = unicodedata.normalize("NFC", passphrase).encode()
    if not text:
        raise KeyWrapError("the passphrase is empty")
    kdf = Argon2id(salt=salt, length=32, iterations=time_cost, lanes=lanes, memory_cost=memory_kib)
    return kdf.derive(text)
