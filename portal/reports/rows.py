"""The rows of a publication, read strictly: codes and bands, and nothing that a report could leak."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.reports.errors import BadPublication

TABLES = ("categories", "units", "themes")


@dataclass(frozen=True, slots=True)
class Row:
    """One published row; the band holds ``low`` to ``high`` ballots, ``high`` None when it is open."""

    code: str
    band: str
    low: int
    high: int | None


@dataclass(frozen=True, slots=True)
class Rows:
    """The one-way lists of one publication, each in code order."""

    categories: tuple[Row, ...]
    units: tuple[Row, ...]
    themes: tuple[Row, ...]


def natural(code: str) -> tuple[tuple[str, int], ...]:
    """A sort key under which "C2" stands before "C10"."""
    return tuple(
        (word, int(figures or 0)) for word, figures in re.findall(r"(\D*)(\d*)", code) if word or figures
    )


def band_label(low: int, high: int | None) -> str:
    """``(5, 9)`` -> ``"5-9"``; ``(50, None)`` -> ``"50+"``."""
    return f"{low}+" if high is None else f"{low}-{high}"


def read_rows(publication: Mapping[str, Any]) -> Rows:
    """The rows of a publication document (version 1).

    :raises BadPublication: for another version, a row with anything but a code and a band, a band that the
        publication's own rule does not know, or a code given twice.
    """
    try:
        if publication["v"] != 1 or set(publication["rows"]) != set(TABLES):
            raise BadPublication(where="rows")
        bands = {band_label(low, high): (low, high) for low, high in publication["rule"]["bands"]}
        tables = {name: _read(publication["rows"][name], bands) for name in TABLES}
    except (KeyError, TypeError, ValueError) as error:
        raise BadPublication(where="shape") from error
    return Rows(**tables)


def _read(items: list[dict[str, str]], bands: dict[str, tuple[int, int | None]]) -> tuple[Row, ...]:
    rows = []
    for item in items:
        # A count, a total or a flag beside the band would be more than was published: refuse it here.
        if set(item) != {"code", "band"} or item["band"] not in bands:
            raise BadPublication(where="row")
        rows.append(Row(item["code"], item["band"], *bands[item["band"]]))
    if len({row.code for row in rows}) != len(rows):
        raise BadPublication(where="row")
    return tuple(sorted(rows, key=lambda row: natural(row.code)))
