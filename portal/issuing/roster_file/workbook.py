"""Rosters as XLSX (ECMA-376): the first visible sheet, values alone.

A workbook is a ZIP of XML and comes from somebody's mailbox. Before openpyxl sees it: its parts are counted, what they
unpack to is summed up (``zipfile`` reads no more of a part than its declared size), and a part with a document type is
refused, since that is where entities would be defined. openpyxl reads rows with defusedxml besides.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

import openpyxl
from defusedxml.ElementTree import iterparse
from openpyxl.cell.read_only import EMPTY_CELL

from portal.issuing.roster_file.reading import Row, Unreadable

PARTS_MOST = 1_000
UNPACKED_MOST = 100 * 2**20
# Parts that are read into memory as a whole; rows and their strings are streamed.
TREES_MOST = 16 * 2**20
STREAMED = ("xl/worksheets/", "xl/sharedStrings.xml")
COLUMNS_MOST = 60
LAST_ROW = 1_048_576
EXACT = 10**15  # Excel keeps fifteen digits


def rows_of(data: bytes) -> Iterator[Row]:
    """The rows that are not blank, or :class:`Unreadable`."""
    try:
        _check(data)
        yield from _rows(data)
    except Unreadable:
        raise
    except Exception:  # a damaged workbook fails in openpyxl, zipfile, zlib or a parser, each with errors of its own
        raise Unreadable("workbook-damaged") from None


def _check(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        trees = sum(part.file_size for part in parts if _is_xml(part) and not _is_streamed(part))
        if (
            len(parts) > PARTS_MOST
            or sum(part.file_size for part in parts) > UNPACKED_MOST
            or trees > TREES_MOST
            or any(part.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for part in parts)
        ):
            raise Unreadable("workbook-too-large")
        if not any(part.filename.startswith("xl/") for part in parts):
            raise Unreadable("file-unknown")
        for part in filter(_is_xml, parts):
            with archive.open(part) as handle:
                # A document type stands before the root element, so the first element settles it.
                next(iter(iterparse(handle, events=("start",), forbid_dtd=True)), None)


def _is_xml(part: zipfile.ZipInfo) -> bool:
    return part.filename.lower().endswith((".xml", ".rels", ".vml"))


def _is_streamed(part: zipfile.ZipInfo) -> bool:
    return part.filename.startswith(STREAMED) and part.filename.endswith(".xml")


def _rows(data: bytes) -> Iterator[Row]:
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        sheet: Any = next((one for one in book.worksheets if one.sheet_state == "visible"), None)
        if sheet is None:
            raise Unreadable("workbook-without-sheet")
        sheet.reset_dimensions()  # what a file declares of its size need not be so
        for line, cells in enumerate(sheet.iter_rows(max_col=COLUMNS_MOST), 1):
            if line > LAST_ROW:
                raise Unreadable("workbook-damaged")
            if all(cell is EMPTY_CELL for cell in cells):  # rows that the file leaves out come as these
                continue
            row = _row(line, cells)
            if any(row.cells) or row.odd:
                yield row
    finally:
        book.close()


def _row(line: int, cells: tuple[Any, ...]) -> Row:
    odd = {}
    texts = []
    for place, cell in enumerate(cells):
        text, code = ("", "") if cell is EMPTY_CELL else _text(cell)
        texts.append(text)
        if code:
            odd[place] = code
    return Row(line, tuple(texts), odd)


def _text(cell: Any) -> tuple[str, str]:
    """A cell as text, and the code of what is wrong with it."""
    value = cell.value
    if value is None:
        return "", ""
    if isinstance(value, str):
        return ("", "cell-error") if cell.data_type == "e" else (value if value.strip() else "", "")
    if isinstance(value, date | time | timedelta):
        return "", "cell-date"  # Excel makes one of "3-1"; what was typed is lost
    return (str(value).upper(), "") if isinstance(value, bool) else _number(value, cell.number_format)


def _number(value: float, shown: str) -> tuple[str, str]:
    if abs(value) >= EXACT:
        return "", "cell-number"
    if value != int(value):
        return str(value), ""
    # A code such as 0012 is often the number 12 with the format 0000.
    return str(int(value)).zfill(len(shown) if set(shown) == {"0"} else 0), ""
