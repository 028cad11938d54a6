"""What the public pages show, shaped for templates: no page reads a table by itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from portal.consultations.models import Consultation
from portal.consultations.service import accepts, collecting
from portal.consultations.taxonomy import Taxonomy

TOPICS = ("conduct", "difficulty", "remedy", "praise")


@dataclass(frozen=True)
class Shelf:
    """The home page's consultations by what a visitor can do with them."""

    taking: list[tuple[Consultation, int]]
    collecting: list[tuple[Consultation, int]]
    coming: list[Consultation]
    sorting: list[Consultation]
    published: list[Consultation]


def shelve(rows: Iterable[Consultation], today: date) -> Shelf:
    """Sort public consultations; days left, to write or to collect ballots, count today (1 on the last day)."""
    shelf = Shelf([], [], [], [], [])
    for row in rows:
        if row.collect_until is not None and collecting(row, today):
            shelf.collecting.append((row, (row.collect_until - today).days + 1))
        elif accepts(row, today):
            shelf.taking.append((row, (row.closes - today).days + 1))
        elif row.state == "open" and today < row.opens:
            shelf.coming.append(row)
        elif row.state == "published":
            shelf.published.append(row)
        else:
            shelf.sorting.append(row)
    shelf.taking.sort(key=lambda pair: pair[0].closes)
    shelf.collecting.sort(key=lambda pair: pair[1])
    return shelf


@dataclass(frozen=True)
class Labelled:
    """A published row with words: ``low`` and ``high`` are the band's ends in comments (``high`` None: no end)."""

    code: str
    label: str
    low: int
    high: int | None


@dataclass(frozen=True)
class Findings:
    """A publication with words: one-way lists, largest band first. ``names`` has every code of the publication."""

    categories: list[Labelled]
    praise: list[Labelled]
    units: list[Labelled]
    themes: list[Labelled]
    names: dict[str, str]


def _ends(band: str) -> tuple[int, int | None]:
    low, _, high = band.rstrip("+").partition("-")
    return int(low), int(high) if high else None


def _labelled(rows: list[dict[str, str]], names: dict[str, str]) -> list[Labelled]:
    shown = [Labelled(row["code"], names.get(row["code"], row["code"]), *_ends(row["band"])) for row in rows]
    return sorted(shown, key=lambda row: (-row.low, row.code))


def label(document: dict[str, Any], taxonomy: Taxonomy, row: Consultation, locale: str) -> Findings:
    """Put the taxonomy's and the units' names beside the publication's codes."""
    concerns = {item.code: getattr(item, locale) or item.vi for item in taxonomy.categories}
    concerns |= {item.code: getattr(item, locale) or item.vi for item in taxonomy.themes}
    units = {unit.code: getattr(unit, f"name_{locale}") or unit.name_vi for unit in row.units}
    praised = {item.code for item in taxonomy.categories if item.praise}
    rows = document["rows"]
    categories = _labelled(rows["categories"], concerns)
    return Findings(
        categories=[item for item in categories if item.code not in praised],
        praise=[item for item in categories if item.code in praised],
        units=_labelled(rows["units"], units),
        themes=_labelled(rows["themes"], concerns),
        names=concerns,
    )
