"""The words of a report: one sentence per category and strength, the voice of the remedies, the frame
around them.

All of it stands in ``phrases.vi.toml`` for an office's writer to change. The rules it must keep are checked
when it is read: placeholders are the known ones, sentences end with a full stop, and no sentence that
speaks of findings holds a figure, because nothing but a published band may ever be said in figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from string import Formatter

from portal.reports.rows import Row
from portal.reports.tables import load_file

PHRASES = Path(__file__).parent / "phrases.vi.toml"


def _holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


@dataclass(frozen=True, slots=True)
class Strength:
    """From which lower bound of a band a sentence speaks in its middle and its strong form."""

    mid_from: int
    high_from: int

    def of(self, row: Row) -> str:
        """``"low"``, ``"mid"`` or ``"high"``, from the published band and nothing else."""
        if row.band.low >= self.high_from:
            return "high"
        return "mid" if row.band.low >= self.mid_from else "low"


@dataclass(frozen=True, slots=True)
class Praise:
    """What is said of a category that speaks well."""

    low: str
    mid: str
    high: str

    def __post_init__(self) -> None:
        for name in ("low", "mid", "high"):
            _plain_sentence(getattr(self, name), name)

    def say(self, strength: str) -> str:
        """The sentence of that strength."""
        return {"low": self.low, "mid": self.mid, "high": self.high}[strength]


@dataclass(frozen=True, slots=True)
class Problem(Praise):
    """What is said of a difficulty; ``focus`` names it inside a remedy's sentence."""

    focus: str

    def __post_init__(self) -> None:
        # slots=True rebuilds the class, so the zero-argument form of super() would look for the old one.
        Praise.__post_init__(self)
        if any(letter.isdigit() for letter in self.focus) or _holes(self.focus) or self.focus.endswith("."):
            raise ValueError("focus")


@dataclass(frozen=True, slots=True)
class Remedy:
    """The general paragraphs of one remedy, and the sentence that ties it to findings."""

    paragraphs: tuple[str, ...]
    linked: str

    def __post_init__(self) -> None:
        for text in self.paragraphs:
            _plain_sentence(text, "paragraphs")
        if not self.paragraphs or _holes(self.linked) != {"focus"} or not self.linked.endswith("."):
            raise ValueError("linked")


FRAME_HOLES: dict[str, set[str]] = {
    "basis": {"request", "day", "sender", "subject", "bases", "office"},
    "bases": {"bases"},
    "note": {"focus"},
    "closing": {"subject", "office", "sender"},
    "other": {"label"},
    "other_praise": {"label"},
    "other_focus": {"label"},
    "other_remedy": {"label"},
    "other_linked": {"focus"},
    "band": {"low", "high"},
    "band_open": {"low"},
}


@dataclass(frozen=True, slots=True)
class Frame:
    """Headings and the sentences that hold a report together."""

    kind: str
    basis: str
    bases: str
    note: str
    situation: str
    difficulties: str
    units: str
    other: str
    other_praise: str
    other_focus: str
    nothing: str
    band: str
    band_open: str
    remedies: str
    other_remedy: str
    other_linked: str
    closing: str

    def __post_init__(self) -> None:
        for field in fields(self):
            if _holes(getattr(self, field.name)) != FRAME_HOLES.get(field.name, set()):
                raise ValueError(field.name)
        for name in ("units", "nothing"):
            _plain_sentence(getattr(self, name), name)


OFFICE_HOLES: dict[str, set[str]] = {
    "leaders": {"leaders", "posts", "rooms", "room_posts"},
    "post": {"count", "title"},
    "staff": {"total", "members", "members_share", "others", "others_share"},
    "qualifications": {"qualifications", "theory"},
    "qualification": {"count", "title"},
    "party": {"party", "parent", "cells", "members", "committee"},
}


@dataclass(frozen=True, slots=True)
class OfficeFrame:
    """How the facts of an office are put into words."""

    leaders: str
    post: str
    staff: str
    qualifications: str
    qualification: str
    party: str

    def __post_init__(self) -> None:
        for field in fields(self):
            if _holes(getattr(self, field.name)) != OFFICE_HOLES[field.name]:
                raise ValueError(field.name)


@dataclass(frozen=True, slots=True)
class Phrases:
    """The whole table."""

    order: tuple[str, ...]
    strength: Strength
    frame: Frame
    office: OfficeFrame
    problem: Mapping[str, Problem]
    praise: Mapping[str, Praise]
    intro: Mapping[str, str]
    theme: Mapping[str, str]
    remedies: Mapping[str, Remedy]

    def __post_init__(self) -> None:
        if set(self.problem) & set(self.praise):
            raise ValueError("praise")
        for text in (*self.theme.values(), *self.intro.values()):
            _plain_sentence(text, "theme")

    def sentences(self) -> Iterator[str]:
        """Every sentence that a finding can bring into a report."""
        for words in (*self.problem.values(), *self.praise.values()):
            yield from (words.low, words.mid, words.high)
        yield from (*self.intro.values(), *self.theme.values(), self.frame.units, self.frame.nothing)


def _plain_sentence(text: str, field: str) -> None:
    if not text.endswith(".") or _holes(text) or any(letter.isdigit() for letter in text):
        raise ValueError(field)


@cache
def load_phrases(path: Path = PHRASES) -> Phrases:
    """The table in ``path``, read once.

    :raises BadTable: with the dotted name of the first wrong key.
    """
    return load_file(Phrases, path)
