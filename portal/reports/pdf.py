"""A report as PDF: tagged for screen readers (PDF/UA-1), with its fonts embedded and its edition attached.

One template of ours (``typst/report.typ``) sets the same :class:`portal.reports.layout.Layout` as the DOCX by the same
style table. Words reach it as JSON values, never as markup. A dated report is PDF/A-3a as well, for keeping: that
standard demands a date, and an undated draft has none to give. The same report gives the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path

import typst

from portal.reports.annex import Annex, Listing
from portal.reports.charts import WIDTH, chart_svg
from portal.reports.layout import lay_out
from portal.reports.model import Document
from portal.reports.pdf_names import ATTACHMENT
from portal.reports.pictures import faces, qr_svg
from portal.reports.style import Style, load_style
from portal.reports.tables import plain

TEMPLATE = Path(__file__).parent / "typst" / "report.typ"


def _chart(listing: Listing, annex: Annex, place: int) -> str:
    return chart_svg(listing, annex.legend, f"chart{place}") if listing.alt else ""


def to_pdf(document: Document, style: Style | None = None, annex: Annex | None = None) -> bytes:
    """The file. ``style`` is by default the table the document names; with an annex it carries its edition.

    :raises portal.reports.errors.BadTable: when the document names an unknown style.
    """
    style = style or load_style(document.style)
    issued = document.head.issued
    listings = annex.listings if annex else ()
    given = {
        "layout": plain(lay_out(document, style)),
        "style": plain(style),
        "day": [issued.year, issued.month, issued.day] if issued else None,
        "annex": {**plain(annex), "data": annex.data.decode()} if annex else None,
        "charts": [_chart(one, annex, at) for at, one in enumerate(listings)] if annex else [],
        "chart_width": WIDTH,
        "qr": qr_svg(annex.address) if annex and annex.address else "",
        "attachment": ATTACHMENT,
    }
    made = typst.compile(
        TEMPLATE,
        font_paths=faces(),
        format="pdf",
        pdf_standards=["ua-1", "a-3a"] if issued else ["ua-1"],
        sys_inputs={"data": json.dumps(given, ensure_ascii=False)},
    )
    assert isinstance(made, bytes)
    return made
