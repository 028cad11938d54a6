"""Base64url without padding (RFC 4648 section 5), canonical only."""

from __future__ import annotations

import base64
import binascii

from portal.crypto.errors import CryptoError

STANDARD = bytes.maketrans(b"-_+/", b"+/..")
"""From the URL's alphabet to the other, whose own two characters are none here."""


def b64url_encode(data: bytes) -> str:
    """The text of those bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def b64url_decode(text: str) -> bytes:
    """The bytes of that text; raises :class:`CryptoError` unless :func:`b64url_encode` gives it back."""
    try:
        given = text.encode("ascii")
        data = binascii.a2b_base64(given.translate(STANDARD) + b"=" * (-len(text) % 4), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise CryptoError("not base64url") from error
    # Every character counts in strict mode, so only the bits that the last one has too many can differ.
    if text[-1:] != b64url_encode(data[len(data) // 3 * 3 :] or data[-3:])[-1:]:
        raise CryptoError("not canonical base64url")
    return data
