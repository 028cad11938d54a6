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
    """A posted comment: the envelope, the SHA-256 of the receipt's locator (32 bytes), and the ballot if any."""

    envelope: bytes
    locator_hash: bytes
    ballot: bytes | None = None


def _strings(body: bytes, *allowed: set[str]) -> dict[str, str]:
    """A JSON object of exactly one of those sets of keys, whose values are strings."""
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("body-malformed") from None
    if not isinstance(found, dict) or set(found) not in allowed or not all(isinstance(v, str) for v in found.values()):
        raise Invalid("body-malformed")
    return found


def read_sealed(body: bytes) -> Sealed:
    """A post's body, or a file of ``portal seal``: ``{"envelope", "locator_hash"}``, and ``"ballot"`` to spend one.

    All base64url; the hash has 32 bytes.
    """
    fields = _strings(body, {"envelope", "locator_hash"}, {"envelope", "locator_hash", "ballot"})
    try:
        envelope = b64url_decode(fields["envelope"])
    except CryptoError:
        raise Invalid("envelope-malformed") from None
    return Sealed(envelope, _hash(fields["locator_hash"]), _ballot(fields.get("ballot")))


def _ballot(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return b64url_decode(text)
    except CryptoError:
        raise Invalid("ballot-malformed") from None


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
