"""A file sealed to one offline key while it is being written: the container of backups, version 1.

::

    b"PFB1" | u16be header length | header | one wrap of 1 168 bytes | chunks

The header is canonical JSON ``{"v", "type", "kid", "suite"}``. The wrap is a fresh 32-byte file key, sealed by HPKE
(RFC 9180) with KEM X-Wing to the key ``kid``. The plaintext follows in chunks of 64 KiB, each AES-256-GCM with a nonce
of an 11-byte counter and one byte that is 1 in the last chunk only, and the header as associated data: the STREAM
construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance", 2015). What was cut off, exchanged or appended does not open.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from portal.crypto.canonical import dump_canonical, parse_canonical
from portal.crypto.errors import CannotOpen, CryptoError, EnvelopeError
from portal.crypto.keys import kid_of, load_private, load_public, public_key

MAGIC = b"PFB1"
CHUNK = 64 * 1024
TAG_SIZE = 16
WRAP_SIZE = 1120 + 32 + 16
SUITE_NAME = "X-Wing/HKDF-SHA256/AES-256-GCM"
INFO_LABEL = b"portal/backup/v1\x00"
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _head(kid: str) -> bytes:
    body = dump_canonical({"v": 1, "type": "backup", "kid": kid, "suite": SUITE_NAME})
    return MAGIC + len(body).to_bytes(2, "big") + body


def _info(head: bytes) -> bytes:
    return INFO_LABEL + hashlib.sha256(head).digest()


def _nonce(counter: int, last: bool) -> bytes:
    return counter.to_bytes(11, "big") + bytes([last])


class Sealer:
    """A file to write to: what is written leaves for ``sink`` sealed to ``public`` (1 216 bytes).

    Nothing opens before :meth:`close` has written the last chunk.
    """

    def __init__(self, sink: BinaryIO, public: bytes) -> None:
        self._sink, self._counter, self._waiting = sink, 0, bytearray()
        self._head, file_key = _head(kid_of(public)), secrets.token_bytes(32)
        self._cipher = AESGCM(file_key)
        sink.write(self._head + _SUITE.encrypt(file_key, load_public(public), info=_info(self._head)))

    def write(self, data: bytes) -> int:
        """Take bytes; full chunks are sealed at once, the newest one is kept back because it may be the last."""
        self._waiting += data
        while len(self._waiting) > CHUNK:
            self._seal(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def flush(self) -> None:
        """As a file's ``flush``; what is kept back stays so."""
        self._sink.flush()

    def close(self) -> None:
        """Seal what is left as the last chunk."""
        self._seal(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _seal(self, chunk: bytes, *, last: bool) -> None:
        self._sink.write(self._cipher.encrypt(_nonce(self._counter, last), chunk, self._head))
        self._counter += 1


class Opener:
    """A file to read from: the plaintext of what :class:`Sealer` wrote to ``source``, for the key of that seed.

    Raises :class:`EnvelopeError` for another format, :class:`CannotOpen` for another key and for whatever was altered,
    also when that shows only at the end.
    """

    def __init__(self, source: BinaryIO, seed: bytes) -> None:
        self._source, self._counter, self._ended, self._ready = source, 0, False, bytearray()
        self._head = _read_head(source)
        if parse_canonical(self._head[6:])["kid"] != kid_of(public_key(seed)):
            raise CannotOpen("sealed to another key")
        try:
            file_key = _SUITE.decrypt(source.read(WRAP_SIZE), load_private(seed), info=_info(self._head))
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("this key does not open it, or it was altered") from error
        self._cipher = AESGCM(file_key)
        self._next = source.read(CHUNK + TAG_SIZE)

    def read(self, size: int = -1) -> bytes:
        """As a file's ``read``: at most ``size`` bytes, all that is left when negative, b"" at the end."""
        while not self._ended and (size < 0 or len(self._ready) < size):
            self._open_one()
        end = len(self._ready) if size < 0 else size
        taken = bytes(self._ready[:end])
        del self._ready[:end]
        return taken

    def _open_one(self) -> None:
        sealed, self._next = self._next, self._source.read(CHUNK + TAG_SIZE)
        last = not self._next
        try:
            self._ready += self._cipher.decrypt(_nonce(self._counter, last), sealed, self._head)
        except (InvalidTag, ValueError) as error:
            raise CannotOpen("the file was altered or ends too early") from error
        self._counter += 1
        self._ended = last


def _read_head(source: BinaryIO) -> bytes:
    start = source.read(6)
    head = start + source.read(int.from_bytes(start[4:6], "big"))
    try:
        kid = parse_canonical(head[6:])["kid"] if head[:4] == MAGIC else None
        if isinstance(kid, str) and _head(kid) == head:
            return head
    except (CryptoError, KeyError) as error:
        raise EnvelopeError("not a backup of version 1") from error
    raise EnvelopeError("not a backup of version 1")
