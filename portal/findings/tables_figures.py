"""The figures of a table: which ballots each of its cells counts, and how many there are.

Pure. A *part* is what a ballot says besides categories; a *cell* the ballots of a consultation that name a category or
theme (any, if None) and lie in some of the parts. Counting goes by the same cells that the gate's attacker reasons
about, so that the two cannot drift apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from portal.findings.counts import UNCOUNTED_FLAGS, Classification
from portal.findings.disclosure import Judgement, Published, judge, judge_unit
from portal.findings.rule import Band, DisclosureError, Rule
from portal.findings.tables import ALL

LEVELS = ("office", "party", "unit")
SEVERITIES = (1, 2, 3)


class Part(NamedTuple):
    """A unit, or for a ballot without one (``""``) the level; and a severity of 1 to 3, or 0 for none."""

    unit: str = ""
    level: str = ""
    severity: int = 0


class Cell(NamedTuple):
    """The ballots of ``batch`` that name ``flag`` (any ballot: None), in ``parts`` (anywhere: None)."""

    batch: str
    flag: str | None = None
    parts: frozenset[Any] | None = None


@dataclass(frozen=True)
class Surveyed:
    """A published consultation by what everybody knows of it. ``ballots``: submissions in the log; ``theme_of``: each
    category's theme, None for praise; ``levels`` and ``headcounts``: of each unit; ``rows``: what was published."""

    name: str
    ballots: int
    theme_of: Mapping[str, str | None]
    levels: Mapping[str, str]
    headcounts: Mapping[str, int]
    rule: Rule
    rows: Published

    @property
    def themes(self) -> dict[str, tuple[str, ...]]:
        """Each theme's categories, praise left out."""
        found: dict[str, list[str]] = {}
        for code, theme in sorted(self.theme_of.items()):
            if theme is not None:
                found.setdefault(theme, []).append(code)
        return {theme: tuple(codes) for theme, codes in sorted(found.items())}

    def level_of(self, part: Part) -> str:
        """The unit's level, else the one that the ballot itself says."""
        return self.levels[part.unit] if part.unit else part.level


@dataclass(frozen=True)
class Figure:
    """A cell of a table: the ballots that it counts, and ``people``, the headcount whose limit it obeys (or None)."""

    cells: tuple[Cell, ...]
    people: int | None = None

    def judged(self, count: int, rule: Rule) -> Judgement:
        """What would become of the figure."""
        return judge(count, rule) if self.people is None else judge_unit(count, self.people, rule)


Place = tuple[str, str]
"""Row and column."""


def figures(kind: str, members: Sequence[Surveyed], parts: Mapping[str, Iterable[Part]]) -> dict[Place, Figure]:
    """Every cell of the table; ``parts``: those that the ballots of each consultation are sorted into."""
    first = members[0]
    rows = sorted(first.themes if kind == "trend" else first.theme_of)
    if kind == "year":
        return {(row, ALL): Figure(tuple(Cell(one.name, row) for one in members)) for row in rows}
    if kind == "trend":
        return {(row, one.name): Figure((Cell(one.name, row),)) for row in rows for one in members}
    found = {}
    for column, inside, people in _columns(kind, first):
        chosen = frozenset(part for part in parts[first.name] if inside(part))
        found.update({(row, column): Figure((Cell(first.name, row, chosen),), people) for row in rows})
    return found


def _columns(kind: str, one: Surveyed) -> Iterable[tuple[str, Any, int | None]]:
    """Code of a column, whether a part lies in it, and the people that it concerns."""
    if kind == "units":
        return [(unit, partial(_of_unit, unit), people) for unit, people in sorted(one.headcounts.items())]
    if kind == "severity":
        return [(str(severity), partial(_of_severity, severity), None) for severity in SEVERITIES]
    # A level without any unit has no people that everybody knows of, so that its cells stay empty.
    people = {level: sum(one.headcounts[code] for code, its in one.levels.items() if its == level) for level in LEVELS}
    return [(level, lambda part, level=level: one.level_of(part) == level, people[level]) for level in LEVELS]


def _of_unit(unit: str, part: Part) -> bool:
    return part.unit == unit


def _of_severity(severity: int, part: Part) -> bool:
    return part.severity == severity


def shown(kind: str, members: Sequence[Surveyed], counts: Mapping[Place, int]) -> dict[Place, Band]:
    """The cells that thresholds alone would let through, with their bands; the gate may still withhold them all.

    None where so few ballots are counted that only themes may be shown.
    """
    rule = members[0].rule
    if kind != "trend" and rule.themes_only(sum(one.ballots for one in members)):
        return {}
    found = figures(kind, members, {one.name: () for one in members})
    judged = {place: figure.judged(counts[place], rule) for place, figure in found.items()}
    return {place: band for place, (_, band) in judged.items() if band is not None}


@dataclass(frozen=True)
class Cross:
    """Exact counts of one consultation by part; secret. ``ballots``: in each part; ``named``: of these, by flag."""

    ballots: Mapping[Part, int]
    named: Mapping[Part, Mapping[str, int]]

    def as_document(self) -> list[dict[str, Any]]:
        """Plain JSON values; :meth:`from_document` is the inverse."""
        return [
            {**part._asdict(), "ballots": self.ballots[part], "named": dict(sorted(self.named[part].items()))}
            for part in sorted(self.ballots)
        ]

    @classmethod
    def from_document(cls, document: Iterable[Mapping[str, Any]]) -> Cross:
        """Read what :meth:`as_document` wrote."""
        lines = {Part(line["unit"], line["level"], line["severity"]): line for line in document}
        return cls(
            {part: line["ballots"] for part, line in lines.items()},
            {part: dict(line["named"]) for part, line in lines.items()},
        )

    def count(self, cell: Cell) -> int:
        """How many ballots a cell of this consultation has."""
        parts = [part for part in self.ballots if cell.parts is None or part in cell.parts]
        if cell.flag is None:
            return sum(self.ballots[part] for part in parts)
        return sum(self.named[part].get(cell.flag, 0) for part in parts)


def cross(codings: Iterable[Mapping[str, Any]], taxonomy: Classification, units: Iterable[str]) -> Cross:
    """Count one decided coding for every submission as ``portal.findings.counts.tally`` does, with its refusals."""
    theme_of, known = taxonomy.counted_themes, frozenset(units)
    ballots: Counter[Part] = Counter()
    named: dict[Part, Counter[str]] = {}
    for coding in codings:
        part, flags = _read(coding, theme_of)
        if part.unit and part.unit not in known:
            raise DisclosureError("disclosure-unknown-code")
        ballots[part] += 1
        named.setdefault(part, Counter()).update(flags)
    return Cross(dict(ballots), {part: dict(flags) for part, flags in named.items()})


def _read(coding: Mapping[str, Any], theme_of: Mapping[str, str | None]) -> tuple[Part, set[str]]:
    if UNCOUNTED_FLAGS.intersection(coding["flags"]):
        return Part(), set()
    categories = set(coding["categories"])
    if not categories <= theme_of.keys():
        raise DisclosureError("disclosure-unknown-code")
    unit = coding["unit"] or ""
    part = Part(unit, "" if unit else coding.get("level") or "", coding.get("severity") or 0)
    return part, categories | {theme for code in categories if (theme := theme_of[code]) is not None}


def count(kind: str, members: Sequence[Surveyed], crosses: Mapping[str, Cross]) -> dict[Place, int]:
    """Every cell's exact count."""
    found = figures(kind, members, {name: crossed.ballots for name, crossed in crosses.items()})
    return {place: sum(crosses[cell.batch].count(cell) for cell in figure.cells) for place, figure in found.items()}
