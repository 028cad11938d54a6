"""Named refusals of this package. No message holds content, a key or a receipt."""

from __future__ import annotations


class CryptoError(ValueError):
    """Base of this package's refusals."""


class NotCanonical(CryptoError):
    """Not canonical JSON (RFC 8785) in NFC."""


class PaddingError(CryptoError):
    """The padding is not what :func:`portal.crypto.padding.pad` makes."""


class PayloadError(CryptoError):
    """Not a payload of a known version."""


class AttachmentError(CryptoError):
    """Not an attachment of version 1."""


class EnvelopeError(CryptoError):
    """Not an envelope of version 1."""


class CannotOpen(EnvelopeError):
    """The envelope is well formed, but this key does not open it."""


class RowKeyError(CryptoError):
    """Not a use that row keys are derived for, or not a content key."""


class MessageError(CryptoError):
    """Not a message of version 1."""


class ReceiptError(CryptoError):
    """Not a receipt code; most often a slip in copying it."""


class KeyWrapError(CryptoError):
    """Not a wrapped key, or not opened by this passphrase."""


class KeyFormatError(CryptoError):
    """Not a key of the kind that is asked for."""


class AtRestError(CryptoError):
    """Sealed under another key or for another purpose, or altered."""


class BlindSignatureError(CryptoError):
    """A blind signature, or what it is made from, does not hold (RFC 9474)."""


class BallotError(CryptoError):
    """Not a ballot of version 1."""


class StatementError(CryptoError):
    """Not an issuer's statement of version 1, or not signed by that issuer."""
