"""Rosters as text: comma, semicolon or tab, in the encodings that Vietnamese offices save (RFC 4180, loosely)."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections.abc import Callable, Iterator

from portal.issuing.roster_file.reading import Notes, Row, Unreadable

DELIMITERS = (";", ",", "\t")


def decode(data: bytes, notes: Notes) -> str:
    """The text in NFC; warns where the encoding had to be guessed.

    UTF-8 with or without byte order mark, UTF-16 with one, else Windows-1258, whose tones are combining marks.
    """
    text = _decode(data, notes)
    if "\x00" in text:
        raise Unreadable("file-unknown")
    return unicodedata.normalize("NFC", text)


def _decode(data: bytes, notes: Notes) -> str:
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp1258")
    except UnicodeDecodeError:
        raise Unreadable("encoding-unknown") from None
    notes.warn(0, "encoding-guessed")
    return text


def rows_of(text: str, recognised: Callable[[Row], int]) -> Iterator[Row]:
    """The rows, split at whichever delimiter lets ``recognised`` find the most columns in a row near the top."""
    return _rows(text, max(DELIMITERS, key=lambda delimiter: _found(text, delimiter, recognised)))


def _found(text: str, delimiter: str, recognised: Callable[[Row], int]) -> int:
    best = 0
    try:
        for number, row in enumerate(_rows(text, delimiter)):
            best = max(best, recognised(row))
            if number == 20:
                break
    except Unreadable:
        pass  # then it is reported when the rows are read in earnest
    return best


def _rows(text: str, delimiter: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(line, tuple(cells))
            line = reader.line_num + 1
    except csv.Error:
        raise Unreadable("quotes-malformed", line) from None
