"""Tables beside the lists, put into words for pages of both apps."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session

from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.findings import tables_service as tables
from portal.findings.rule import Band
from portal.findings.tables import TWO_WAY, Table


@dataclass(frozen=True)
class ShownTable:
    """A table as a grid. ``rows``: a label and a band for each column, None where no cell is given; only rows and
    columns that have a cell are there. ``consultations``: whose ballots it counts."""

    table: str
    title: str
    heading: str
    columns: list[str]
    rows: list[tuple[str, list[Band | None]]]
    answerable: bool
    consultations: list[Consultation]


def titled(session: Session, kind: str, subject: str, locale: str) -> str:
    """What the table is, in words. ``subject``: a consultation's id, or a year."""
    about = _title(consultations.get(session, subject), locale) if kind in TWO_WAY else subject
    words = {
        "units": gettext("Concerns by unit concerned: %(subject)s", subject=about),
        "levels": gettext("Concerns by level concerned: %(subject)s", subject=about),
        "severity": gettext("Concerns by severity: %(subject)s", subject=about),
        "year": gettext("Concerns over the year %(subject)s", subject=about),
        "trend": gettext("Groups of concerns by consultation in %(subject)s", subject=about),
    }
    return words[kind]


def show(session: Session, table: Table, locale: str) -> ShownTable:
    """The table with the names that its consultations give to its codes."""
    rows = [consultations.get(session, member.consultation) for member in table.members]
    cells = {(cell.row, cell.column): cell.band for cell in table.cells}
    columns = {column: name for column, name in _columns(table.kind, rows, locale).items() if _any(cells, 1, column)}
    lines = {code: name for code, name in _rows(table.kind, rows[0], locale).items() if _any(cells, 0, code)}
    return ShownTable(
        table=table.table,
        title=titled(session, table.kind, table.subject, locale),
        heading=gettext("Group") if table.kind == "trend" else gettext("Concern"),
        columns=list(columns.values()),
        rows=[(name, [cells.get((code, column)) for column in columns]) for code, name in lines.items()],
        answerable=table.floor is not None,
        consultations=rows,
    )


def table_links(session: Session, locale: str, about: str = "") -> list[tuple[str, str, bool]]:
    """Name, words and whether cells are given of each published table, or of those that count ``about``."""
    found = [(row.id, tables.document_of(row)) for row in tables.decided(session)]
    return [
        (name, show(session, table, locale).title, bool(table.cells))
        for name, table in found
        if not about or table.counts(about)
    ]


def _any(cells: dict[tuple[str, str], Band], place: int, code: str) -> bool:
    return any(where[place] == code for where in cells)


def _title(row: Consultation, locale: str) -> str:
    return getattr(row, f"title_{locale}") or row.title_vi


def _columns(kind: str, rows: list[Consultation], locale: str) -> dict[str, str]:
    if kind == "units":
        return {unit.code: getattr(unit, f"name_{locale}") or unit.name_vi for unit in rows[0].units}
    if kind == "levels":
        return {
            "office": gettext("Leaders of the office"),
            "unit": gettext("Room or unit"),
            "party": gettext("Party body"),
        }
    if kind == "severity":
        return {"1": gettext("1 · Light"), "2": gettext("2 · Marked"), "3": gettext("3 · Grave")}
    if kind == "year":
        return {"all": gettext("Number of comments")}
    return {row.id: _title(row, locale) for row in sorted(rows, key=lambda row: row.closes)}


def _rows(kind: str, row: Consultation, locale: str) -> dict[str, str]:
    taxonomy = consultations.taxonomy_of(row)
    items = taxonomy.themes if kind == "trend" else taxonomy.categories
    return {item.code: getattr(item, locale) or item.vi for item in items}
