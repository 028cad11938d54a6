"""The receipt: 80 random bits that only the submitter holds, and what the browser derives from them.

HKDF-SHA256 (RFC 5869) with salt ``portal/receipt/v1``: ``locator`` finds the mailbox, ``reply-key`` seeds the X-Wing
key to which replies are sealed. The server stores SHA-256 of the locator and nothing else.
"""

from __future__ import annotations

import hashlib
import secrets

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.crypto.crockford import RAW_SIZE, encode_code, parse_code
from portal.crypto.errors import ReceiptError

SALT = b"portal/receipt/v1"


def new_receipt() -> bytes:
    """Ten fresh random bytes."""
    return secrets.token_bytes(RAW_SIZE)


format_receipt = encode_code
parse_receipt = parse_code


def locator(raw: bytes) -> bytes:
    """32 bytes by which the receipt's holder asks for the comment."""
    return _derive(raw, b"locator")


def reply_seed(raw: bytes) -> bytes:
    """The 32-byte X-Wing seed of the reply key."""
    return _derive(raw, b"reply-key")


def locator_hash(raw: bytes) -> bytes:
    """SHA-256 of the locator: what the server keeps."""
    return hashlib.sha256(locator(raw)).digest()


def _derive(raw: bytes, label: bytes) -> bytes:
    if len(raw) != RAW_SIZE:
        raise ReceiptError("a receipt holds ten bytes")
    return HKDF(algorithm=SHA256(), length=32, salt=SALT, info=label).derive(raw)
