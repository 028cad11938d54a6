"""The published rows as CSV, for a spreadsheet: a band's ends stand in two columns, for "10-14" would become a date.

RFC 4180 with a byte order mark, by which spreadsheets know UTF-8. A cell that a spreadsheet would take for a formula
gets an apostrophe in front. The separator is ``;`` where the decimal sign is a comma (vi), else ``,``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from portal.findings.publication import TABLES, Publication

BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
SEPARATORS = {"vi": ";", "en": ","}
# What spreadsheets begin a formula with, or skip before one (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\N{FULLWIDTH EQUALS SIGN}", "\N{FULLWIDTH PLUS SIGN}",
           "\N{FULLWIDTH HYPHEN-MINUS}", "\N{FULLWIDTH COMMERCIAL AT}")  # fmt: skip


@dataclass(frozen=True, slots=True)
class CsvWords:
    """The five columns' names, and what each of the three tables is called."""

    columns: tuple[str, str, str, str, str]
    tables: Mapping[str, str]


VI = CsvWords(
    ("Bảng", "Mã", "Nội dung", "Từ", "Đến"),
    {"categories": "Nội dung góp ý", "units": "Đơn vị", "themes": "Chủ đề"},
)
EN = CsvWords(("Table", "Code", "Label", "From", "To"), {"categories": "Category", "units": "Unit", "themes": "Theme"})
WORDS = {"vi": VI, "en": EN}


def findings_csv(publication: Publication, labels: Mapping[str, str], units: Mapping[str, str], locale: str) -> bytes:
    """One line a published row, in the order of the publication. ``labels`` and ``units``: words by code.

    An open band has no upper end: its last cell is empty. ``locale``: "vi" or "en".
    """
    out = io.StringIO()
    words = WORDS[locale]
    writer = csv.writer(out, delimiter=SEPARATORS[locale], quoting=csv.QUOTE_ALL)
    writer.writerow(words.columns)
    for table in TABLES:
        names = units if table == "units" else labels
        for row in getattr(publication.rows, table):
            said = (words.tables[table], row.code, names.get(row.code, row.code))
            high = "" if row.band.high is None else row.band.high
            writer.writerow([*map(guarded, said), row.band.low, high])
    return (BOM + out.getvalue()).encode()


def guarded(cell: str) -> str:
    """The words as a cell that no spreadsheet computes."""
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) or cell.startswith(FORMULA) else cell
