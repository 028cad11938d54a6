"""Fed with the seed's office and words, the portal writes a report of the seed's structure, in every format."""

import re
from collections.abc import Callable

import pytest

from portal.audit.report_file_read import read_file
from portal.reports.docx import to_docx
from portal.reports.html import to_html
from portal.reports.layout import lay_out, reading_order
from portal.reports.model import Heading, Paragraph
from portal.reports.pdf import to_pdf
from portal.reports.style import load_style
from tests.reports.seed import FIGURES, LINES, SUBJECT, seed_report
from tests.reports.support import Parts


def lines() -> list[str]:
    """The report line by line, from its title on."""
    found = list(reading_order(lay_out(seed_report(), load_style("party"))))
    return found[found.index("BÁO CÁO") :]


def test_every_line_of_the_seed_stands_in_its_order_and_no_other() -> None:
    found = lines()
    assert len(found) == len(LINES)
    for line, beginning in zip(found, LINES, strict=True):
        assert line.startswith(beginning)


def test_headings_in_order() -> None:
    told = [
        block.text if isinstance(block, Heading) else str(block.number)
        for block in seed_report().blocks
        if isinstance(block, Heading) or block.number is not None
    ]
    assert told == ["Tình hình chung:", "Khó khăn, vướng mắc:", LINES[12].removeprefix("II- "), *"123456"]


def test_the_figures_of_part_one_are_the_seeds() -> None:
    text = " ".join(block.text for _, block in seed_report().part(1))
    assert [figure for figure in FIGURES if figure not in text] == []


def test_the_difficulties_are_one_paragraph_of_the_seeds_three_sentences() -> None:
    (paragraph,) = seed_report().problem_section()
    assert [sentence.finding_refs for sentence in paragraph.sentences] == [("D1",), ("D2",), ("D3",)]
    for sentence, words in zip(paragraph.sentences, ("tiến độ", "chưa kịp thời", "chất lượng chưa cao"), strict=True):
        assert words in sentence.text
    assert not re.search(r"\d", paragraph.text)


def test_it_ends_as_the_seed_ends() -> None:
    last = seed_report().blocks[-1]
    assert isinstance(last, Paragraph)
    assert SUBJECT in last.text
    assert last.text.endswith("gửi Ban Nội chính Tỉnh ủy tổng hợp.")


@pytest.mark.parametrize("write_as", [to_docx, to_pdf, to_html], ids=["docx", "pdf", "html"])
def test_each_file_keeps_that_order(write_as: Callable) -> None:
    said = "".join("".join(words for _, words in read_file(write_as(seed_report())).lines).split())
    at = -1
    for line in LINES:
        after = said.find("".join(line.split()), at + 1)
        assert after > at, line
        at = after


def test_the_signature_block_has_the_seeds_weights() -> None:
    parts = Parts(to_docx(seed_report()))
    assert parts.texts("VbQuyenHan") == ["K/T CHÁNH VĂN PHÒNG"]
    assert parts.texts("VbChucVu") == ["PHÓ CHÁNH VĂN PHÒNG"]
    assert parts.texts("VbHoTen") == ["Đỗ Văn Mẫu"]
    for style in ("VbQuyenHan", "VbChucVu", "VbHoTen"):
        assert parts.style(style).find("{*}rPr/{*}b") is not None
