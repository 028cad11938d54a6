"""The style table as Word paragraph styles: one named style a role, so that an office can restyle a file in Word."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from docx.document import Document as DocxDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from portal.reports.style import Style

Align = Literal["left", "center", "both"]


@dataclass(frozen=True, slots=True)
class Role:
    """A paragraph style. ``line_pt`` None is single spacing; lengths in points, ``indent_mm`` in millimetres.

    ``outline`` 0 to 8 makes it a heading for navigation and for screen readers.
    """

    id: str
    name: str
    size_pt: float
    bold: bool = False
    italic: bool = False
    underline: bool = False
    align: Align = "center"
    line_pt: float | None = None
    before_pt: float = 0
    after_pt: float = 0
    indent_mm: float = 0
    inset_mm: float = 0
    keep_next: bool = False
    outline: int | None = None
    new_page: bool = False


def twips(points: float) -> int:
    """Points to twentieths of a point."""
    return round(points * 20)


def mm_twips(millimetres: float) -> int:
    """Millimetres to twentieths of a point."""
    return round(millimetres / 25.4 * 1440)


def roles(style: Style) -> list[Role]:
    """All roles of a document in ``style``, head to foot."""
    return [*_head_roles(style), *_body_roles(style), *_foot_roles(style), *_annex_roles(style)]


def _head_roles(style: Style) -> Iterable[Role]:
    head, title = style.head, style.title
    for line, size in enumerate(head.motto_pt, start=1):
        yield Role(f"VbTieuDe{line}", f"VB Tiêu đề {line}", size, bold=True)
    yield Role("VbCoQuanCapTren", "VB Cơ quan cấp trên", head.parent_pt)
    yield Role("VbCoQuan", "VB Cơ quan ban hành", head.issuer_pt, bold=True)
    yield Role("VbSo", "VB Số và ký hiệu", head.number_pt)
    yield Role("VbDiaDanh", "VB Địa danh, ngày tháng", head.place_pt, italic=True)
    # A line of two points that carries nothing but a rule.
    yield Role("VbKe", "VB Đường kẻ", 1, line_pt=2, before_pt=head.rule_gap_pt)
    yield Role("VbTenLoai", "VB Tên loại", title.kind_pt, bold=True, before_pt=title.kind_before_pt, keep_next=True)
    inset = title.subject_inset_mm
    yield Role("VbTrichYeu", "VB Trích yếu", title.subject_pt, bold=True, inset_mm=inset, keep_next=True)
    yield Role("VbSauTrichYeu", "VB Dấu dưới trích yếu", title.subject_pt, after_pt=title.after_pt)


def _body_roles(style: Style) -> Iterable[Role]:
    def body(id_: str, name: str, **look: Any) -> Role:
        measures = style.body
        return Role(
            id_,
            name,
            measures.size_pt,
            align="both",
            line_pt=measures.line_pt,
            before_pt=measures.before_pt,
            after_pt=measures.after_pt,
            indent_mm=measures.indent_mm,
            **look,
        )

    yield body("VbNoiDung", "VB Nội dung")
    yield body("VbPhan", "VB Phần", bold=True, keep_next=True, outline=0)
    yield body("VbMuc", "VB Mục", bold=True, keep_next=True, outline=1)
    yield body("VbDiem", "VB Điểm", keep_next=True, outline=2)
    yield body("VbDauMuc", "VB Đầu mục nghiêng", italic=True, keep_next=True, outline=1)


def _foot_roles(style: Style) -> Iterable[Role]:
    recipients, signature = style.recipients, style.signature
    slanted = recipients.heading_look == "bold-italic"
    yield Role(
        "VbNoiNhan",
        "VB Nơi nhận",
        recipients.heading_pt,
        align="left",
        bold=slanted,
        italic=slanted,
        underline=not slanted,
    )
    yield Role("VbNoiNhanMuc", "VB Nơi nhận từng mục", recipients.item_pt, align="left")
    yield Role("VbQuyenHan", "VB Quyền hạn", signature.authority_pt, bold=signature.authority_bold, keep_next=True)
    yield Role("VbChucVu", "VB Chức vụ", signature.authority_pt, bold=signature.post_bold, keep_next=True)
    yield Role("VbHoTen", "VB Họ tên", signature.name_pt, bold=True, before_pt=signature.gap_pt)
    yield Role("VbSoTrang", "VB Số trang", style.page_number.size_pt)


def _annex_roles(style: Style) -> Iterable[Role]:
    size, small = style.title.subject_pt, style.recipients.item_pt
    yield Role("VbPhuLuc", "VB Phụ lục", size, bold=True, keep_next=True, outline=0, new_page=True)
    yield Role("VbPhuLucTen", "VB Phụ lục, tên", size, bold=True, after_pt=6, keep_next=True)
    yield Role("VbBangTen", "VB Bảng, tên", small, bold=True, align="left", before_pt=10, after_pt=4, keep_next=True)
    yield Role("VbBangDau", "VB Bảng, đầu cột", small, bold=True, before_pt=2, after_pt=2, keep_next=True)
    yield Role("VbBangO", "VB Bảng, ô", small, align="left", before_pt=2, after_pt=2)
    yield Role("VbHinh", "VB Hình", small, align="left", before_pt=6)
    yield Role("VbKiemChung", "VB Kiểm chứng", small, align="left", before_pt=12)


def define(docx: DocxDocument, style: Style) -> None:
    """Put the roles in place of all the styles of the template."""
    element = docx.styles.element
    for child in list(element):
        element.remove(child)
    for xml in (_defaults(style), NORMAL, FONT, TABLE, LIST, *(_paragraph(role) for role in roles(style))):
        element.append(parse_xml(xml))


def _defaults(style: Style) -> str:
    size, family, language = round(style.body.size_pt * 2), style.font.family, style.font.language
    return (
        f"<w:docDefaults {nsdecls('w')}><w:rPrDefault><w:rPr>"
        f'<w:rFonts w:ascii="{family}" w:eastAsia="{family}" w:hAnsi="{family}" w:cs="{family}"/>'
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
        f'<w:lang w:val="{language}" w:eastAsia="{language}" w:bidi="ar-SA"/>'
        '</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0" w:line="240" '
        'w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    )


NORMAL = (
    f'<w:style {nsdecls("w")} w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/>'
    "<w:qFormat/></w:style>"
)
FONT = (
    f'<w:style {nsdecls("w")} w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
    '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
)
TABLE = (
    f'<w:style {nsdecls("w")} w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar>'
    '<w:top w:w="0" w:type="dxa"/><w:left w:w="0" w:type="dxa"/><w:bottom w:w="0" w:type="dxa"/>'
    '<w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
)
LIST = (
    f'<w:style {nsdecls("w")} w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/>'
    '<w:uiPriority w:val="99"/><w:semiHidden/></w:style>'
)


def _paragraph(role: Role) -> str:
    # Children stand in the order of the schema (ECMA-376 part 1, 17.3.1.26 and 17.3.2.28), or Word refuses the file.
    line = (
        f'w:line="{twips(role.line_pt)}" w:lineRule="exact"'
        if role.line_pt is not None
        else 'w:line="240" w:lineRule="auto"'
    )
    inset = mm_twips(role.inset_mm)
    outline = "" if role.outline is None else f'<w:outlineLvl w:val="{role.outline}"/>'
    look = "".join(
        (
            "<w:b/><w:bCs/>" if role.bold else "",
            "<w:i/><w:iCs/>" if role.italic else "",
            f'<w:sz w:val="{round(role.size_pt * 2)}"/><w:szCs w:val="{round(role.size_pt * 2)}"/>',
            '<w:u w:val="single"/>' if role.underline else "",
        )
    )
    return (
        f'<w:style {nsdecls("w")} w:type="paragraph" w:customStyle="1" w:styleId="{role.id}">'
        f'<w:name w:val="{role.name}"/><w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>'
        f"{'<w:keepNext/>' if role.keep_next else ''}{'<w:pageBreakBefore/>' if role.new_page else ''}"
        "<w:widowControl/>"
        f'<w:spacing w:before="{twips(role.before_pt)}" w:after="{twips(role.after_pt)}" {line}/>'
        f'<w:ind w:left="{inset}" w:right="{inset}" w:firstLine="{mm_twips(role.indent_mm)}"/>'
        f'<w:jc w:val="{role.align}"/>{outline}</w:pPr><w:rPr>{look}</w:rPr></w:style>'
    )
