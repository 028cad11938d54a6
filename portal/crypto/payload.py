"""The payload of a comment: canonical JSON with a closed key set, before padding and sealing.

Version 2 is version 1 with ``attachments``: ``{"files": [{"sha256", "type"}, ...], "secret"}``, from which the files'
keys are derived (:mod:`portal.crypto.attachment`). A comment without files is written as version 1 and nothing else,
so that each comment has one form. Either fits the one padded size: a file's name and length are not in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from portal.crypto.attachment import COUNT_MAX, HASH_SIZE, SECRET_SIZE, TYPES
from portal.crypto.canonical import dump_canonical, parse_canonical
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError, PayloadError
from portal.crypto.keys import PUBLIC_KEY_SIZE

TOPICS = ("conduct", "difficulty", "remedy", "praise")
LEVELS = ("office", "unit", "party")
TEXT_MAX = 1500
KEYS = {"consultation", "topic", "level", "unit", "ratings", "text", "reply_key"}


@dataclass(frozen=True)
class AttachedFile:
    """SHA-256 of a sealed file (32 bytes), and what it is, one of :data:`portal.crypto.attachment.TYPES`."""

    sha256: bytes
    type: str


@dataclass(frozen=True)
class Attachments:
    """One to three files in their order, no two the same, and the secret of their keys (32 bytes)."""

    secret: bytes
    files: tuple[AttachedFile, ...]


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
    attachments: Attachments | None = None


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
    if payload.attachments is not None:
        document |= {"v": 2, "attachments": _write_attachments(payload.attachments)}
    try:
        return dump_canonical(document)
    except CryptoError as error:
        raise PayloadError("cannot be written canonically") from error


def parse_payload(data: bytes, *, limit: int = TEXT_MAX) -> Payload:
    """The comment of those bytes; raises :class:`PayloadError` for anything :func:`build_payload` does not write."""
    try:
        document = parse_canonical(data)
        version = document.pop("v", None)
        known = KEYS | {"attachments"} if version == 2 else KEYS
        if set(document) != known or type(version) is not int or version not in (1, 2):
            raise PayloadError("not a payload of a known version")
        document["reply_key"] = b64url_decode(document["reply_key"])
        if version == 2:
            document["attachments"] = _read_attachments(document["attachments"])
        payload = Payload(**document)
    except PayloadError:
        raise
    except (CryptoError, TypeError, AttributeError) as error:
        raise PayloadError("not a payload of a known version") from error
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
        and (payload.attachments is None or _are_attachments(payload.attachments))
    )
    if not ok:
        raise PayloadError("a field is missing or out of range")


def _is_rating(key: Any, value: Any) -> bool:
    return isinstance(key, str) and type(value) is int and 1 <= value <= 5


def _are_attachments(found: Attachments) -> bool:
    return (
        len(found.secret) == SECRET_SIZE
        and 1 <= len(found.files) <= COUNT_MAX
        and len({file.sha256 for file in found.files}) == len(found.files)
        and all(len(file.sha256) == HASH_SIZE and file.type in TYPES for file in found.files)
    )


def _write_attachments(found: Attachments) -> dict[str, Any]:
    files = [{"sha256": b64url_encode(file.sha256), "type": file.type} for file in found.files]
    return {"files": files, "secret": b64url_encode(found.secret)}


def _read_attachments(document: Any) -> Attachments:
    closed = isinstance(document, dict) and set(document) == {"files", "secret"} and isinstance(document["files"], list)
    if not closed or not all(isinstance(one, dict) and set(one) == {"sha256", "type"} for one in document["files"]):
        raise PayloadError("attachments of another form")
    files = [AttachedFile(b64url_decode(one["sha256"]), one["type"]) for one in document["files"]]
    return Attachments(b64url_decode(document["secret"]), tuple(files))
