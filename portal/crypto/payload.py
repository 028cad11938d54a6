"""The payload of a comment: canonical JSON with a closed key set, before padding and sealing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.crypto.canonical import dump_canonical, parse_canonical
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError, PayloadError
from portal.crypto.keys import PUBLIC_KEY_SIZE

TOPICS = ("conduct", "difficulty", "remedy", "praise")
LEVELS = ("office", "unit", "party")
TEXT_MAX = 1500
KEYS = {"consultation", "topic", "level", "unit", "ratings", "text", "reply_key"}


@dataclass(frozen=True)
class Payload:
    """A comment. ``unit`` is the unit it concerns, never the author's own; ``reply_key`` is 1 216 bytes."""

    consultation: str
    topic: str
    text: str
    reply_key: bytes
    level: str | None = None
    unit: str | None = None
    ratings: dict[str, int] = field(default_factory=dict)


def build_payload(payload: Payload, *, limit: int = TEXT_MAX) -> bytes:
    """The payload's canonical bytes; raises :class:`PayloadError`. ``limit`` is in code points."""
    _check(payload, limit)
    document = {
        "v": 1,
        "consultation": payload.consultation,
        "topic": payload.topic,
        "level": payload.level,
        "unit": payload.unit,
        "ratings": payload.ratings,
        "text": payload.text,
        "reply_key": b64url_encode(payload.reply_key),
    }
    try:
        return dump_canonical(document)
    except CryptoError as error:
        raise PayloadError("cannot be written canonically") from error


def parse_payload(data: bytes, *, limit: int = TEXT_MAX) -> Payload:
    """The comment of those bytes; raises :class:`PayloadError` for anything :func:`build_payload` does not write."""
    try:
        document = parse_canonical(data)
        version = document.pop("v", None)
        if set(document) != KEYS or type(version) is not int or version != 1:
            raise PayloadError("not a payload of version 1")
        document["reply_key"] = b64url_decode(document["reply_key"])
        payload = Payload(**document)
    except PayloadError:
        raise
    except (CryptoError, TypeError, AttributeError) as error:
        raise PayloadError("not a payload of version 1") from error
    _check(payload, limit)
    return payload


def _check(payload: Payload, limit: int) -> None:
    ok = (
        isinstance(payload.consultation, str)
        and payload.topic in TOPICS
        and (payload.level is None or payload.level in LEVELS)
        and (payload.unit is None or isinstance(payload.unit, str))
        and isinstance(payload.text, str)
        and 1 <= len(payload.text) <= limit
        and len(payload.reply_key) == PUBLIC_KEY_SIZE
        and isinstance(payload.ratings, dict)
        and all(_is_rating(key, value) for key, value in payload.ratings.items())
    )
    if not ok:
        raise PayloadError("a field is missing or out of range")


def _is_rating(key: Any, value: Any) -> bool:
    return isinstance(key, str) and type(value) is int and 1 <= value <= 5
