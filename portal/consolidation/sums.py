"""Published bands of many offices added up as ranges, and what of the sums may be shown.

What an office's publication says of a category's ballots
    ========================================  =====================================================
    a row "a-b"                               a to b
    a row "a+"                                a or more: there is no upper end
    no row, in a list of categories           0 to k - 1, k being that office's threshold: its rule
                                              shows every category from k on
    a code that its taxonomy does not have    nothing: nobody there could say it, so that the office
                                              is not counted among those asked
    ========================================  =====================================================

    So a sum goes from the sum of the lows to the sum of the highs, and has no upper end as soon as one part has none.

Two lists, of different offices
    Categories are added over the offices that publish categories, themes over those that publish themes only (under 20
    comments). No office is in both, so that no list is nested in the other. Where a category stands at such a small
    office is not known, and no sum pretends to know: each row says of how many offices it is.

Units are never added: the units of different offices are different people.

What is shown
    A row needs a least sum of ``k`` and ``offices_least`` offices that published it: what a single office says stands
    in that office's own list. Everything here is computed from published rows and nothing else, so that whoever has
    the offices' publications can compute it too (:mod:`portal.consolidation.guard`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from portal.consultations.taxonomy import Taxonomy
from portal.findings.publication import Publication
from portal.findings.rule import Band

OFFICES_LEAST = 2


@dataclass(frozen=True)
class JoinRule:
    """Thresholds of the consolidated table: ``k`` in ballots, ``offices_least`` in offices."""

    k: int = 5
    offices_least: int = OFFICES_LEAST


@dataclass(frozen=True)
class Joined:
    """A publication that was taken, whose it is, and the taxonomy that it was counted by."""

    office: str
    publication: Publication
    taxonomy: Taxonomy


@dataclass(frozen=True)
class Line:
    """A consolidated row: between ``low`` and ``high`` ballots (None: no upper end), published by ``offices`` of the
    ``asked`` offices whose list could have shown it."""

    code: str
    low: int
    high: int | None
    offices: int
    asked: int

    @property
    def band(self) -> Band:
        """The range as a band, for what draws or says bands."""
        return Band(self.low, self.high)


@dataclass(frozen=True)
class Rows:
    """The consolidated table; each list sorted by code."""

    categories: tuple[Line, ...]
    themes: tuple[Line, ...]


@dataclass(frozen=True)
class Part:
    """What one publication says of one code, and whether it shows a row of it."""

    office: str
    band: Band
    shown: bool


def parts_of(code: str, table: str, joined: Iterable[Joined]) -> Iterator[Part]:
    """What each publication of that list says of the code; publications that could not name it are left out."""
    for one in joined:
        rows, rule = one.publication.rows, one.publication.rule
        known = {item.code for item in (one.taxonomy.themes if rows.themes_only else one.taxonomy.categories)}
        if rows.themes_only != (table == "themes") or code not in known:
            continue
        found = {row.code: row.band for row in getattr(rows, table)}
        yield Part(one.office, found.get(code, Band(0, rule.k - 1)), code in found)


def added(code: str, parts: Sequence[Part]) -> Line:
    """The sum of what those publications say."""
    highs = [part.band.high for part in parts]
    return Line(
        code=code,
        low=sum(part.band.low for part in parts),
        high=None if None in highs else sum(high for high in highs if high is not None),
        offices=len({part.office for part in parts if part.shown}),
        asked=len({part.office for part in parts}),
    )


def may_show(line: Line, rule: JoinRule) -> bool:
    """Whether a sum is a row of the consolidated table."""
    return line.low >= rule.k and line.offices >= rule.offices_least


def consolidate(joined: Sequence[Joined], rule: JoinRule) -> Rows:
    """The consolidated table of those publications."""
    return Rows(*(tuple(_lines(table, joined, rule)) for table in ("categories", "themes")))


def _lines(table: str, joined: Sequence[Joined], rule: JoinRule) -> Iterator[Line]:
    shown = {row.code for one in joined for row in getattr(one.publication.rows, table)}
    for code in sorted(shown):
        line = added(code, list(parts_of(code, table, joined)))
        if may_show(line, rule):
            yield line
