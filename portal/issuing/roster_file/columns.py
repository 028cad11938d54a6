"""Which column is which: headings in Vietnamese and English, in any order, with or without accents."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from portal.issuing.roster_file.reading import Notes, Row, Unreadable

HEADER_WITHIN = 20  # a title and a place for the seal often stand above the table

HEADINGS: dict[str, tuple[str, ...]] = {
    "staff_code": (
        *("mã cán bộ", "mã số cán bộ", "mã CBCC", "mã CB", "mã công chức", "mã viên chức", "mã số", "mã nhân viên"),
        *("mã NV", "mã", "staff code", "staff id", "employee code", "employee id", "code"),
    ),
    "name": ("họ và tên", "họ tên", "tên", "tên cán bộ", "họ tên cán bộ", "name", "full name", "given name"),
    "family": ("họ", "họ đệm", "họ và đệm", "họ và tên đệm", "họ tên đệm", "họ lót", "họ và chữ lót", "family name"),
    "unit_code": ("mã phòng", "mã đơn vị", "mã phòng ban", "mã ban", "unit code", "department code"),
    "unit_name": (
        *("phòng", "phòng ban", "phòng/ban", "đơn vị", "đơn vị công tác", "tên phòng", "tên đơn vị", "tên phòng ban"),
        *("unit", "unit name", "department"),
    ),
    "email": (
        *("thư điện tử", "hộp thư", "email", "e-mail", "địa chỉ email", "địa chỉ e-mail", "địa chỉ thư điện tử"),
        *("email address", "mail"),
    ),
}
NEEDED = ("staff_code", "name", "unit_name")


def plain(text: str) -> str:
    """Lower-case letters and digits without accents, words apart by one space: what headings are compared by."""
    marks = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    bare = "".join(symbol for symbol in marks if not unicodedata.combining(symbol))
    return " ".join(re.findall(r"[a-z0-9]+", bare))


KINDS = {plain(heading): kind for kind, headings in HEADINGS.items() for heading in headings}


@dataclass(frozen=True)
class Columns:
    """Places (from 0 on) and headings, both by kind; ``line`` of the header row. A kind may be missing from both."""

    line: int
    places: dict[str, int]
    headings: dict[str, str]

    def of(self, row: Row, kind: str) -> str:
        """That cell of a row, or nothing."""
        return row.cell(self.places[kind]) if kind in self.places else ""


def kinds_in(row: Row) -> list[tuple[int, str]]:
    """Places and kinds of the headings in a row."""
    named = ((place, KINDS.get(plain(cell), "")) for place, cell in enumerate(row.cells))
    return [(place, kind) for place, kind in named if kind]


def recognised(row: Row) -> int:
    """How many different columns a row would head."""
    return len({kind for _, kind in kinds_in(row)})


def find(rows: list[Row], notes: Notes) -> Columns:
    """The columns by the first of ``rows`` (the top of the file) that heads the most; or :class:`Unreadable`.

    Missing and repeated columns are noted.
    """
    header = max(rows[:HEADER_WITHIN], key=recognised)
    if recognised(header) < 2:
        raise Unreadable("header-missing")
    places: dict[str, int] = {}
    headings: dict[str, str] = {}
    for place, kind in kinds_in(header):
        heading = " ".join(header.cells[place].split())
        if kind in places:
            notes.problem(header.line, "column-twice", column=heading)
        places.setdefault(kind, place)
        headings.setdefault(kind, heading)
    for kind in NEEDED:
        if kind not in places:
            notes.problem(header.line, f"column-missing-{kind.replace('_', '-')}")
    return Columns(header.line, places, headings)
