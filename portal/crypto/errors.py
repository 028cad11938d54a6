"""Named refusals of this package. No message holds content, a key or a receipt."""

from __future__ import annotations


class CryptoError(ValueError):
    """Base of this package's refusals."""


class NotCanonical(CryptoError):
    """Not canonical JSON (RFC 8785) in NFC."""


class PaddingError(CryptoError):
    """The padding is not what :func:`portal.crypto.padding.pad` makes."""


class PayloadError(CryptoError):
    """Not a payload of version 1."""


class EnvelopeError(CryptoError):
    """Not an envelope of version 1."""


class CannotOpen(EnvelopeError):
    """The envelope is well formed, but this key does not open it."""


class ReceiptError(CryptoError):
    """Not a receipt code; most often a slip in copying it."""


class KeyWrapError(CryptoError):
    """Not a wrapped key, or not opened by this passphrase."""


class KeyFormatError(CryptoError):
    """Not an X-Wing key."""


class AtRestError(CryptoError):
    """Sealed under another key or for another purpose, or altered."""
