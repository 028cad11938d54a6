"""Reads a roster from the file that an office keeps it in: CSV or XLSX, with headings in Vietnamese or English.

::

    reading = read_roster(data, filename)
    if reading.problems: show them, by line; portal.issuing.roster_words has the sentences
    else:                rounds.import_roster(session, row, reading.members)
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import PurePath

from portal.issuing.roster_file import columns, plain, workbook
from portal.issuing.roster_file.people import people_of
from portal.issuing.roster_file.reading import Notes, Problem, RosterReading, Row, Unreadable

__all__ = ["FILE_MOST", "Problem", "RosterReading", "read_roster"]

FILE_MOST = 8 * 2**20
TEXTS = {".csv", ".tsv", ".txt"}
BOOKS = {".xlsx", ".xlsm"}
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_roster(data: bytes, filename: str) -> RosterReading:
    """The roster in ``data``, or what is wrong with it. Never raises for a bad file.

    ``filename`` decides by its ending together with the file's first bytes what is read. Staff codes come out in upper
    case, text in NFC. Without a column of unit codes, codes are made from the units' names.
    """
    notes = Notes()
    try:
        rows = _rows(data, PurePath(filename).suffix.lower(), notes)
        top = list(islice(rows, columns.HEADER_WITHIN))
        if not top:
            raise Unreadable("file-empty")
        found = columns.find(top, notes)
        below = (row for row in chain(top, rows) if row.line > found.line)
        if notes.problems:  # columns are missing: every row would say so again
            return notes.reading(())
        members = people_of(below, found, notes)
    except Unreadable as error:
        notes.problems.insert(0, error.problem)
        members = ()
    return notes.reading(members)


def _rows(data: bytes, suffix: str, notes: Notes) -> Iterator[Row]:
    if not data:
        raise Unreadable("file-empty")
    if len(data) > FILE_MOST:
        raise Unreadable("file-too-large", limit=FILE_MOST // 2**20)
    if suffix == ".xls" or data.startswith(OLE):  # OLE holds the old format, and encrypted new ones
        raise Unreadable("file-old-excel")
    if suffix in BOOKS and data.startswith(ZIP):
        return workbook.rows_of(data)
    if suffix in TEXTS and not data.startswith(ZIP):
        return plain.rows_of(plain.decode(data, notes), columns.recognised)
    raise Unreadable("file-unknown")
