"""The annex in a DOCX: tables with header rows, charts as SVG beside pixels, the paragraph on verification."""

from __future__ import annotations

import io
from typing import Any, Protocol

from docx.document import Document as DocxDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as DocxParagraph

from portal.reports.annex import Annex, Listing
from portal.reports.charts import WIDTH, chart_svg
from portal.reports.docx_styles import mm_twips
from portal.reports.model import Run
from portal.reports.pictures import qr_png, svg_to_png
from portal.reports.style import Style

QR_MM = 28.0
COLUMNS = (0.1, 0.62, 0.28)
# Word 2016 and later draw the SVG of this extension; others draw the pixels ([MS-ODRAWXML] 2.3.3.29, svgBlip).
SVG_EXTENSION = "{96DAC541-7B7A-43D3-8B79-37D633B846F1}"
SVG_NAMESPACE = "http://schemas.microsoft.com/office/drawing/2016/SVG/main"


class PutParagraph(Protocol):
    """Writes a paragraph of a role at the end of a cell, or of the body."""

    def __call__(self, cell: _Cell | None, style_id: str, *runs: Run) -> DocxParagraph: ...


class MakeColumns(Protocol):
    """Makes a table of two columns without borders, of these widths."""

    def __call__(self, rows: int, left_mm: float, right_mm: float) -> Table: ...


class AnnexWriter:
    """The annex on its way into a document. ``put`` and ``columns``: how the document writes both."""

    def __init__(self, docx: DocxDocument, style: Style, put: PutParagraph, columns: MakeColumns) -> None:
        self.docx, self.style, self.put, self.columns = docx, style, put, columns

    def write(self, annex: Annex) -> None:
        """Heading, tables with their charts, and how to verify, on a page of its own."""
        self.put(None, "VbPhuLuc", Run(annex.heading))
        self.put(None, "VbPhuLucTen", Run(annex.title))
        self.put(None, "VbBangO", Run(annex.basis))
        for number, listing in enumerate(annex.listings, start=1):
            self.put(None, "VbBangTen", Run(listing.title))
            self._table(listing)
            if not listing.alt:
                continue
            svg = chart_svg(listing, annex.legend, f"chart{number}")
            blip = self._picture(self.put(None, "VbHinh"), svg_to_png(svg), listing.alt, Pt(WIDTH))
            self._vector(blip, svg, number)
        if annex.nothing:
            self.put(None, "VbBangO", Run(annex.nothing))
        self._check(annex)

    def _check(self, annex: Annex) -> None:
        """The QR code beside the paragraph on verification, or that alone."""
        cell = None
        if annex.address:
            left, cell = self.columns(1, QR_MM + 4, self.style.page.text_mm - QR_MM - 4).rows[0].cells
            self._picture(self.put(left, "VbHinh"), qr_png(annex.address), annex.qr_alt, Mm(QR_MM))
        self.put(cell, "VbKiemChung", Run(annex.check))

    def _table(self, listing: Listing) -> None:
        """Ruled rows that never break over a page; the first one is a header, repeated on each page."""
        table = self.docx.add_table(rows=0, cols=len(listing.columns))
        table._tbl.replace(table._tbl.tblPr, _frame(listing.title, self.style))
        widths = [mm_twips(share * self.style.page.text_mm) for share in COLUMNS]
        for column, width in zip(table.columns, widths, strict=True):
            column._gridCol.set(qn("w:w"), str(width))
        self._row(table, listing.columns, widths, "VbBangDau")
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for entry in listing.entries:
            self._row(table, (entry.code, entry.label, entry.said), widths, "VbBangO")

    def _row(self, table: Table, texts: tuple[str, ...], widths: list[int], style_id: str) -> None:
        row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, text, width in zip(row.cells, texts, widths, strict=True):
            properties = cell._tc.get_or_add_tcPr().get_or_add_tcW()
            properties.set(qn("w:w"), str(width))
            properties.set(qn("w:type"), "dxa")
            self.put(cell, style_id, Run(text))

    def _picture(self, paragraph: DocxParagraph, png: bytes, alt: str, width: int) -> BaseOxmlElement:
        """Pixels in a line of their own; returns the element that names them."""
        inline: Any = paragraph.add_run().add_picture(io.BytesIO(png), width=width)._inline
        inline.docPr.set("descr", alt)
        inline.docPr.set("name", alt.partition(":")[0])
        picture = inline.graphic.graphicData.pic
        # The name of a file that python-docx puts there tells nothing and is no alternative text.
        picture.nvPicPr.cNvPr.set("name", "")
        blip: BaseOxmlElement = picture.blipFill.blip
        return blip

    def _vector(self, blip: BaseOxmlElement, svg: str, number: int) -> None:
        """The same picture as SVG, for those who can draw it."""
        name = PackURI(f"/word/media/chart{number}.svg")
        part = Part(name, "image/svg+xml", svg.encode(), self.docx.part.package)
        blip.append(parse_xml(_extension(self.docx.part.relate_to(part, RELATIONSHIP_TYPE.IMAGE))))


def _frame(title: str, style: Style) -> BaseOxmlElement:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    edges = "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for side in sides)
    margins = "".join(f'<w:{side} w:w="85" w:type="dxa"/>' for side in ("left", "right"))
    frame = parse_xml(
        f'<w:tblPr {nsdecls("w")}><w:tblW w:w="{mm_twips(style.page.text_mm)}" w:type="dxa"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar>'
        '<w:tblLook w:val="0020" w:firstRow="1"/><w:tblCaption/></w:tblPr>'
    )
    frame.find(qn("w:tblCaption")).set(qn("w:val"), title)
    return frame


def _extension(key: str) -> str:
    return (
        f'<a:extLst {nsdecls("a")}><a:ext uri="{SVG_EXTENSION}"><asvg:svgBlip xmlns:asvg="{SVG_NAMESPACE}" '
        f'{nsdecls("r")} r:embed="{key}"/></a:ext></a:extLst>'
    )
