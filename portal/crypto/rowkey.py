"""Row keys: what moderators share about one comment, sealed to exactly those who can read the comment.

Whoever opens a comment's envelope has its content key, and nobody else does. Everything that moderators write to each
other about that comment (codings, conversation, redactions) is served sealed under keys derived from it, in fixed
sizes and identically to every moderator: so one whom the submitter left out reads no metadata, and the server cannot
tell who was left out.

::

    row_key = HKDF-SHA256(ikm = content key, salt = "portal/row/v1", info = label || 0x00 || SHA-256(head), 32 bytes)
    sealed  = nonce (12 random bytes) || AES-256-GCM(row_key, nonce, pad(plaintext, size), aad)

``head`` is the envelope's header bytes (:attr:`portal.crypto.envelope.ParsedEnvelope.head`). HKDF is RFC 5869. A row
key seals many times, hence the random nonce (NIST SP 800-38D 8.2.2: far under 2**32 messages a key).
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.crypto.canonical import dump_canonical
from portal.crypto.errors import CannotOpen, RowKeyError
from portal.crypto.padding import pad, unpad

SALT = b"portal/row/v1"
LABELS = frozenset({"coding", "conversation", "redaction"})
KEY_SIZE, NONCE_SIZE, TAG_SIZE = 32, 12, 16
CODING_SIZE = 4096


def row_key(content_key: bytes, head: bytes, label: str) -> bytes:
    """The 32-byte key of that use of the comment; raises :class:`RowKeyError` for another label or size of key."""
    if label not in LABELS or len(content_key) != KEY_SIZE:
        raise RowKeyError("not a content key, or not a use of it")
    info = label.encode("ascii") + b"\x00" + hashlib.sha256(head).digest()
    return HKDF(algorithm=SHA256(), length=KEY_SIZE, salt=SALT, info=info).derive(content_key)


def seal_row(key: bytes, plaintext: bytes, size: int, aad: bytes) -> bytes:
    """``sealed_size(size)`` bytes; raises :class:`portal.crypto.errors.PaddingError` when the text does not fit."""
    nonce = secrets.token_bytes(NONCE_SIZE)
    return nonce + AESGCM(key).encrypt(nonce, pad(plaintext, size), aad)


def open_row(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """What was sealed; raises :class:`CannotOpen` for another key or associated data, or an altered byte."""
    if len(sealed) < sealed_size(0):
        raise CannotOpen("too short to be sealed")
    try:
        return unpad(AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], aad))
    except InvalidTag as error:
        raise CannotOpen("this key does not open it, or it was altered") from error


def sealed_size(size: int) -> int:
    """How many bytes a row of that padded size takes."""
    return NONCE_SIZE + size + TAG_SIZE


def coding_aad(slot: int, revision: int) -> bytes:
    """The associated data of a shared coding: canonical JSON ``{"revision", "slot"}``.

    The key names the comment already; this keeps a server from showing an old revision, or another slot's, as this one.
    """
    return dump_canonical({"revision": revision, "slot": slot})
