"""A document in its style as a DOCX file: editable, and the same bytes for the same document."""

from __future__ import annotations

from docx.document import Document as DocxDocument
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph as DocxParagraph

from portal.reports import dates
from portal.reports.docx_package import blank, to_bytes
from portal.reports.docx_styles import define, mm_twips, twips
from portal.reports.metrics import text_width
from portal.reports.model import Block, Document, Heading, Paragraph, Run
from portal.reports.style import Style, load_style

POINTS_PER_MM = 72 / 25.4
HEADING_STYLES = {"part": "VbPhan", "section": "VbMuc", "point": "VbDiem", "mark": "VbDauMuc"}


def to_docx(document: Document, style: Style | None = None) -> bytes:
    """The file. ``style`` is by default the table the document names.

    :raises portal.reports.errors.BadTable: when the document names an unknown style.
    """
    return _Writer(document, style or load_style(document.style)).write()


class _Writer:
    """One document on its way into one file."""

    def __init__(self, document: Document, style: Style) -> None:
        self.document, self.style = document, style
        self.docx: DocxDocument = blank(document, style)
        define(self.docx, style)

    def write(self) -> bytes:
        """Head, title, body, foot, page number; then the bytes."""
        self.head()
        self.title()
        blocks = self.document.blocks
        for place, block in enumerate(blocks):
            self.block(block, last=place == len(blocks) - 1)
        self.foot()
        self.page_number()
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
        head, style = self.document.head, self.style.head
        table = self.table(2, style.left_mm, style.right_mm)
        (issuer, motto), (number, place) = (row.cells for row in table.rows)
        self.paragraph(issuer, "VbCoQuanCapTren", Run(head.parent))
        self.paragraph(issuer, "VbCoQuan", Run(head.issuer))
        if style.issuer_mark:
            self.paragraph(issuer, "VbCoQuanCapTren", Run(style.issuer_mark))
        if style.issuer_rule:
            length = text_width(head.issuer, style.issuer_pt, bold=True) * style.issuer_rule
            self.rule(issuer, length, style.left_mm * POINTS_PER_MM)
        for line, text in enumerate(style.motto, start=1):
            self.paragraph(motto, f"VbTieuDe{line}", Run(text))
        if style.motto_rule == "text":
            length = text_width(style.motto[-1], style.motto_pt[-1], bold=True)
            self.rule(motto, length, style.right_mm * POINTS_PER_MM)
        self.paragraph(number, "VbSo", Run(style.number(head.number, head.symbol)))
        self.paragraph(place, "VbDiaDanh", Run(dates.place_line(head.place, head.issued)))

    def title(self) -> None:
        """Kind, subject, and the sign or rule under them."""
        title, style = self.document.title, self.style.title
        self.paragraph(None, "VbTenLoai", Run(title.kind))
        self.paragraph(None, "VbTrichYeu", Run(title.subject))
        if style.separator_rule:
            room = self.style.page.text_mm * POINTS_PER_MM
            length = min(text_width(title.subject, style.subject_pt, bold=True), room) * style.separator_rule
            self.rule(None, length, room).paragraph_format.space_after = Pt(style.after_pt)
        if style.separator:
            self.paragraph(None, "VbSauTrichYeu", Run(style.separator))

    def block(self, block: Block, *, last: bool) -> None:
        """A heading or a paragraph of the body; the last one closes the text and stays with the signature."""
        numbering = self.style.numbering
        if isinstance(block, Heading):
            label = numbering.label(block.level, block.number)
            self.paragraph(None, HEADING_STYLES[block.level], Run(label + block.text))
            return
        runs = list(_spaced(block))
        if block.number is not None:
            runs.insert(0, Run(numbering.label("section", block.number), bold=numbering.section_bold))
        if last:
            runs[-1] = Run(runs[-1].text.removesuffix(".") + self.style.body.end, runs[-1].bold, runs[-1].italic)
        paragraph = self.paragraph(None, "VbNoiDung", *runs)
        if last:
            paragraph.paragraph_format.keep_with_next = True

    def foot(self) -> None:
        """Recipients on the left, signature on the right."""
        recipients, signature, style = self.document.recipients, self.document.signature, self.style
        width = style.recipients.width_mm
        left, right = self.table(1, width, style.page.text_mm - width).rows[0].cells
        self.paragraph(left, "VbNoiNhan", Run(style.recipients.heading))
        for line in style.recipients.lines(recipients.items):
            self.paragraph(left, "VbNoiNhanMuc", Run(line))
        if signature.authority is not None:
            words = f"{style.signature.authority_abbreviation} {signature.authority}"
            self.paragraph(right, "VbQuyenHan", Run(words))
        self.paragraph(right, "VbChucVu", Run(signature.post))
        self.paragraph(right, "VbHoTen", Run(signature.name))
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


def _spaced(paragraph: Paragraph) -> list[Run]:
    """The runs of all its sentences, with a space between sentences and neighbours of one look joined."""
    joined: list[Run] = []
    for sentence in paragraph.sentences:
        for at, run in enumerate(sentence.runs):
            text = f" {run.text}" if joined and at == 0 else run.text
            if joined and (joined[-1].bold, joined[-1].italic) == (run.bold, run.italic):
                joined[-1] = Run(joined[-1].text + text, run.bold, run.italic)
            else:
                joined.append(Run(text, run.bold, run.italic))
    return joined
