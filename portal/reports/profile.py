"""What a report says of the office itself: facts of its organisation, kept apart from anything submitted."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import rfc8785

from portal.reports.errors import BadTable
from portal.reports.tables import load_table, plain, read_table

VERSION = 1
DEMO = Path(__file__).parent / "offices" / "demo.toml"


@dataclass(frozen=True, slots=True)
class Post:
    """So many people of one title."""

    title: str
    count: int

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError("count")


@dataclass(frozen=True, slots=True)
class Request:
    """The letter that asks for the report: "Công văn số 1702-CV/BNCTU", its day, who sent it."""

    document: str
    day: date
    sender: str


@dataclass(frozen=True, slots=True)
class Letterhead:
    """The left block of the head, the place, and what is known of number and day (empty in a draft)."""

    parent: str
    issuer: str
    symbol: str
    place: str
    number: int | None
    issued: date | None


@dataclass(frozen=True, slots=True)
class Staff:
    """Counts of people. ``posts`` are the leaders of the office, ``room_posts`` those of its rooms."""

    total: int
    members: int
    posts: tuple[Post, ...]
    rooms: int
    room_posts: tuple[Post, ...]
    qualifications: tuple[Post, ...]
    theory: tuple[Post, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.members <= self.total or self.total < 1:
            raise ValueError("members")
        if not self.posts or self.leaders + sum(post.count for post in self.room_posts) > self.total:
            raise ValueError("posts")
        for name in ("qualifications", "theory"):
            if not getattr(self, name) or sum(post.count for post in getattr(self, name)) > self.total:
                raise ValueError(name)

    @property
    def leaders(self) -> int:
        """How many lead the office."""
        return sum(post.count for post in self.posts)


@dataclass(frozen=True, slots=True)
class PartyBody:
    """The Party organisation of the office."""

    name: str
    parent: str
    cells: int
    committee: int


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs; ``authority`` is empty when the holder of the post signs for himself."""

    authority: str | None
    post: str
    name: str


@dataclass(frozen=True, slots=True)
class OfficeProfile:
    """An office and the report it owes.

    ``mission``: paragraphs on its duties. ``results``: sentences on what was done. ``conduct``: sentences
    the office says of its people's conduct, which findings may contradict. ``pad_counts``: "04 đồng chí"
    rather than "4".
    """

    style: str
    name: str
    subject: str
    pad_counts: bool
    letterhead: Letterhead
    request: Request
    staff: Staff
    party: PartyBody
    mission: tuple[str, ...]
    results: tuple[str, ...]
    conduct: tuple[str, ...]
    recipients: tuple[str, ...]
    signer: Signer

    def __post_init__(self) -> None:
        for name in ("mission", "results", "recipients"):
            if not getattr(self, name):
                raise ValueError(name)


def load_profile(text: str) -> OfficeProfile:
    """An office profile from TOML (see ``offices/demo.toml``).

    :raises BadTable: with the dotted name of the first wrong key.
    """
    return load_table(OfficeProfile, text)


def demo_profile() -> OfficeProfile:
    """The office of the demonstration: the size of the seed report's, every name invented."""
    return load_profile(DEMO.read_text("utf-8"))


def dump_profile(profile: OfficeProfile) -> bytes:
    """Canonical JSON (RFC 8785), version 1; :func:`parse_profile` is the inverse."""
    return rfc8785.dumps({**plain(profile), "v": VERSION})


def parse_profile(data: bytes) -> OfficeProfile:
    """Read what :func:`dump_profile` wrote, and nothing else.

    :raises BadTable: for another version, anything that is not a whole profile, or non-canonical bytes.
    """
    try:
        table = dict(json.loads(data))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadTable(key="(json)") from error
    table.pop("v", None)
    profile = read_table(OfficeProfile, table)
    # Written again from what was understood: another version or another layout shows here.
    if dump_profile(profile) != data:
        raise BadTable(key="(canonical)")
    return profile
