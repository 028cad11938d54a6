"""One size for every comment: u32be length, the payload, zeros. Few sizes for what is sealed at rest."""

from __future__ import annotations

from portal.crypto.errors import PaddingError

PREFIX = 4
JSON_STEP = 4096
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


def rounded(text: bytes, step: int = JSON_STEP) -> bytes:
    """JSON with spaces behind it (RFC 8259 section 2 allows them), up to a multiple of ``step``.

    For what is sealed at rest: how many digits or codes there are must not show in a size. ``json.loads`` reads it.
    """
    return text + b" " * (-len(text) % step)
