"""What a report says of the office itself: facts of its organisation, kept apart from anything submitted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import rfc8785

from portal.reports.errors import BadTable
from portal.reports.tables import load_table, plain, read_table

VERSION = 2
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


def staff_faults(total: int, members: int, counts: Mapping[str, Sequence[int]]) -> list[str]:
    """The names of figures that cannot be: ``counts`` holds those of the lists, by their names in :class:`Staff`."""
    rules = {
        "members": 0 <= members <= total and total >= 1,
        "posts": bool(counts["posts"]) and sum(counts["posts"]) + sum(counts["room_posts"]) <= total,
        "qualifications": bool(counts["qualifications"]) and sum(counts["qualifications"]) <= total,
        "theory": bool(counts["theory"]) and sum(counts["theory"]) <= total,
    }
    return [name for name, holds in rules.items() if not holds]


def body_faults(total: int, members: int, *, rooms: int, cells: int, committee: int) -> list[str]:
    """The dotted names of bodies that outnumber their people; asked of new profiles: older ones stay readable."""
    rules = {"staff.rooms": rooms <= total, "party.cells": cells <= members, "party.committee": committee <= members}
    return [name for name, holds in rules.items() if not holds]


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
        lists = ("posts", "room_posts", "qualifications", "theory")
        counts = {name: [post.count for post in getattr(self, name)] for name in lists}
        for fault in staff_faults(self.total, self.members, counts):
            raise ValueError(fault)

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
    rather than "4". ``bases``: what the report rests on beside the request, in the order in which it is named.
    """

    style: str
    name: str
    subject: str
    pad_counts: bool
    letterhead: Letterhead
    request: Request
    bases: tuple[str, ...]
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
    """Canonical JSON (RFC 8785), version 2; :func:`parse_profile` is the inverse."""
    return rfc8785.dumps({**plain(profile), "v": VERSION})


def parse_profile(data: bytes) -> OfficeProfile:
    """Read what :func:`dump_profile` wrote, in this version or in version 1, which had no bases; and nothing else.

    :raises BadTable: for another version, anything that is not a whole profile, or non-canonical bytes.
    """
    try:
        table = dict(json.loads(data))
    except (ValueError, TypeError, RecursionError) as error:
        raise BadTable(key="(json)") from error
    version = table.pop("v", None)
    profile = read_table(OfficeProfile, table if version == VERSION else {**table, "bases": []})
    again = {**plain(profile), "v": VERSION}
    if version == 1 and "bases" not in table:
        again = {**{name: value for name, value in again.items() if name != "bases"}, "v": 1}
    # Written again from what was understood: another version or another layout shows here.
    if rfc8785.dumps(again) != data:
        raise BadTable(key="(canonical)")
    return profile
