"""Every kind of file that a report leaves the house as, by its ending: what ``web`` and the benchmark write."""

from __future__ import annotations

from collections.abc import Callable

from portal.reports.annex import Annex, annex_of
from portal.reports.docx import to_docx
from portal.reports.edition import Edition
from portal.reports.html import to_html
from portal.reports.markdown import to_markdown
from portal.reports.model import Document
from portal.reports.pdf import to_pdf
from portal.reports.text import to_text

Writer = Callable[[Document, Annex], bytes | str]

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WRITERS: dict[str, tuple[str, Writer]] = {
    "docx": (DOCX, lambda document, annex: to_docx(document, None, annex)),
    "pdf": ("application/pdf", lambda document, annex: to_pdf(document, None, annex)),
    "html": ("text/html; charset=utf-8", lambda document, annex: to_html(document, None, annex)),
    "md": ("text/markdown; charset=utf-8", lambda document, annex: to_markdown(document, None, annex)),
    "txt": ("text/plain; charset=utf-8", lambda document, _annex: to_text(document)),
    # What the other kinds carry, by itself: the text and its findings for a program to read.
    "json": ("application/json", lambda _document, annex: annex.data),
}


def write(edition: Edition, kind: str) -> bytes:
    """The file's bytes, the same for the same edition.

    :raises KeyError: for a kind that is none.
    """
    _mimetype, writer = WRITERS[kind]
    made = writer(edition.document, annex_of(edition))
    return made.encode() if isinstance(made, str) else made
