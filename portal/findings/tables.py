"""Tables beyond the one-way lists: two-way, over a year, and themes by consultation.

A table's document is published once, immutably, and stands in the log by a ``finding`` leaf of version 2. Version 1 of
the document, canonical JSON (RFC 8785)::

    {"v":1, "table":"units-gop-y-2026", "kind":"units", "consultations":[{"id","period":{"opens","closes"},
     "publication_sha256"}], "taxonomy":{"version","sha256"},
     "rule":{"k","k_paraphrase","bands":[[5,9],...,[50,null]],"unit_min_headcount"},
     "floor":[], "cells":[{"row":"C1","column":"P1","band":"10-14"}]}

Version 2 has a rule that says more (:mod:`portal.findings.rule_document`).

===========  ===========================================  ==================  ===============
kind         what is counted, in ballots                  rows                columns
===========  ===========================================  ==================  ===============
``units``    of one consultation                          categories          units concerned
``levels``   of one consultation                          categories          levels concerned
``severity`` of one consultation                          categories          ``1`` to ``3``
``year``     of all consultations that closed in a year   categories          ``all``
``trend``    of each consultation that closed in a year   themes              consultations
===========  ===========================================  ==================  ===============

A table is given whole, or with no cell at all. No cell means one of two things that nobody can tell apart: that the
cells are those of ``floor``, or that they would let somebody be singled out (:mod:`portal.findings.gate`). ``floor``
follows from what was public already: cells as low as that allows, mostly none. It is null where even these would be too
much, so that no cell would have been given whatever was counted.

Pure: an auditor reads it without Flask, SQLAlchemy or SciPy.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import rfc8785

from portal.findings.publication import CODE, HASH, SLUG
from portal.findings.rule import Band, DisclosureError, Rule, band_labelled
from portal.findings.rule_document import check_limits, read_rule, rule_document, version_of

TWO_WAY = ("units", "levels", "severity")
BY_YEAR = ("year", "trend")
KINDS = (*TWO_WAY, *BY_YEAR)
TABLE = re.compile(rf"({'|'.join(TWO_WAY)})-{SLUG.pattern}|({'|'.join(BY_YEAR)})-[1-9][0-9]{{3}}")
ALL = "all"
"""The only column of a ``year`` table."""


def table_id(kind: str, subject: str) -> str:
    """The name of a table: its kind, and the consultation or the year that it is about; :class:`DisclosureError`."""
    name = f"{kind}-{subject}"
    if not TABLE.fullmatch(name):
        raise DisclosureError("table-unknown")
    return name


@dataclass(frozen=True)
class Member:
    """A consultation whose ballots a table counts, by what was published of it."""

    consultation: str
    opens: date
    closes: date
    publication_sha256: str


@dataclass(frozen=True, order=True)
class TableCell:
    """A published cell. ``row``, ``column``: see the module's table."""

    row: str
    column: str
    band: Band


@dataclass(frozen=True)
class Table:
    """One published table. Raises :class:`DisclosureError` for a value that no version can hold."""

    table: str
    kind: str
    members: tuple[Member, ...]
    taxonomy_version: int
    taxonomy_sha256: str
    rule: Rule
    floor: tuple[TableCell, ...] | None
    cells: tuple[TableCell, ...]

    def __post_init__(self) -> None:
        if self.table != table_id(self.kind, self.subject):
            raise DisclosureError("table-name")
        names = [member.consultation for member in self.members]
        if names != sorted(set(names)) or not names or not all(map(SLUG.fullmatch, names)):
            raise DisclosureError("table-consultations")
        if self.kind in TWO_WAY and names != [self.subject]:
            raise DisclosureError("table-consultations")
        if self.kind in BY_YEAR and any(str(member.closes.year) != self.subject for member in self.members):
            raise DisclosureError("table-consultations")
        digests = (self.taxonomy_sha256, *(member.publication_sha256 for member in self.members))
        if not all(map(HASH.fullmatch, digests)) or self.taxonomy_version < 1:
            raise DisclosureError("table-digest")
        check_limits(self.rule)
        if self.cells and (self.floor is None or self.cells == self.floor):
            raise DisclosureError("table-cells")
        for cells in (self.cells, self.floor or ()):
            self._check_cells(cells)

    def _check_cells(self, cells: Sequence[TableCell]) -> None:
        places = [(cell.row, cell.column) for cell in cells]
        if places != sorted(set(places)):
            raise DisclosureError("table-cells")
        columns = SLUG if self.kind == "trend" else CODE
        if not all(CODE.fullmatch(cell.row) and columns.fullmatch(cell.column) for cell in cells):
            raise DisclosureError("table-cells")
        if any(cell.band not in self.rule.bands for cell in cells):
            raise DisclosureError("disclosure-unknown-band")

    @property
    def subject(self) -> str:
        """The consultation or the year that it is about."""
        return self.table.partition("-")[2]

    def counts(self, consultation: str) -> bool:
        """Whether ballots of that consultation are counted in it."""
        return any(member.consultation == consultation for member in self.members)

    def as_document(self) -> dict[str, Any]:
        """Plain JSON values; :func:`parse_table` reads their canonical bytes back."""
        return {
            "v": version_of(self.rule),
            "table": self.table,
            "kind": self.kind,
            "consultations": [
                {
                    "id": member.consultation,
                    "period": {"opens": member.opens.isoformat(), "closes": member.closes.isoformat()},
                    "publication_sha256": member.publication_sha256,
                }
                for member in self.members
            ],
            "taxonomy": {"version": self.taxonomy_version, "sha256": self.taxonomy_sha256},
            "rule": rule_document(self.rule),
            "floor": None if self.floor is None else _cells(self.floor),
            "cells": _cells(self.cells),
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON; the inverse of :func:`parse_table`."""
        return rfc8785.dumps(self.as_document())


def parse_table(data: bytes) -> Table:
    """Read canonical bytes of version 1 or 2, strictly; :class:`DisclosureError` for anything else."""
    try:
        found = _table(json.loads(data))
    except DisclosureError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise DisclosureError("table-malformed") from error
    # Written again from what was understood: an unknown key, another type or another order shows here.
    if found.to_bytes() != data:
        raise DisclosureError("table-not-canonical")
    return found


def _table(document: Mapping[str, Any]) -> Table:
    # ``true`` and ``1.0`` equal one in Python and are written again as they came.
    if type(document["taxonomy"]["version"]) is not int:
        raise DisclosureError("table-malformed")
    kept = read_rule(document["rule"])
    return Table(
        table=document["table"],
        kind=document["kind"],
        members=tuple(_member(one) for one in document["consultations"]),
        taxonomy_version=document["taxonomy"]["version"],
        taxonomy_sha256=document["taxonomy"]["sha256"],
        rule=kept,
        floor=None if document["floor"] is None else _read_cells(document["floor"], kept.bands),
        cells=_read_cells(document["cells"], kept.bands),
    )


def _cells(cells: Iterable[TableCell]) -> list[dict[str, str]]:
    return [{"row": cell.row, "column": cell.column, "band": cell.band.label} for cell in cells]


def _read_cells(cells: Iterable[Mapping[str, str]], bands: Sequence[Band]) -> tuple[TableCell, ...]:
    return tuple(TableCell(cell["row"], cell["column"], band_labelled(cell["band"], bands)) for cell in cells)


def _member(one: Mapping[str, Any]) -> Member:
    period = one["period"]
    opens, closes = (date.fromisoformat(period[name]) for name in ("opens", "closes"))
    return Member(one["id"], opens, closes, one["publication_sha256"])
