"""What goes with a report's text and is no part of it: who wrote a sentence, and what was decided about which words.

Kept as canonical JSON (RFC 8785), version 1, sealed at rest. Both are tied to words by their digest, so that changed
words are nobody's decision and have an author of their own.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

import rfc8785

from portal.accounts.hand import Hand
from portal.reports.errors import BadDocument
from portal.reports.tables import plain, read_table

VERSION = 1
REASON_LEAST, REASON_MOST = 3, 600

# What may be decided about each kind of point.
CHOICES = {
    "contradiction": ("keep", "note", "change"),
    "figure": ("accept",),
    "lost": ("leave-out",),
}


@dataclass(frozen=True, slots=True)
class Written:
    """The words with that digest (:func:`digest_of_words`) are that account's, of that day."""

    digest: str
    by: int
    day: date


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided about a point of :mod:`portal.reports.review`, and why.

    ``about``: the published codes it concerns, or the figure. ``words``: the sentence as it stood.
    """

    kind: str
    digest: str
    choice: str
    reason: str
    about: tuple[str, ...]
    words: str
    by: int
    day: date

    def __post_init__(self) -> None:
        if self.choice not in CHOICES.get(self.kind, ()):
            raise ValueError("choice")


@dataclass(frozen=True, slots=True)
class Notes:
    """``returned`` is the note with which a second person sent the text back; ``reason``: why this version exists."""

    written: tuple[Written, ...] = ()
    decisions: tuple[Decision, ...] = ()
    returned: str = ""
    reason: str = ""

    def author(self, words: str) -> Written | None:
        """Who wrote those words; None when the machine did, or nobody noted it."""
        digest = digest_of_words(words)
        return next((item for item in self.written if item.digest == digest), None)

    def wrote(self, texts: Iterable[str], hand: Hand) -> Notes:
        """With those sentences as that hand's."""
        fresh = {digest_of_words(text): Written(digest_of_words(text), hand.account, hand.day) for text in texts}
        kept = {item.digest: item for item in self.written}
        return replace(self, written=tuple(sorted({**kept, **fresh}.values(), key=lambda item: item.digest)))

    def decided(self, decision: Decision) -> Notes:
        """With that decision instead of an earlier one on the same point."""
        others = tuple(item for item in self.decisions if (item.kind, item.digest) != (decision.kind, decision.digest))
        return replace(self, decisions=(*others, decision))

    def reopened(self, digest: str) -> Notes:
        """Without the decision on that point."""
        return replace(self, decisions=tuple(item for item in self.decisions if item.digest != digest))


def digest_of_words(text: str) -> str:
    """SHA-256 of the words (hex)."""
    return hashlib.sha256(text.encode()).hexdigest()


def dump_notes(notes: Notes) -> bytes:
    """Canonical JSON; :func:`parse_notes` is the inverse."""
    return rfc8785.dumps({**plain(notes), "v": VERSION})


def parse_notes(data: bytes) -> Notes:
    """Read what :func:`dump_notes` wrote, and nothing else.

    :raises BadDocument: for another version or layout.
    """
    try:
        table = dict(json.loads(data))
        if table.pop("v", None) != VERSION:
            raise BadDocument(where="notes")
    except (ValueError, TypeError, RecursionError) as error:
        raise BadDocument(where="notes") from error
    return read_table(Notes, table)
