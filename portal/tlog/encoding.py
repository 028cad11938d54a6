"""The few encodings that C2SP texts share. Each parser accepts only what its builder writes."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode

from portal.tlog.errors import TlogError
from portal.tlog.merkle import HASH_SIZE, MAX_SIZE

# ASCII control characters other than newline, which no note may hold.
CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def encode_base64(value: bytes) -> str:
    """RFC 4648 section 4, with padding."""
    return b64encode(value).decode("ascii")


def decode_base64(text: str, refusal: type[TlogError]) -> bytes:
    """The inverse of :func:`encode_base64`; raises ``refusal`` for stray bits, blanks or missing padding."""
    try:
        value = b64decode(text, validate=True)
    except ValueError as error:
        raise refusal("not base64") from error
    if encode_base64(value) != text:
        raise refusal("not canonical base64")
    return value


def decode_hash(text: str, refusal: type[TlogError]) -> bytes:
    """The 32 bytes of a base64 hash; raises ``refusal``."""
    value = decode_base64(text, refusal)
    if len(value) != HASH_SIZE:
        raise refusal("a hash is not 32 bytes long")
    return value


def decode_decimal(text: str, refusal: type[TlogError]) -> int:
    """An ASCII decimal in 0..2^63-1 without leading zeroes; raises ``refusal``."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise refusal("not a decimal number in 0..2^63-1")
    return int(text)


def is_unicode(text: str) -> bool:
    """Whether UTF-8 can hold it (lone surrogates cannot be written)."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
