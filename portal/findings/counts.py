"""From codings to exact counts. What is counted is a ballot: one submission, however much it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from portal.findings.rule import DisclosureError

UNCOUNTED_FLAGS = frozenset({"no_publishable", "denunciation"})
TABLES = ("categories", "themes", "units")


class Classification(Protocol):
    """What counting needs of a taxonomy; :class:`portal.consultations.taxonomy.Taxonomy` is one."""

    @property
    def counted_themes(self) -> Mapping[str, str | None]:
        """Each category's code -> the theme it counts for, None for praise."""


@dataclass(frozen=True)
class Counts:
    """Exact counts, in ballots; secret. Every code of the taxonomy and of the unit list is there, zeros
    included.

    ``ballots`` is the number of submissions, flagged ones included; ``headcounts`` are people per unit.
    Raises :class:`DisclosureError` for figures that no set of ballots can have.
    """

    ballots: int
    categories: Mapping[str, int]
    themes: Mapping[str, int]
    units: Mapping[str, int]
    headcounts: Mapping[str, int]

    def __post_init__(self) -> None:
        numbers = [number for table in TABLES for number in getattr(self, table).values()]
        if any(not 0 <= number <= self.ballots for number in numbers):
            raise DisclosureError("disclosure-count-range")
        # A ballot concerns one unit at most, so unit counts cannot add up to more than the ballots.
        if set(self.units) != set(self.headcounts) or sum(self.units.values()) > self.ballots:
            raise DisclosureError("disclosure-units")

    def as_document(self) -> dict[str, Any]:
        """Plain JSON values, for the commitment that auditors open; :meth:`from_document` is the inverse."""
        tables = {table: dict(getattr(self, table)) for table in (*TABLES, "headcounts")}
        return {"v": 1, "ballots": self.ballots, **tables}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Counts:
        """Read what :meth:`as_document` wrote. Raises :class:`DisclosureError` for anything else."""
        tables = (*TABLES, "headcounts")
        if set(document) != {"v", "ballots", *tables} or document["v"] != 1:
            raise DisclosureError("disclosure-counts-malformed")
        numbers = [document["ballots"]]
        for table in tables:
            if not isinstance(document[table], dict):
                raise DisclosureError("disclosure-counts-malformed")
            numbers.extend(document[table].values())
        if any(type(number) is not int or number < 0 for number in numbers):
            raise DisclosureError("disclosure-counts-malformed")
        return cls(ballots=document["ballots"], **{table: dict(document[table]) for table in tables})


UNCODED: Mapping[str, Any] = {"categories": [], "flags": ["no_publishable"], "unit": None}
"""Stands for a ballot that nobody could code: it counts as a ballot and says nothing."""


def tally(codings: Iterable[Mapping[str, Any]], taxonomy: Classification, headcounts: Mapping[str, int]) -> Counts:
    """Count ballots. ``codings`` holds exactly one decided coding for every submission of the consultation.

    A category named twice counts once; a theme counts the ballots that name any of its categories, praise
    left out; a unit counts the ballots that name it, whatever their categories. A coding flagged "no
    publishable finding" or "signs of a denunciation" counts nowhere but in ``ballots``.

    Raises :class:`DisclosureError` for a category or unit that the consultation does not have.
    """
    theme_of = taxonomy.counted_themes
    totals: dict[str, Counter[str]] = {table: Counter() for table in TABLES}
    ballots = 0
    for coding in codings:
        ballots += 1
        if UNCOUNTED_FLAGS.intersection(coding["flags"]):
            continue
        categories, unit = set(coding["categories"]), coding["unit"]
        if not categories <= theme_of.keys() or (unit is not None and unit not in headcounts):
            raise DisclosureError("disclosure-unknown-code")
        totals["categories"].update(categories)
        totals["themes"].update({theme for code in categories if (theme := theme_of[code]) is not None})
        totals["units"].update([] if unit is None else [unit])
    themes = {theme for theme in theme_of.values() if theme is not None}
    codes = {"categories": theme_of, "themes": themes, "units": headcounts}
    found = {table: {code: totals[table][code] for code in sorted(codes[table])} for table in TABLES}
    return Counts(ballots=ballots, headcounts=dict(sorted(headcounts.items())), **found)
