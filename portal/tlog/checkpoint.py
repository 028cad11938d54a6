"""Checkpoints (https://c2sp.org/tlog-checkpoint): a log's signed statement of its size and root.

The text of the note::

    <origin>
    <size in decimal>
    <base64 root hash>
    <extension lines, none of ours>

The origin is the log key's name. An origin never ends in ``/promise``: that first line belongs to
:mod:`portal.tlog.promise`, so that neither text can be taken for the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from portal.tlog.encoding import CONTROL, decode_decimal, decode_hash, encode_base64, is_unicode
from portal.tlog.errors import MalformedCheckpoint, WrongOrigin
from portal.tlog.merkle import EMPTY_ROOT, HASH_SIZE, MAX_SIZE
from portal.tlog.note import Note, OpenedNote, Signer, Verifier, open_note, sign_note

PROMISE_SUFFIX = "/promise"


@lru_cache(maxsize=64)
def check_origin(origin: str) -> None:
    """Raise :class:`MalformedCheckpoint` unless a checkpoint and a promise may begin with it."""
    if not _is_line(origin):
        raise MalformedCheckpoint("an origin is a line that is not empty")
    if origin.endswith(PROMISE_SUFFIX):
        raise MalformedCheckpoint("an origin does not end in /promise")


@dataclass(frozen=True)
class Checkpoint:
    """What a log states: ``size`` leaves under ``root`` (32 bytes). ``str()`` is the note's text."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_origin(self.origin)
        if not all(map(_is_line, self.extensions)):
            raise MalformedCheckpoint("extensions are lines that are not empty")
        if not 0 <= self.size <= MAX_SIZE or len(self.root) != HASH_SIZE:
            raise MalformedCheckpoint("a size lies in 0..2^63-1 and a root is 32 bytes long")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise MalformedCheckpoint("not the root of the empty tree")

    def __str__(self) -> str:
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """The checkpoint of a note's text; raises :class:`MalformedCheckpoint` for anything but ``str()`` of one."""
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "":
            raise MalformedCheckpoint("a checkpoint has at least three lines")
        origin, size, root, *extensions = lines
        return cls(
            origin,
            decode_decimal(size, MalformedCheckpoint),
            decode_hash(root, MalformedCheckpoint),
            tuple(extensions),
        )


@dataclass(frozen=True)
class OpenedCheckpoint:
    """A checkpoint whose log signature was verified, with the whole note and the signatures on it."""

    checkpoint: Checkpoint
    note: OpenedNote


def sign_checkpoint(checkpoint: Checkpoint, log_key: Signer) -> Note:
    """The log's note. A log must never sign two checkpoints of which neither tree is a prefix of the other."""
    if checkpoint.origin != log_key.name:
        raise WrongOrigin("the origin is the log key's name")
    return sign_note(str(checkpoint), log_key)


def open_checkpoint(raw: str | bytes | Note, log_key: Verifier, cosigners: Sequence[Verifier] = ()) -> OpenedCheckpoint:
    """The checkpoint of the log whose key that is. Cosigners that signed are in ``note.verified``; none is demanded.

    Raises the refusals of :func:`portal.tlog.note.open_note`, :class:`MalformedCheckpoint` and :class:`WrongOrigin`.
    """
    opened = open_note(raw, [log_key, *cosigners])
    opened.require(log_key)
    checkpoint = Checkpoint.parse(opened.text)
    if checkpoint.origin != log_key.name:
        raise WrongOrigin("a checkpoint of another log")
    return OpenedCheckpoint(checkpoint, opened)


def _is_line(text: str) -> bool:
    return bool(text) and "\n" not in text and not CONTROL.search(text) and is_unicode(text)
