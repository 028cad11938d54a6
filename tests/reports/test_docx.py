"""Every measure of the format, read back from the XML of the file without python-docx."""

import dataclasses
import hashlib
import io
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import docx
import pytest
from lxml import etree

from portal.reports.docx import to_docx
from portal.reports.metrics import text_width
from portal.reports.model import Document, Paragraph, Run, Sentence
from portal.reports.style import Style, load_style
from tests.reports.support import NS, Parts, W, report

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def party() -> Parts:
    return Parts(to_docx(report()))


def as_state(document: Document) -> Document:
    """The same report with a state organ's head, numbered and dated."""
    head = dataclasses.replace(
        document.head, parent="ỦY BAN NHÂN DÂN TỈNH", symbol="BC-VP", number=7, issued=date(2023, 9, 5)
    )
    return dataclasses.replace(document, style="state", head=head)


@pytest.fixture(scope="module")
def state() -> Parts:
    return Parts(to_docx(as_state(report())))


def mm(value: float) -> int:
    """Millimetres in twentieths of a point, as WordprocessingML measures."""
    return round(value / 25.4 * 1440)


def look(parts: Parts, style_id: str) -> dict[str, object]:
    """Size (points), weight, slant, line and alignment of a paragraph style."""
    style = parts.style(style_id)
    return {
        "size": int(parts.value(style, "w:rPr/w:sz")) / 2,
        "size_cs": int(parts.value(style, "w:rPr/w:szCs")) / 2,
        "bold": style.find("w:rPr/w:b", NS) is not None,
        "italic": style.find("w:rPr/w:i", NS) is not None,
        "underline": parts.value(style, "w:rPr/w:u"),
        "align": parts.value(style, "w:pPr/w:jc"),
    }


def plain(size: float, *, align: str = "center", **changes: object) -> dict[str, object]:
    return {
        "size": size,
        "size_cs": size,
        "bold": False,
        "italic": False,
        "underline": None,
        "align": align,
    } | changes


def test_page_and_margins(party: Parts) -> None:
    (section,) = party.document.iter(f"{W}sectPr")
    size, margins = section.find("w:pgSz", NS), section.find("w:pgMar", NS)
    assert (int(size.get(f"{W}w")), int(size.get(f"{W}h"))) == (mm(210), mm(297))
    expected = {"top": 20, "bottom": 20, "left": 30, "right": 15, "header": 10, "gutter": 0}
    assert {side: int(margins.get(f"{W}{side}")) for side in expected} == {
        side: mm(value) for side, value in expected.items()
    }


def test_one_face_for_every_script(party: Parts) -> None:
    fonts = party.styles.find("w:docDefaults/w:rPrDefault/w:rPr/w:rFonts", NS)
    assert {name.removeprefix(W): value for name, value in fonts.attrib.items()} == dict.fromkeys(
        ("ascii", "hAnsi", "eastAsia", "cs"), "Times New Roman"
    )
    for part in (party.document, party.styles):
        families = {value for node in part.iter(f"{W}rFonts") for value in node.attrib.values()}
        assert families <= {"Times New Roman"}
    assert b"Liberation Serif" in party.raw["word/fontTable.xml"]
    assert not [name for name in party.raw if "theme" in name]


def test_every_run_is_vietnamese(party: Parts) -> None:
    runs = list(party.document.iter(f"{W}r"))
    assert runs
    assert {party.value(run, "w:rPr/w:lang") for run in runs} == {"vi-VN"}
    assert party.value(party.styles, "w:docDefaults/w:rPrDefault/w:rPr/w:lang") == "vi-VN"


@pytest.mark.parametrize(
    ("style_id", "expected"),
    [
        ("VbTieuDe1", plain(15, bold=True)),
        ("VbCoQuanCapTren", plain(14)),
        ("VbCoQuan", plain(14, bold=True)),
        ("VbSo", plain(14)),
        ("VbDiaDanh", plain(14, italic=True)),
        ("VbTenLoai", plain(16, bold=True)),
        ("VbTrichYeu", plain(14, bold=True)),
        ("VbSauTrichYeu", plain(14)),
        ("VbNoiDung", plain(14, align="both")),
        ("VbPhan", plain(14, align="both", bold=True)),
        ("VbDauMuc", plain(14, align="both", italic=True)),
        ("VbNoiNhan", plain(14, align="left", underline="single")),
        ("VbNoiNhanMuc", plain(12, align="left")),
        ("VbQuyenHan", plain(14, bold=True)),
        ("VbHoTen", plain(14, bold=True)),
        ("VbSoTrang", plain(14)),
    ],
)
def test_looks_of_the_party_profile(party: Parts, style_id: str, expected: dict[str, object]) -> None:
    assert look(party, style_id) == expected


@pytest.mark.parametrize("style_id", ["VbNoiDung", "VbPhan", "VbMuc", "VbDiem", "VbDauMuc"])
def test_body_lines_are_exact_and_indented(party: Parts, style_id: str) -> None:
    style = party.style(style_id)
    spacing = style.find("w:pPr/w:spacing", NS)
    assert (spacing.get(f"{W}line"), spacing.get(f"{W}lineRule")) == (str(18 * 20), "exact")
    assert (spacing.get(f"{W}before"), spacing.get(f"{W}after")) == (str(6 * 20), "0")
    assert party.value(style, "w:pPr/w:ind", "firstLine") == str(mm(10))


def test_the_measures_follow_the_table_not_the_code() -> None:
    style = load_style("party")
    changed = dataclasses.replace(
        style,
        body=dataclasses.replace(style.body, line_pt=21, indent_mm=12.7, size_pt=13),
        page=dataclasses.replace(style.page, top_mm=25),
        font=dataclasses.replace(style.font, family="Tinos"),
    )
    parts = Parts(to_docx(report(), changed))
    body = parts.style("VbNoiDung")
    assert parts.value(body, "w:pPr/w:spacing", "line") == "420"
    assert parts.value(body, "w:pPr/w:ind", "firstLine") == "720"
    assert look(parts, "VbNoiDung")["size"] == 13
    assert parts.value(parts.document, ".//w:pgMar", "top") == str(mm(25))
    assert b"Times New Roman" not in b"".join(parts.raw.values())


def test_the_head_has_two_columns_without_borders(party: Parts) -> None:
    table = party.document.find("w:body/w:tbl", NS)
    assert {node.get(f"{W}val") for node in table.find("w:tblPr/w:tblBorders", NS)} == {"nil"}
    assert {node.get(f"{W}w") for node in table.find("w:tblPr/w:tblCellMar", NS)} == {"0"}
    widths = [int(column.get(f"{W}w")) for column in table.iterfind("w:tblGrid/w:gridCol", NS)]
    assert abs(sum(widths) - mm(165)) <= 1
    cells = [["".join(p.itertext(f"{W}t")) for p in cell.iterfind("w:p", NS)] for cell in table.iter(f"{W}tc")]
    issuer, motto, number, place = cells
    assert issuer == ["TỈNH ỦY AN SƠN", "VĂN PHÒNG", "*"]
    assert motto == ["ĐẢNG CỘNG SẢN VIỆT NAM", ""]
    assert re.fullmatch(r"Số \xa0+-BC/VPTU", number[0])
    assert place[0].startswith("An Sơn, ngày")


def rules(parts: Parts) -> list[tuple[int, int]]:
    """Left and right indents of each ruled paragraph, in twentieths of a point."""
    found = []
    for paragraph in parts.paragraphs("VbKe"):
        assert parts.value(paragraph, "w:pPr/w:pBdr/w:top") == "single"
        indent = paragraph.find("w:pPr/w:ind", NS)
        found.append((int(indent.get(f"{W}left")), int(indent.get(f"{W}right"))))
    return found


def test_the_rule_is_as_long_as_the_words_above_it(party: Parts) -> None:
    ((left, right),) = rules(party)
    style = load_style("party").head
    assert left == right
    words = text_width("ĐẢNG CỘNG SẢN VIỆT NAM", 15, bold=True) * 20
    assert abs(mm(style.right_mm) - left - right - words) <= 2


def test_widths_are_those_of_the_face() -> None:
    # Times New Roman Bold: A 1479, D/Đ 1479, N 1479, G 1593 of 2048 units; marks add nothing, horns do.
    assert text_width("ĐẢNG", 2048, bold=True) == 1479 + 1479 + 1479 + 1593
    assert text_width("ƠƯơư", 2048) == 1479 + 1589 + 1083 + 1110
    assert text_width("Ợ", 10) == text_width("Ơ", 10)
    assert text_width("水", 10) == 10


def test_title_and_separator(party: Parts) -> None:
    assert party.texts("VbTenLoai") == ["BÁO CÁO"]
    assert party.texts("VbTrichYeu")[0].startswith("Thực trạng và nhiệm vụ, giải pháp chấn chỉnh")
    assert party.texts("VbSauTrichYeu") == ["-----"]


def test_body_in_its_order_with_labels_and_a_full_stop(party: Parts) -> None:
    parts = party.texts("VbPhan")
    assert parts[0] == "I- Tình hình chung:"
    assert parts[1].startswith("II- Nhiệm vụ, giải pháp")
    assert party.texts("VbDauMuc") == ["* Khó khăn, vướng mắc:"]
    body = party.texts("VbNoiDung")
    assert [text[:3] for text in body if re.match(r"\d\. ", text)] == [f"{number}. " for number in range(1, 7)]
    assert body[-1].endswith("tổng hợp.")
    assert not body[-1].endswith("./.")
    last = party.paragraphs("VbNoiDung")[-1]
    assert last.find("w:pPr/w:keepNext", NS) is not None


def test_recipients_left_and_signature_right(party: Parts) -> None:
    foot = party.document.findall("w:body/w:tbl", NS)[1]
    left, right = (["".join(p.itertext(f"{W}t")) for p in cell.iterfind("w:p", NS)] for cell in foot.iter(f"{W}tc"))
    assert left == ["Nơi nhận:", "- TTTU (b/c),", "- Ban Nội chính TU,", "- Phòng HC-QT,", "- Lưu VPTU."]
    assert right == ["K/T CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG", "Đỗ Văn Mẫu"]
    assert foot.find(".//w:cantSplit", NS) is not None
    assert int(party.value(party.style("VbHoTen"), "w:pPr/w:spacing", "before")) >= 40 * 20


def test_whoever_signs_for_himself_has_no_authority_line() -> None:
    document = report()
    signature = dataclasses.replace(document.signature, authority=None, post="CHÁNH VĂN PHÒNG")
    parts = Parts(to_docx(dataclasses.replace(document, signature=signature)))
    assert parts.texts("VbQuyenHan") == []
    assert parts.texts("VbChucVu") == ["CHÁNH VĂN PHÒNG"]


def test_pages_are_numbered_at_the_top_from_the_second(party: Parts) -> None:
    (section,) = party.document.iter(f"{W}sectPr")
    assert section.find("w:titlePg", NS) is not None
    (reference,) = section.findall("w:headerReference", NS)
    assert reference.get(f"{W}type") == "default"
    (header,) = [raw for name, raw in party.raw.items() if name.startswith("word/header")]
    tree = etree.fromstring(header)
    assert tree.find(".//w:fldSimple", NS).get(f"{W}instr").split() == ["PAGE", "\\*", "Arabic"]
    assert tree.find(".//w:pStyle", NS).get(f"{W}val") == "VbSoTrang"
    assert look(party, "VbSoTrang")["align"] == "center"
    assert not list(section.iterfind("w:footerReference", NS))


def test_the_state_profile_keeps_the_measures_of_the_decree(state: Parts) -> None:
    # Nghị định 30/2020/NĐ-CP, Phụ lục I: A4, 20-25/20-25/30-35/15-20 mm, 13-14 pt, 10 or 12.7 mm in, 6 pt apart
    (section,) = state.document.iter(f"{W}sectPr")
    margins = section.find("w:pgMar", NS)
    expected = {"top": 20, "bottom": 20, "left": 30, "right": 15}
    assert {side: int(margins.get(f"{W}{side}")) for side in expected} == {
        side: mm(value) for side, value in expected.items()
    }
    assert section.find("w:titlePg", NS) is not None
    spacing = state.style("VbNoiDung").find("w:pPr/w:spacing", NS)
    assert (spacing.get(f"{W}line"), spacing.get(f"{W}lineRule"), spacing.get(f"{W}before")) == ("360", "exact", "120")
    assert state.value(state.style("VbNoiDung"), "w:pPr/w:ind", "firstLine") == str(mm(10))
    for style_id, looks in {
        "VbCoQuanCapTren": plain(13),
        "VbCoQuan": plain(13, bold=True),
        "VbTieuDe1": plain(13, bold=True),
        "VbTieuDe2": plain(14, bold=True),
        "VbSo": plain(13),
        "VbDiaDanh": plain(14, italic=True),
        "VbTenLoai": plain(14, bold=True),
        "VbTrichYeu": plain(14, bold=True),
        "VbNoiDung": plain(14, align="both"),
        "VbChucVu": plain(14, bold=True),
        "VbHoTen": plain(14, bold=True),
        "VbNoiNhanMuc": plain(11, align="left"),
        "VbSoTrang": plain(14),
    }.items():
        assert look(state, style_id) == looks


def test_the_state_profile_has_its_head_and_signs(state: Parts) -> None:
    assert state.texts("VbTieuDe1") == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"]
    assert state.texts("VbTieuDe2") == ["Độc lập - Tự do - Hạnh phúc"]
    assert 12 <= look(state, "VbTieuDe1")["size"] <= 13
    assert 13 <= look(state, "VbTieuDe2")["size"] <= 14
    assert state.texts("VbSo") == ["Số: 07/BC-VP"]
    assert state.texts("VbDiaDanh") == ["An Sơn, ngày 05 tháng 9 năm 2023"]
    assert state.texts("VbPhan")[0] == "I. Tình hình chung:"
    assert state.texts("VbNoiDung")[-1].endswith("tổng hợp./.")
    assert state.texts("VbSauTrichYeu") == []
    assert state.texts("VbQuyenHan") == ["KT. CHÁNH VĂN PHÒNG"]
    assert look(state, "VbNoiNhan") == plain(12, align="left", bold=True, italic=True)
    assert state.texts("VbNoiNhanMuc")[-2:] == ["- Phòng HC-QT;", "- Lưu VPTU."]
    # Rules: under the issuer (0.4 of it), under the motto (all of it), under the subject (a third of a line).
    style = load_style("state")
    (issuer, _), (motto, _), (subject, _) = rules(state)
    words = text_width("VĂN PHÒNG", style.head.issuer_pt, bold=True) * 20
    assert abs(mm(style.head.left_mm) - 2 * issuer - 0.4 * words) <= 2
    words = text_width("Độc lập - Tự do - Hạnh phúc", 14, bold=True) * 20
    assert abs(mm(style.head.right_mm) - 2 * motto - words) <= 2
    assert abs(mm(165) - 2 * subject - 0.33 * mm(165)) <= 2


@pytest.mark.parametrize("name", ["party", "state"])
def test_the_motto_fits_on_one_line(name: str) -> None:
    style: Style = load_style(name)
    for text, size in zip(style.head.motto, style.head.motto_pt, strict=True):
        assert text_width(text, size, bold=True) < style.head.right_mm / 25.4 * 72


def test_the_same_document_gives_the_same_bytes() -> None:
    assert to_docx(report()) == to_docx(report())
    assert to_docx(report()) != to_docx(as_state(report()))


def test_the_bytes_do_not_depend_on_the_process() -> None:
    script = (
        "import hashlib, tests.reports.support as s; from portal.reports.docx import to_docx;"
        "print(hashlib.sha256(to_docx(s.report())).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "TZ": zone, "PYTHONPATH": str(ROOT)},
            check=True,
            capture_output=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Ho_Chi_Minh"))
    }
    assert digests == {hashlib.sha256(to_docx(report())).hexdigest().encode() + b"\n"}


def test_a_file_tells_nothing_of_who_made_it_or_when(party: Parts) -> None:
    assert {entry.date_time for entry in party.entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {(entry.create_system, entry.external_attr, entry.extra) for entry in party.entries} == {
        (0, 0o600 << 16, b"")
    }
    assert party.entries[0].filename == "[Content_Types].xml"
    core = etree.fromstring(party.raw["docProps/core.xml"])
    assert {etree.QName(child).localname for child in core} == {"title", "subject", "language"}
    assert set(party.raw) == {
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/core.xml",
        "word/document.xml",
        "word/_rels/document.xml.rels",
        "word/fontTable.xml",
        "word/header1.xml",
        "word/settings.xml",
        "word/styles.xml",
    }
    everything = b"".join(party.raw.values())
    for trace in (b"python-docx", b"Macintosh", b"rsid", b"ja-JP", b"dcterms:", b"unit:", b"finding"):
        assert trace not in everything


def test_python_docx_opens_it_and_reads_the_same_words() -> None:
    document = report()
    opened = docx.Document(io.BytesIO(to_docx(document)))
    words = [paragraph.text for paragraph in opened.paragraphs]
    for block in document.blocks:
        assert any(block.text in text for text in words)


def test_looks_inside_a_sentence_survive() -> None:
    document = report()
    marked = Sentence((Run("Rất "), Run("quan trọng", bold=True), Run(" & <đúng>.", italic=True)))
    blocks = (*document.blocks[:-1], Paragraph((Sentence.plain("Một."), marked, Sentence.plain("Hai."))))
    parts = Parts(to_docx(dataclasses.replace(document, blocks=blocks)))
    runs = [
        (
            "".join(run.itertext(f"{W}t")),
            run.find("w:rPr/w:b", NS) is not None,
            run.find("w:rPr/w:i", NS) is not None,
        )
        for run in parts.paragraphs("VbNoiDung")[-1].iterfind("w:r", NS)
    ]
    assert runs == [
        ("Một. Rất ", False, False),
        ("quan trọng", True, False),
        (" & <đúng>.", False, True),
        (" Hai.", False, False),
    ]
