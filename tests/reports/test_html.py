"""The HTML file stands alone: no script, no request, and its words are words."""

import base64
from itertools import pairwise

import pytest
from lxml import html

from portal.reports.annex import annex_of
from portal.reports.edition import parse_edition
from portal.reports.html import to_html
from tests.reports.editions import dated, edition
from tests.reports.support import report
from tests.reports.test_layout import HOSTILE, hostile

MADE = edition()


@pytest.fixture(scope="module")
def page():
    return html.fromstring(to_html(MADE.document, None, annex_of(MADE)).decode())


def test_it_has_a_language_a_title_and_headings_in_their_order(page) -> None:
    assert page.get("lang") == "vi"
    assert page.findtext("head/title").startswith("BÁO CÁO: Thực trạng")
    levels = [int(node.tag[1]) for node in page.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_it_runs_nothing_and_asks_for_nothing(page) -> None:
    assert not list(page.iter("script", "link", "iframe", "object", "img", "base", "form"))
    assert not [
        name for node in page.iter() for name in node.attrib if name.startswith("on") or name in {"src", "href"}
    ]
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]


def test_tables_have_header_cells_and_pictures_have_words(page) -> None:
    tables = page.findall(".//table")
    assert len(tables) == 2
    for table in tables:
        assert {node.get("scope") for node in table.iterfind("thead//th")} == {"col"}
        assert {node.get("scope") for node in table.iterfind("tbody//th")} == {"row"}
    pictures = page.findall(".//svg")
    assert len(pictures) == 3
    assert all(node.get("role") == "img" and node.get("aria-label") for node in pictures)


def test_it_carries_its_edition(page) -> None:
    (data,) = page.xpath("//data[@id='report-data']")
    assert parse_edition(base64.b64decode(data.get("value"))) == MADE


def test_hostile_words_are_words() -> None:
    document = hostile()
    page = html.fromstring(to_html(document).decode())
    assert not list(page.iter("script"))
    texts = [node.text_content() for node in page.iter("p")]
    for words in HOSTILE:
        assert words in texts


def test_a_report_without_an_annex_carries_nothing() -> None:
    page = html.fromstring(to_html(dated(report())).decode())
    assert not page.xpath("//data")
