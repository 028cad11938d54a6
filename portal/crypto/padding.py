"""One size for every comment: u32be length, the payload, zeros."""

from __future__ import annotations

from portal.crypto.errors import PaddingError

PREFIX = 4
COMMENT_SIZE = 8192


def pad(payload: bytes, size: int = COMMENT_SIZE) -> bytes:
    """Exactly ``size`` bytes; raises :class:`PaddingError` when the payload does not fit."""
    if len(payload) > size - PREFIX:
        raise PaddingError("the payload does not fit")
    return len(payload).to_bytes(PREFIX, "big") + payload + bytes(size - PREFIX - len(payload))


def unpad(padded: bytes) -> bytes:
    """The payload; raises :class:`PaddingError` for a length over the size or a tail that is not zero."""
    length = int.from_bytes(padded[:PREFIX], "big")
    if len(padded) < PREFIX or length > len(padded) - PREFIX or any(padded[PREFIX + length :]):
        raise PaddingError("not a padded payload")
    return padded[PREFIX : PREFIX + length]
