"""The annex in a DOCX: tables, pictures, alternative texts, and the data that the file carries."""

from __future__ import annotations

import base64
import io

import docx
import pytest
from lxml import etree

from portal.reports.annex import annex_of
from portal.reports.docx import to_docx
from portal.reports.docx_package import EDITION_NAMESPACE
from portal.reports.edition import dump_edition
from tests.reports.editions import edition
from tests.reports.support import NS, Parts, W

MADE = edition()
ANNEX = annex_of(MADE)
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"


@pytest.fixture(scope="module")
def parts() -> Parts:
    return Parts(to_docx(MADE.document, None, ANNEX))


def test_it_begins_on_a_page_of_its_own_and_is_a_heading(parts: Parts) -> None:
    style = parts.style("VbPhuLuc")
    assert style.find("w:pPr/w:pageBreakBefore", NS) is not None
    assert parts.value(style, "w:pPr/w:outlineLvl") == "0"
    assert parts.texts("VbPhuLuc") == ["PHỤ LỤC"]


def test_headings_of_the_text_can_be_navigated(parts: Parts) -> None:
    levels = {name: parts.value(parts.style(name), "w:pPr/w:outlineLvl") for name in ("VbPhan", "VbDauMuc", "VbDiem")}
    assert levels == {"VbPhan": "0", "VbDauMuc": "1", "VbDiem": "2"}
    assert parts.value(parts.style("VbNoiDung"), "w:pPr/w:outlineLvl") is None


def test_tables_have_a_header_row_and_rows_that_do_not_break(parts: Parts) -> None:
    tables = parts.document.findall("w:body/w:tbl", NS)[2:4]
    for table, listing in zip(tables, ANNEX.listings, strict=True):
        rows = [
            ["".join(cell.itertext(f"{W}t")) for cell in row.iterfind("w:tc", NS)] for row in table.iterfind("w:tr", NS)
        ]
        assert rows[0] == ["Mã", "Nội dung", "Số lượt góp ý"]
        assert rows[1:] == [[one.code, one.label, one.said] for one in listing.entries]
        heads = [row.find("w:trPr/w:tblHeader", NS) is not None for row in table.iterfind("w:tr", NS)]
        assert heads == [True] + [False] * len(listing.entries)
        assert all(row.find("w:trPr/w:cantSplit", NS) is not None for row in table.iterfind("w:tr", NS))
        assert parts.value(table, "w:tblPr/w:tblCaption") == listing.title


def test_charts_are_vectors_with_pixels_beside_them_and_words_for_them(parts: Parts) -> None:
    about = list(parts.document.iter(f"{WP}docPr"))
    assert [node.get("descr") for node in about] == [*(one.alt for one in ANNEX.listings), ANNEX.qr_alt]
    assert len({node.get("id") for node in about}) == 3
    blips = list(parts.document.iter(f"{A}blip"))
    vectors = [blip.find(".//{*}svgBlip") for blip in blips]
    assert [vector is not None for vector in vectors] == [True, True, False]
    assert {name for name in parts.raw if name.endswith(".svg")} == {"word/media/chart1.svg", "word/media/chart2.svg"}
    assert b'Extension="svg" ContentType="image/svg+xml"' in parts.raw["[Content_Types].xml"] or (
        b'/word/media/chart1.svg" ContentType="image/svg+xml"' in parts.raw["[Content_Types].xml"]
    )


def test_it_carries_its_edition_as_custom_xml(parts: Parts) -> None:
    item = etree.fromstring(parts.raw["customXml/item1.xml"])
    assert item.tag == f"{{{EDITION_NAMESPACE}}}edition"
    assert base64.b64decode(item.text) == dump_edition(MADE)
    assert "customXml/itemProps1.xml" in parts.raw
    assert b"customXml" in parts.raw["word/_rels/document.xml.rels"]


def test_every_run_of_words_is_vietnamese_still(parts: Parts) -> None:
    runs = [run for run in parts.document.iter(f"{W}r") if run.find("w:t", NS) is not None]
    assert {parts.value(run, "w:rPr/w:lang") for run in runs} == {"vi-VN"}


def test_it_tells_nothing_of_who_made_it(parts: Parts) -> None:
    everything = b"".join(parts.raw.values())
    for trace in (b"python-docx", b"rsid", b"dcterms:", b'image1.png"'):
        assert trace not in everything.replace(b'Target="media/image1.png"', b"")
    assert docx.Document(io.BytesIO(to_docx(MADE.document, None, ANNEX))).core_properties.author == ""


def test_without_an_address_there_is_no_code() -> None:
    parts = Parts(to_docx(MADE.document, None, annex_of(edition(address=""))))
    assert len(list(parts.document.iter(f"{WP}docPr"))) == 2
    assert "mã bên" not in parts.texts("VbKiemChung")[0]
