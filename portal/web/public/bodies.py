"""Request bodies of the public app, read strictly."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from portal.crypto.encoding import b64url_decode
from portal.crypto.errors import CryptoError
from portal.errors import Invalid

HASH_BYTES = 32


@dataclass(frozen=True)
class Sealed:
    """A posted comment: the envelope's bytes, and the SHA-256 of the receipt's locator (32 bytes)."""

    envelope: bytes
    locator_hash: bytes


def _strings(body: bytes, keys: set[str]) -> dict[str, str]:
    """A JSON object of exactly those keys, whose values are strings."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("body-malformed") from None
    if not isinstance(found, dict) or set(found) != keys or not all(isinstance(v, str) for v in found.values()):
        raise Invalid("body-malformed")
    return found


def read_sealed(body: bytes) -> Sealed:
    """``{"envelope": b64url, "locator_hash": b64url of 32 bytes}``: a post's body, or a file of ``portal seal``."""
    fields = _strings(body, {"envelope", "locator_hash"})
    try:
        envelope = b64url_decode(fields["envelope"])
    except CryptoError:
        raise Invalid("envelope-malformed") from None
    return Sealed(envelope, _hash(fields["locator_hash"]))


def read_locator(body: bytes) -> bytes:
    """``{"locator": b64url of 32 bytes}``."""
    return _hash(_strings(body, {"locator"})["locator"])


def _hash(text: str) -> bytes:
    try:
        value = b64url_decode(text)
    except CryptoError:
        raise Invalid("receipt-malformed") from None
    if len(value) != HASH_BYTES:
        raise Invalid("receipt-malformed")
    return value
