"""Base64url without padding (RFC 4648 section 5), canonical only."""

from __future__ import annotations

import base64
import binascii

from portal.crypto.errors import CryptoError


def b64url_encode(data: bytes) -> str:
    """The text of those bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def b64url_decode(text: str) -> bytes:
    """The bytes of that text; raises :class:`CryptoError` unless :func:`b64url_encode` gives it back."""
    try:
        data = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (UnicodeEncodeError, binascii.Error, ValueError) as error:
        raise CryptoError("not base64url") from error
    if b64url_encode(data) != text:
        raise CryptoError("not canonical base64url")
    return data
