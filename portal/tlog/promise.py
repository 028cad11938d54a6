"""Promises: the log's signed word that a leaf will stand in it by a day (RFC 6962 knows such a promise as an SCT).

The text of the note::

    <origin>/promise
    <base64 leaf hash>
    <YYYY-MM-DD, the last day>

A submitter holds it while the leaf waits in the pool. If the day passes and the leaf is in no checkpoint, the
promise is proof that the log broke its word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from portal.tlog.checkpoint import PROMISE_SUFFIX, check_origin
from portal.tlog.encoding import decode_hash, encode_base64
from portal.tlog.errors import MalformedCheckpoint, MalformedPromise, WrongOrigin
from portal.tlog.merkle import HASH_SIZE
from portal.tlog.note import Note, Signer, Verifier, open_note, sign_note

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class Promise:
    """``leaf`` (an RFC 6962 leaf hash, 32 bytes) will be in the log ``origin`` on ``latest`` at the latest."""

    origin: str
    leaf: bytes
    latest: date

    def __post_init__(self) -> None:
        try:  # an origin is whatever can head a checkpoint
            check_origin(self.origin)
        except MalformedCheckpoint as error:
            raise MalformedPromise("not the origin of a log") from error
        if len(self.leaf) != HASH_SIZE:
            raise MalformedPromise("a leaf hash is 32 bytes long")

    def __str__(self) -> str:
        return f"{self.origin}{PROMISE_SUFFIX}\n{encode_base64(self.leaf)}\n{self.latest.isoformat()}\n"

    @classmethod
    def parse(cls, text: str) -> Promise:
        """The promise of a note's text; raises :class:`MalformedPromise` for anything but ``str()`` of one."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3] != "" or not lines[0].endswith(PROMISE_SUFFIX):
            raise MalformedPromise("a promise has three lines, the first of which ends in /promise")
        origin = lines[0].removesuffix(PROMISE_SUFFIX)
        return cls(origin, decode_hash(lines[1], MalformedPromise), _parse_day(lines[2]))


def sign_promise(promise: Promise, log_key: Signer) -> Note:
    """The log's note."""
    if promise.origin != log_key.name:
        raise WrongOrigin("the origin is the log key's name")
    return sign_note(str(promise), log_key)


def open_promise(raw: str | bytes | Note, log_key: Verifier) -> Promise:
    """The promise that this log made.

    Raises the refusals of :func:`portal.tlog.note.open_note`, :class:`MalformedPromise` and :class:`WrongOrigin`.
    """
    promise = Promise.parse(open_note(raw, [log_key]).text)
    if promise.origin != log_key.name:
        raise WrongOrigin("a promise of another log")
    return promise


def _parse_day(text: str) -> date:
    try:
        if not _DAY.fullmatch(text):  # fromisoformat also takes other spellings
            raise MalformedPromise("a day is YYYY-MM-DD")
        return date.fromisoformat(text)
    except ValueError as error:
        raise MalformedPromise("no such day") from error
