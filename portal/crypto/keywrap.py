"""A moderator's private key as the browser stores it: Argon2id (RFC 9106) over a passphrase, then AES-256-GCM.

Version 1 is that and nothing else. Version 2 keeps it, and adds the same seed under passkeys: AES-256-GCM with a key
that HKDF-SHA256 (RFC 5869) makes of a passkey's PRF output (WebAuthn 3, section 10.1.4) ::

    {"v": 2, "passphrase": <version 1>, "passkeys": [{"id", "salt", "nonce", "ct"}, ...]}

``id`` is the credential's, ``salt`` what the browser evaluates the PRF on. The passphrase always stays: a passkey may
be lost with its device. The server keeps the text and can check its shape; it sees neither passphrase nor PRF output.
"""

from __future__ import annotations

import json
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.crypto.canonical import dump_canonical, parse_canonical
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError, KeyWrapError

LABEL = b"portal/moderator-key/v1\x00"
KEYS = {"v", "kdf", "m", "t", "p", "salt", "nonce", "ct"}
MEMORY_KIB, TIME_COST, LANES = 65536, 3, 1
PASSKEY_LABEL = b"portal/moderator-key/passkey/v1\x00"
PASSKEY_KEYS = {"id", "salt", "nonce", "ct"}
PASSKEYS_MAX, PRF_SIZE = 5, 32


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


@dataclass(frozen=True)
class PasskeyWrap:
    """Credential id (16 to 1 023 bytes), PRF salt (32), nonce (12) and ciphertext (48)."""

    id: bytes
    salt: bytes
    nonce: bytes
    ct: bytes

    def document(self) -> dict[str, str]:
        """As it stands in version 2."""
        return {name: b64url_encode(getattr(self, name)) for name in sorted(PASSKEY_KEYS)}


@dataclass(frozen=True)
class WrappedDocument:
    """All ways to one seed. ``passkeys``: by credential id, each once; without any, the text is of version 1."""

    passphrase: WrappedKey
    passkeys: tuple[PasskeyWrap, ...] = ()

    def __str__(self) -> str:
        if not self.passkeys:
            return str(self.passphrase)
        passkeys = [passkey.document() for passkey in self.passkeys]
        return dump_canonical({"v": 2, "passphrase": json.loads(str(self.passphrase)), "passkeys": passkeys}).decode()


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
    wrapped = parse_document(text).passphrase
    key = _derive(passphrase, wrapped.salt, wrapped.m, wrapped.t, wrapped.p)
    try:
        return AESGCM(key).decrypt(wrapped.nonce, wrapped.ct, LABEL + kid.encode("ascii"))
    except InvalidTag as error:
        raise KeyWrapError("the passphrase does not open this key") from error


def wrap_with_prf(seed: bytes, prf: bytes, *, kid: str, credential: bytes, salt: bytes) -> PasskeyWrap:
    """The seed under a passkey's PRF output (32 bytes)."""
    if len(seed) != 32:
        raise KeyWrapError("a seed is 32 bytes long")
    nonce = secrets.token_bytes(12)
    ciphertext = AESGCM(_derive_prf(prf, kid)).encrypt(nonce, seed, PASSKEY_LABEL + kid.encode("ascii"))
    return PasskeyWrap(credential, salt, nonce, ciphertext)


def unwrap_with_prf(text: str, prf: bytes, *, kid: str, credential: bytes) -> bytes:
    """The seed, by that passkey; raises :class:`KeyWrapError` for another passkey's output or another key's text."""
    found = next((one for one in parse_document(text).passkeys if one.id == credential), None)
    if found is None:
        raise KeyWrapError("no such passkey")
    try:
        return AESGCM(_derive_prf(prf, kid)).decrypt(found.nonce, found.ct, PASSKEY_LABEL + kid.encode("ascii"))
    except InvalidTag as error:
        raise KeyWrapError("the passkey does not open this key") from error


def parse_document(text: str) -> WrappedDocument:
    """A wrapped key of either version; raises :class:`KeyWrapError` for anything but ``str()`` of one."""
    try:
        document = parse_canonical(text.encode())
        if document.get("v") != 2:
            return WrappedDocument(parse_wrapped(text))
        passphrase = parse_wrapped(dump_canonical(document["passphrase"]).decode())
        parsed = WrappedDocument(passphrase, tuple(map(_parse_passkey, document["passkeys"])))
    except KeyWrapError:
        raise
    except (CryptoError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise KeyWrapError("not a wrapped key") from error
    ids = [passkey.id for passkey in parsed.passkeys]
    if not 1 <= len(ids) <= PASSKEYS_MAX or ids != sorted(set(ids)) or str(parsed) != text:
        raise KeyWrapError("not a wrapped key of version 2")
    return parsed


def _parse_passkey(document: Any) -> PasskeyWrap:
    if not isinstance(document, dict) or set(document) != PASSKEY_KEYS:
        raise KeyWrapError("not a passkey's wrap")
    found = PasskeyWrap(**{name: b64url_decode(value) for name, value in document.items()})
    if not 16 <= len(found.id) <= 1023 or [len(found.salt), len(found.nonce), len(found.ct)] != [32, 12, 48]:
        raise KeyWrapError("a part has another length")
    return found


def parse_wrapped(text: str) -> WrappedKey:
    """The parts of version 1; raises :class:`KeyWrapError` for anything but ``str()`` of one."""
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


def _derive_prf(prf: bytes, kid: str) -> bytes:
    if len(prf) != PRF_SIZE:
        raise KeyWrapError("a PRF output is 32 bytes long")
    return HKDF(algorithm=SHA256(), length=32, salt=PASSKEY_LABEL, info=kid.encode("ascii")).derive(prf)
