"""A report in its style as a DOCX file: editable, and the same bytes for the same content."""

from __future__ import annotations

from docx.document import Document as DocxDocument
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as DocxParagraph

from portal.reports.annex import Annex
from portal.reports.docx_annex import AnnexWriter
from portal.reports.docx_package import blank, carry, to_bytes
from portal.reports.docx_styles import define, mm_twips, twips
from portal.reports.layout import Line, lay_out
from portal.reports.metrics import text_width
from portal.reports.model import Document, Run
from portal.reports.style import Style, load_style

POINTS_PER_MM = 72 / 25.4
LINE_STYLES = {
    "part": "VbPhan",
    "section": "VbMuc",
    "point": "VbDiem",
    "mark": "VbDauMuc",
    "paragraph": "VbNoiDung",
}


def to_docx(document: Document, style: Style | None = None, annex: Annex | None = None) -> bytes:
    """The file. ``style`` is by default the table the document names; with an annex it carries its edition.

    :raises portal.reports.errors.BadTable: when the document names an unknown style.
    """
    return _Writer(document, style or load_style(document.style)).write(annex)


class _Writer:
    """One document on its way into one file."""

    def __init__(self, document: Document, style: Style) -> None:
        self.style, self.layout = style, lay_out(document, style)
        self.docx: DocxDocument = blank(document, style)
        define(self.docx, style)

    def write(self, annex: Annex | None) -> bytes:
        """Head, title, body, foot, page number, annex; then the bytes."""
        self.head()
        self.title()
        for place, line in enumerate(self.layout.body, start=1):
            self.line(line, last=place == len(self.layout.body))
        self.foot()
        self.page_number()
        if annex is not None:
            AnnexWriter(self.docx, self.style, self.paragraph, self.table).write(annex)
            carry(self.docx, annex.data)
        return to_bytes(self.docx)

    # -- pieces ----------------------------------------------------------------------------------------------------

    def paragraph(self, cell: _Cell | None, style_id: str, *runs: Run) -> DocxParagraph:
        """A paragraph of a role at the end of ``cell``, or of the body."""
        if cell is None:
            paragraph = self.docx.add_paragraph()
        elif len(cell.paragraphs) == 1 and cell.paragraphs[0]._p.pPr is None:
            # A new cell comes with one bare paragraph: the first one is written into it.
            paragraph = cell.paragraphs[0]
        else:
            paragraph = cell.add_paragraph()
        paragraph._p.get_or_add_pPr().style = style_id
        for run in runs:
            self.run(paragraph, run)
        return paragraph

    def run(self, paragraph: DocxParagraph, run: Run) -> None:
        """Letters, in the language of the style; bold and italic only where the role does not say so already."""
        added = paragraph.add_run(run.text)
        added.bold, added.italic = run.bold or None, run.italic or None
        language = OxmlElement("w:lang")
        language.set(qn("w:val"), self.style.font.language)
        added._r.get_or_add_rPr().append(language)

    def rule(self, cell: _Cell | None, length_pt: float, room_pt: float) -> DocxParagraph:
        """A rule ``length_pt`` long in the middle of a column ``room_pt`` wide."""
        paragraph = self.paragraph(cell, "VbKe")
        side = max(twips((room_pt - length_pt) / 2), 0)
        eighths = round(self.style.head.rule_pt * 8)
        borders = f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="{eighths}" w:space="0" w:color="auto"/></w:pBdr>'
        properties = paragraph._p.get_or_add_pPr()
        properties.insert_element_before(parse_xml(borders), "w:spacing", "w:ind", "w:jc")
        indent = properties.get_or_add_ind()
        for name in ("w:left", "w:right"):
            indent.set(qn(name), str(side))
        return paragraph

    def table(self, rows: int, left_mm: float, right_mm: float) -> Table:
        """Two columns without borders, of exactly these widths, whose rows never break over a page."""
        table = self.docx.add_table(rows=rows, cols=2)
        self._frame(table, mm_twips(left_mm) + mm_twips(right_mm))
        for column, width in zip(table.columns, (left_mm, right_mm), strict=True):
            column._gridCol.set(qn("w:w"), str(mm_twips(width)))
            for cell in column.cells:
                properties = cell._tc.get_or_add_tcPr().get_or_add_tcW()
                properties.set(qn("w:w"), str(mm_twips(width)))
                properties.set(qn("w:type"), "dxa")
        for row in table.rows:
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        return table

    def _frame(self, table: Table, width: int) -> None:
        """Fixed layout, no borders, no margins inside: text stands where the margins of the page are."""
        edges = "".join(f'<w:{side} w:val="nil"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
        margins = "".join(f'<w:{side} w:w="0" w:type="dxa"/>' for side in ("top", "left", "bottom", "right"))
        fresh = parse_xml(
            f'<w:tblPr {nsdecls("w")}><w:tblW w:w="{width}" w:type="dxa"/><w:jc w:val="left"/>'
            f'<w:tblInd w:w="0" w:type="dxa"/><w:tblBorders>{edges}</w:tblBorders>'
            f'<w:tblLayout w:type="fixed"/><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>'
        )
        table._tbl.replace(table._tbl.tblPr, fresh)

    # -- parts of the document -------------------------------------------------------------------------------------

    def head(self) -> None:
        """Issuer and motto side by side; below them number and date."""
        layout, style = self.layout, self.style.head
        table = self.table(2, style.left_mm, style.right_mm)
        (issuer, motto), (number, place) = (row.cells for row in table.rows)
        parent, office, *mark = layout.issuer
        self.paragraph(issuer, "VbCoQuanCapTren", Run(parent))
        self.paragraph(issuer, "VbCoQuan", Run(office))
        for sign in mark:
            self.paragraph(issuer, "VbCoQuanCapTren", Run(sign))
        if style.issuer_rule:
            length = text_width(office, style.issuer_pt, bold=True) * style.issuer_rule
            self.rule(issuer, length, style.left_mm * POINTS_PER_MM)
        for nth, text in enumerate(layout.motto, start=1):
            self.paragraph(motto, f"VbTieuDe{nth}", Run(text))
        if style.motto_rule == "text":
            length = text_width(layout.motto[-1], style.motto_pt[-1], bold=True)
            self.rule(motto, length, style.right_mm * POINTS_PER_MM)
        self.paragraph(number, "VbSo", Run(layout.number))
        self.paragraph(place, "VbDiaDanh", Run(layout.place))

    def title(self) -> None:
        """Kind, subject, and the sign or rule under them."""
        layout, style = self.layout, self.style.title
        self.paragraph(None, "VbTenLoai", Run(layout.kind))
        self.paragraph(None, "VbTrichYeu", Run(layout.subject))
        if style.separator_rule:
            room = self.style.page.text_mm * POINTS_PER_MM
            length = min(text_width(layout.subject, style.subject_pt, bold=True), room) * style.separator_rule
            self.rule(None, length, room).paragraph_format.space_after = Pt(style.after_pt)
        if layout.separator:
            self.paragraph(None, "VbSauTrichYeu", Run(layout.separator))

    def line(self, line: Line, *, last: bool) -> None:
        """A heading or a paragraph of the body; the last one closes the text and stays with the signature."""
        paragraph = self.paragraph(None, LINE_STYLES[line.kind], *line.runs)
        if last:
            paragraph.paragraph_format.keep_with_next = True

    def foot(self) -> None:
        """Recipients on the left, signature on the right."""
        layout, style = self.layout, self.style
        width = style.recipients.width_mm
        left, right = self.table(1, width, style.page.text_mm - width).rows[0].cells
        heading, *items = layout.recipients
        self.paragraph(left, "VbNoiNhan", Run(heading))
        for item in items:
            self.paragraph(left, "VbNoiNhanMuc", Run(item))
        if layout.authority is not None:
            self.paragraph(right, "VbQuyenHan", Run(layout.authority))
        self.paragraph(right, "VbChucVu", Run(layout.post))
        self.paragraph(right, "VbHoTen", Run(layout.name))
        for cell in (left, right):
            cell.paragraphs[0].paragraph_format.space_before = Pt(style.signature.before_pt)

    def page_number(self) -> None:
        """The number of the page in the middle of the top margin; the first page's header stays empty."""
        header = self.docx.sections[0].header
        header.is_linked_to_previous = False
        paragraph = header.paragraphs[0]
        paragraph._p.get_or_add_pPr().style = "VbSoTrang"
        paragraph._p.append(
            parse_xml(
                f'<w:fldSimple {nsdecls("w")} w:instr=" PAGE \\* Arabic "><w:r><w:rPr>'
                f'<w:lang w:val="{self.style.font.language}"/></w:rPr><w:t>2</w:t></w:r></w:fldSimple>'
            )
        )
