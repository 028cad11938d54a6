"""Request bodies of the public app, read strictly."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from portal.crypto.encoding import b64url_decode
from portal.crypto.errors import CryptoError
from portal.errors import Invalid

HASH_BYTES = 32


@dataclass(frozen=True)
class Sealed:
    """A posted comment: the envelope, the SHA-256 of the receipt's locator (32 bytes), and the ballot if any.

    ``files``: SHA-256 of each sealed file that goes with it (32 bytes each).
    """

    envelope: bytes
    locator_hash: bytes
    ballot: bytes | None = None
    files: tuple[bytes, ...] = ()


def _object(body: bytes) -> dict[str, Any]:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        raise Invalid("body-malformed") from None
    if not isinstance(found, dict):
        raise Invalid("body-malformed")
    return found


def _strings(found: dict[str, Any], *allowed: set[str]) -> dict[str, str]:
    """The object, if it has exactly one of those sets of keys and strings for values."""
    if set(found) not in allowed or not all(isinstance(v, str) for v in found.values()):
        raise Invalid("body-malformed")
    return found


def read_sealed(body: bytes) -> Sealed:
    """A post's body, or a file of ``portal seal``: ``{"envelope", "locator_hash"}``, and ``"ballot"`` to spend one.

    All base64url; the hash has 32 bytes.
    """
    return _sealed(_object(body))


def read_sealed_with_files(body: bytes) -> Sealed:
    """The same with ``"files"``: SHA-256 of each sealed file behind it, base64url, in their order and each once."""
    found = _object(body)
    files = found.pop("files", None)
    if not isinstance(files, list) or not all(isinstance(item, str) for item in files):
        raise Invalid("body-malformed")
    hashes = tuple(_bytes32(item, "attachment-malformed") for item in files)
    if len(set(hashes)) != len(hashes):
        raise Invalid("attachment-malformed")
    return replace(_sealed(found), files=hashes)


def _sealed(found: dict[str, Any]) -> Sealed:
    fields = _strings(found, {"envelope", "locator_hash"}, {"envelope", "locator_hash", "ballot"})
    try:
        envelope = b64url_decode(fields["envelope"])
    except CryptoError:
        raise Invalid("envelope-malformed") from None
    return Sealed(envelope, _bytes32(fields["locator_hash"], "receipt-malformed"), _ballot(fields.get("ballot")))


def _ballot(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return b64url_decode(text)
    except CryptoError:
        raise Invalid("ballot-malformed") from None


def read_locator(body: bytes) -> bytes:
    """``{"locator": b64url of 32 bytes}``."""
    return _bytes32(_strings(_object(body), {"locator"})["locator"], "receipt-malformed")


def _bytes32(text: str, code: str) -> bytes:
    try:
        value = b64url_decode(text)
    except CryptoError:
        raise Invalid(code) from None
    if len(value) != HASH_BYTES:
        raise Invalid(code)
    return value
