"""Request bodies of the public app, read strictly, and the one canonical base64url."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from portal.errors import Invalid

HASH_BYTES = 32


@dataclass(frozen=True)
class Sealed:
    """A posted comment: the envelope's bytes, and the SHA-256 of the receipt's locator (32 bytes)."""

    envelope: bytes
    locator_hash: bytes


def b64url(data: bytes) -> str:
    """Base64url without padding (RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_b64url(text: str) -> bytes:
    """The inverse of :func:`b64url`; raises ValueError for any other spelling of the same bytes."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not base64url") from error
    if b64url(data) != text:
        raise ValueError("not canonical base64url")
    return data


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
        envelope = from_b64url(fields["envelope"])
    except ValueError:
        raise Invalid("envelope-malformed") from None
    return Sealed(envelope, _hash(fields["locator_hash"]))


def read_locator(body: bytes) -> bytes:
    """``{"locator": b64url of 32 bytes}``."""
    return _hash(_strings(body, {"locator"})["locator"])


def _hash(text: str) -> bytes:
    try:
        value = from_b64url(text)
    except ValueError:
        raise Invalid("receipt-malformed") from None
    if len(value) != HASH_BYTES:
        raise Invalid("receipt-malformed")
    return value
