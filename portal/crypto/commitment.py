"""Salted commitments: the log holds the digest, an auditor gets the salt and the document."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from portal.crypto.canonical import dump_canonical
from portal.crypto.errors import CryptoError

LABEL = b"portal/commitment/v1\x00"
SALT_SIZE = 32


def commit(salt: bytes, document: Mapping[str, Any]) -> bytes:
    """SHA-256(label || salt || canonical JSON): 32 bytes. ``salt`` must be 32 fresh random bytes.

    Hiding rests on the salt's 256 bits, binding on SHA-256's collision resistance.
    """
    if len(salt) != SALT_SIZE:
        raise CryptoError("a salt is 32 bytes long")
    return hashlib.sha256(LABEL + salt + dump_canonical(document)).digest()
