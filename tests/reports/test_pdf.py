"""The PDF: measures, fonts, tags, standards, and that it needs nothing of the machine it is made on."""

from __future__ import annotations

import dataclasses
import io
import os
import re
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from pypdf import PdfReader

from portal.reports.annex import annex_of
from portal.reports.edition import dump_edition
from portal.reports.metrics import text_width
from portal.reports.model import Paragraph, Sentence
from portal.reports.pdf import to_pdf
from portal.reports.style import load_style
from tests.reports.editions import edition
from tests.reports.support import report

ROOT = Path(__file__).resolve().parents[2]
MADE = edition()
MM = 72 / 25.4
TOOLS = shutil.which("pdftotext") is not None and shutil.which("pdffonts") is not None
poppler = pytest.mark.skipif(not TOOLS, reason="needs poppler-utils")
Box = tuple[float, float, float, float, str]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    path.write_bytes(to_pdf(MADE.document, None, annex_of(MADE)))
    return path


@pytest.fixture(scope="module")
def reader(file: Path) -> PdfReader:
    return PdfReader(file)


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout.decode()


def boxes(file: Path, page: int) -> list[Box]:
    """Words of a page with their left, top, right and bottom, in points from its upper left corner."""
    text = run("pdftotext", "-bbox", "-f", str(page), "-l", str(page), str(file), "-")
    found = re.findall(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">([^<]+)<', text)
    return [(*(float(value) for value in item[:4]), item[4]) for item in found]  # type: ignore[misc]


def structure(element: object, depth: int = 0) -> list[str]:
    """Roles of the structure tree, from its root."""
    element = element.get_object() if hasattr(element, "get_object") else element
    if isinstance(element, list):
        return [role for child in element for role in structure(child, depth)]
    if not isinstance(element, dict) or depth > 60:
        return []
    own = [str(element["/S"])] if "/S" in element else []
    return own + (structure(element["/K"], depth + 1) if "/K" in element else [])


def test_it_is_tagged_vietnamese_and_has_a_title(reader: PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert str(root["/Lang"]).startswith("vi")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title.startswith("BÁO CÁO: Thực trạng")
    assert reader.metadata.author is None


def test_it_says_by_which_standards_it_was_made(reader: PdfReader) -> None:
    about = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in about
    assert "<pdfaid:part>3</pdfaid:part>" in about
    # a draft has no date, which PDF/A demands; it is accessible all the same
    draft = PdfReader(io.BytesIO(to_pdf(report())))
    about = draft.trailer["/Root"]["/Metadata"].get_data().decode()
    assert "<pdfuaid:part>1</pdfuaid:part>" in about
    assert "pdfaid" not in about


def test_the_tags_are_headings_tables_and_figures(reader: PdfReader) -> None:
    roles = structure(reader.trailer["/Root"]["/StructTreeRoot"])
    # parts I and II, and the annex; the mark under part I, and two tables' titles
    assert roles.count("/H1") == 3
    assert roles.count("/H2") == 3
    assert roles.count("/Table") == 2
    assert roles.count("/TH") == 6
    assert roles.count("/Figure") == 3


def test_it_carries_its_edition(reader: PdfReader) -> None:
    assert dict(reader.attachments) == {"report.json": [dump_edition(MADE)]}


def test_nothing_in_it_runs_or_leads_elsewhere(reader: PdfReader) -> None:
    root = reader.trailer["/Root"]
    assert not {"/OpenAction", "/AA", "/AcroForm"} & set(root)
    assert not [page for page in reader.pages if "/Annots" in page]


@poppler
def test_every_font_is_embedded_and_ours(file: Path) -> None:
    rows = [line.split() for line in run("pdffonts", str(file)).splitlines()[2:]]
    assert {row[0].partition("+")[2] for row in rows} == {
        "LiberationSerif", "LiberationSerif-Bold", "LiberationSerif-Italic",
    }  # fmt: skip
    assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in rows)


def test_a_machine_without_fonts_makes_the_same_file(tmp_path: Path) -> None:
    # given a process that finds no font, no home and no network of packages
    script = (
        "import sys; from tests.reports.editions import edition; from portal.reports.outputs import write;"
        "sys.stdout.buffer.write(write(edition(), 'pdf'))"
    )
    empty = {"PATH": os.defpath, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "FONTCONFIG_FILE": "/nonexistent"}
    made = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=empty, check=True, capture_output=True).stdout
    # then
    assert made == to_pdf(MADE.document, None, annex_of(MADE))


@poppler
def test_the_measures_are_those_of_the_style_table(file: Path) -> None:
    style = load_style("party")
    words = boxes(file, 1)
    # the text stands between the margins, and fills them
    assert min(word[0] for word in words) >= style.page.left_mm * MM - 0.5
    assert max(word[2] for word in words) == pytest.approx((210 - style.page.right_mm) * MM, abs=1)
    # lines exactly 18 pt apart, 6 pt more between paragraphs, the first line 10 mm in
    body = words[[word[4] for word in words].index("Thực", 40) :]
    starts = sorted({round(word[3], 1) for word in body})
    gaps = {round(after - before, 1) for before, after in pairwise(starts)}
    assert gaps <= {18.0, 24.0, 17.9, 18.1, 23.9, 24.1}
    assert body[0][0] == pytest.approx((style.page.left_mm + style.body.indent_mm) * MM, abs=1)


@poppler
def test_the_rule_is_as_long_as_the_motto_and_on_the_same_place(file: Path) -> None:
    words = boxes(file, 1)
    at = [word[4] for word in words].index("ĐẢNG")
    line = words[at : at + 5]
    assert line[-1][2] - line[0][0] == pytest.approx(text_width("ĐẢNG CỘNG SẢN VIỆT NAM", 15, bold=True), abs=1)
    middle = load_style("party")
    expected = (middle.page.left_mm + middle.head.left_mm + middle.head.right_mm / 2) * MM
    assert (line[-1][2] + line[0][0]) / 2 == pytest.approx(expected, abs=0.5)


@poppler
def test_pages_are_numbered_at_the_top_from_the_second(file: Path, reader: PdfReader) -> None:
    for page in range(1, len(reader.pages) + 1):
        first = min(boxes(file, page), key=lambda word: word[1])
        assert (first[4] == str(page)) == (page > 1)
        if page > 1:
            assert (first[0] + first[2]) / 2 == pytest.approx((30 + 165 / 2) * MM, abs=0.5)
            assert first[1] == pytest.approx(10 * MM, abs=4)


@poppler
def test_the_signature_stays_with_the_end_of_the_text() -> None:
    # given texts of many lengths, some of which would part them at a page's end
    more = Paragraph((Sentence.plain("Thêm một đoạn."),))
    for count in range(0, 40, 3):
        blocks = report().blocks
        document = dataclasses.replace(report(), blocks=(blocks[0], *([more] * count), *blocks[1:]))
        # when they are set
        pages = [page.extract_text() for page in PdfReader(io.BytesIO(to_pdf(document))).pages]
        # then recipients, signer and the last paragraph stand on one page
        (last,) = [page for page in pages if "Nơi nhận:" in page]
        assert "tổng hợp." in " ".join(last.split())
        assert "Đỗ Văn Mẫu" in last


@poppler
def test_the_words_come_out_in_vietnamese(file: Path) -> None:
    text = " ".join(run("pdftotext", "-raw", str(file), "-").split())
    for words in ("Khó khăn, vướng mắc:", "Né tránh trách nhiệm", "đùn đẩy trách nhiệm", "K/T CHÁNH VĂN PHÒNG"):
        assert words in text
