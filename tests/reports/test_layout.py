"""Every output says the same words in the same order."""

import dataclasses
import re
import unicodedata
from collections.abc import Callable

import pytest

from portal.audit.report_file_read import read_file
from portal.reports.annex import annex_of
from portal.reports.charts import chart_words
from portal.reports.docx import to_docx
from portal.reports.html import to_html
from portal.reports.layout import lay_out, reading_order
from portal.reports.markdown import to_markdown
from portal.reports.model import Paragraph, Sentence
from portal.reports.outputs import WRITERS, write
from portal.reports.pdf import to_pdf
from portal.reports.style import load_style
from tests.reports.editions import dated, edition
from tests.reports.support import report

# Words that each format's own language would obey, if it could.
HOSTILE = (
    "Một #let x = 1 #{panic()} *đậm* _nghiêng_ $x$ @nhãn <nhãn> `mã` = đầu\\u{41} \\ // /* */ \"'.",
    "Hai <script>alert(1)</script> &amp; &#65; ]]> <!-- --> </p><p> {{ 7*7 }} {% raw %} ${x} %s {0}.",
    "Ba <w:t>xml</w:t> \N{LEFT-TO-RIGHT MARK}chữ [liên kết](http://a.b) | ô | # đầu.",
)


def hostile():
    """The usual report with those words as paragraphs of its own, and in its head."""
    document = dated(report())
    more = tuple(Paragraph((Sentence.plain(words),)) for words in HOSTILE)
    title = dataclasses.replace(document.title, subject='Về việc #import "a" <b> & *c*')
    return dataclasses.replace(document, title=title, blocks=(*more, *document.blocks))


def squeezed(lines) -> str:
    words = "".join("".join(lines).split())
    return "".join(letter for letter in words if unicodedata.category(letter) != "Cf")


@pytest.mark.parametrize("write_as", [to_docx, to_pdf, to_html], ids=["docx", "pdf", "html"])
@pytest.mark.parametrize("style", ["party", "state"])
@pytest.mark.parametrize("make", [lambda: dated(report()), hostile], ids=["usual", "hostile"])
def test_each_format_says_the_layout_and_nothing_else(write_as: Callable, style: str, make: Callable) -> None:
    # given a report with its annex
    document = dataclasses.replace(make(), style=style)
    made = edition(document)
    annex = annex_of(made)
    # when the file is read back
    lines = [words for _, words in read_file(write_as(document, None, annex)).lines]
    # then it holds every line in reading order, and not a letter more
    drawn = None if write_as is to_docx else chart_words
    expected = [*reading_order(lay_out(document, load_style(style))), *annex.lines(drawn)]
    assert squeezed(lines) == squeezed(expected)


def test_markdown_says_every_line_too() -> None:
    document = hostile()
    annex = annex_of(edition(document))
    text = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", to_markdown(document, None, annex))
    for line in (*reading_order(lay_out(document, load_style("party"))), *annex.lines()):
        assert line in {"*", "-----"} or squeezed([line]) in squeezed([text])


@pytest.mark.parametrize("kind", WRITERS)
def test_the_same_edition_gives_the_same_bytes(kind: str) -> None:
    assert write(edition(), kind) == write(edition(), kind)


@pytest.mark.parametrize("kind", WRITERS)
def test_no_output_tells_anything_that_was_not_published(kind: str) -> None:
    # given the same report on publications that differ in what is withheld only: there is nothing to differ
    made = write(edition(), kind)
    words = " ".join(line for _, line in read_file(made).lines) if kind in {"docx", "pdf", "html"} else made.decode()
    # then no code is there that was not published, and no unit
    for code in ("C3", "C5", "C6", "C7", "C8", "C9", "D4", "D5", "D6"):
        assert kind == "json" or not re.search(rf"\b{code}\b", words)
    assert "unit:" not in words
