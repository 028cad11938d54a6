"""The readable words of a PDF, the alternative texts of its tags, and the data attached to it."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from portal.audit.report_file_read import Line, Read, Unreadable
from portal.reports.pdf_names import ATTACHMENT

DEPTH = 60


def read(data: bytes) -> Read:
    """The parts of the file.

    :raises Unreadable: for anything that is not a whole PDF, or one that is encrypted.
    """
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise Unreadable("an encrypted PDF")
        found = Read("pdf", list(_lines(reader)))
        found.alternatives = list(_alternatives(reader.root_object.get("/StructTreeRoot")))
        attached = reader.attachments.get(ATTACHMENT, [])
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError, RecursionError) as error:
        raise Unreadable("damaged, or no PDF") from error
    # Two of one name would be for each program to choose from.
    found.data = bytes(attached[0]) if len(attached) == 1 else None
    return found


def _lines(reader: PdfReader) -> Iterator[Line]:
    """Lines as they are set; the number of a page at its head is the page's, not the text's."""
    for number, page in enumerate(reader.pages, start=1):
        lines = [line for line in page.extract_text().splitlines() if line.strip()]
        for place, line in enumerate(lines, start=1):
            if not (line.strip() == str(number) and place in {1, len(lines)}):
                yield f"page {number}, line {place}", line


def _alternatives(element: Any, depth: int = 0) -> Iterator[Line]:
    """Alternative texts of the structure tree (ISO 32000-2, 14.9.3), a text that stands twice in a row once."""
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, list):
        for child in element:
            yield from _alternatives(child, depth + 1)
    elif isinstance(element, dict) and depth < DEPTH:
        if "/Alt" in element:
            yield "picture", str(element["/Alt"])
        elif "/K" in element:
            yield from _alternatives(element["/K"], depth + 1)
