"""A report's file against the log: every output holds as exported, and every tampering is named."""

from __future__ import annotations

import base64
import dataclasses
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import rfc8785
from click.testing import CliRunner

from portal.audit.bundle import write_zip
from portal.audit.report_file import ReportVerdict, verify_report
from portal.audit.report_file_read import Unreadable, read_file
from portal.cli import cli
from portal.reports.annex import Annex, annex_of
from portal.reports.docx import to_docx
from portal.reports.edition import Edition, dump_edition
from portal.reports.html import to_html
from portal.reports.model import Document, Paragraph, Sentence
from portal.reports.pdf import to_pdf
from portal.tlog.keys import SignerKey
from tests.reports.editions import LOG, dated, edition, published, source
from tests.reports.support import USUAL, report

MADE = edition()
KEY = LOG.vkey
WRITERS: dict[str, Callable[[Document, None, Annex], bytes]] = {"docx": to_docx, "pdf": to_pdf, "html": to_html}


def file(kind: str, *, document: Document | None = None, annex: Annex | None = None) -> bytes:
    """The usual report in that kind, or another document or annex put into it: what a forger's tool would make."""
    return WRITERS[kind](document or MADE.document, None, annex or annex_of(MADE))


def judged(data: bytes, made: Edition | None = MADE) -> ReportVerdict:
    """The verdict with the log's key, and with the log unless ``made`` is None."""
    return verify_report(data, KEY, source(made) if made else None)


def where(verdict: ReportVerdict) -> str:
    return " / ".join(failure.where for failure in verdict.failures)


def said(document: Document, old: str, new: str) -> Document:
    """The document with other words somewhere in its body."""
    blocks = [
        Paragraph(tuple(Sentence.plain(one.text.replace(old, new)) for one in block.sentences), block.number)
        if isinstance(block, Paragraph)
        else block
        for block in document.blocks
    ]
    assert tuple(blocks) != document.blocks
    return dataclasses.replace(document, blocks=tuple(blocks))


def banded(annex: Annex, code: str, text: str) -> Annex:
    """The annex with another band in words beside that code."""
    listings = [
        dataclasses.replace(
            listing,
            entries=tuple(dataclasses.replace(one, said=text) if one.code == code else one for one in listing.entries),
        )
        for listing in annex.listings
    ]
    return dataclasses.replace(annex, listings=tuple(listings))


def carrying(change: Callable[[dict], None]) -> bytes:
    """The edition's data after a change, canonical as before."""
    table = json.loads(dump_edition(MADE))
    change(table)
    return rfc8785.dumps(table)


def band_in_data(table: dict) -> None:
    for row in table["findings"]["publication"]["rows"]["categories"]:
        row["band"] = "30-49" if row["code"] == "C2" else row["band"]


def rezipped(data: bytes, change: Callable[[str, bytes], bytes | None]) -> bytes:
    """A DOCX with parts changed, or left out where ``change`` returns None."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = change(name, old.read(name))
            if part is not None:
                new.writestr(name, part)
    return out.getvalue()


# -- as exported ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("log", [None, MADE], ids=["key", "log"])
def test_an_approved_report_holds_word_for_word(kind: str, log: Edition | None) -> None:
    verdict = judged(file(kind), log)
    assert (verdict.failures, verdict.text, verdict.status) == ([], "approved", 0)
    assert verdict.consultation == "gop-y-quy-ba"


@pytest.mark.parametrize("data", [dump_edition(MADE), MADE.findings], ids=["report.json", "findings.json"])
def test_json_holds_as_it_is(data: bytes) -> None:
    assert judged(data).ok
    assert judged(data, None).ok


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("style", ["party", "state"])
def test_both_styles_and_open_bands_hold(kind: str, style: str) -> None:
    document = dataclasses.replace(dated(report({"C1": "50+", "D1": "5-9"})), style=style)
    made = edition(document, published({"C1": "50+", "D1": "5-9"}))
    verdict = judged(WRITERS[kind](document, None, annex_of(made)), made)
    assert (verdict.failures, verdict.text) == ([], "approved")


@pytest.mark.parametrize("kind", WRITERS)
def test_themes_alone_and_nothing_at_all_hold(kind: str) -> None:
    for tables in ({"themes": {"C": "5-9"}}, {}):
        document = dated(report({}, **tables))
        made = edition(document, published({}, **tables), address="")
        verdict = judged(WRITERS[kind](document, None, annex_of(made)), made)
        assert (verdict.failures, verdict.text) == ([], "approved")


@pytest.mark.parametrize("kind", WRITERS)
def test_a_draft_says_so_and_its_figures_hold(kind: str) -> None:
    made = edition(approved=False)
    verdict = judged(WRITERS[kind](made.document, None, annex_of(made)), made)
    assert (verdict.failures, verdict.text) == ([], "draft")


# -- changed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", WRITERS)
def test_a_changed_band_in_a_table_is_named_with_its_line(kind: str) -> None:
    verdict = judged(file(kind, annex=banded(annex_of(MADE), "C2", "từ 30 đến 49")), None)
    assert {item.name for item in verdict.failures} == {"report-figure-changed"}
    assert "30" in where(verdict) and "20" in where(verdict)
    assert {"docx": "paragraph ", "pdf": "page 5, line ", "html": "source line "}[kind] in where(verdict)


@pytest.mark.parametrize("kind", WRITERS)
def test_a_changed_figure_in_the_text_is_named(kind: str) -> None:
    verdict = judged(file(kind, document=said(MADE.document, "81,3%", "91,3%")))
    assert {item.name for item in verdict.failures} == {"report-figure-changed"}
    assert "91,3" in where(verdict) and "81,3" in where(verdict)


@pytest.mark.parametrize("kind", WRITERS)
def test_an_added_figure_is_named(kind: str) -> None:
    more = said(MADE.document, "có lúc còn", "có 07 lúc còn")
    verdict = judged(file(kind, document=more))
    assert {item.name for item in verdict.failures} == {"report-figure-changed"}
    assert "07" in where(verdict)


@pytest.mark.parametrize("kind", WRITERS)
def test_where_only_words_changed_the_figures_hold_and_the_text_is_not_vouched_for(kind: str) -> None:
    verdict = judged(file(kind, document=said(MADE.document, "nghiêm túc", "tự giác")))
    assert (verdict.failures, verdict.text, verdict.status) == ([], "edited", 0)
    assert any("tự giác" in notice for notice in verdict.notices)


@pytest.mark.parametrize("kind", WRITERS)
def test_a_changed_band_in_the_data_is_named_by_its_row(kind: str) -> None:
    forged = dataclasses.replace(annex_of(MADE), data=carrying(band_in_data))
    verdict = judged(file(kind, annex=forged))
    assert {item.name for item in verdict.failures} == {"report-findings-not-as-logged", "report-data-figure-changed"}
    assert "categories C2: 30-49 where 20-29 was published" in where(verdict)
    alone = judged(file(kind, annex=forged), None)
    assert {item.name for item in alone.failures} == {"report-findings-not-as-logged"}


@pytest.mark.parametrize("kind", WRITERS)
def test_data_and_text_changed_alike_are_still_not_the_logged_document(kind: str) -> None:
    signature = dataclasses.replace(MADE.document.signature, name="Người Khác")
    document = dataclasses.replace(MADE.document, signature=signature)
    forged = annex_of(dataclasses.replace(MADE, document=document))
    verdict = judged(file(kind, document=document, annex=forged))
    assert {item.name for item in verdict.failures} == {"report-document-not-as-logged"}
    assert verdict.text == "edited"


def test_a_forged_draft_cannot_bring_figures_of_its_own() -> None:
    made = edition(said(MADE.document, "có lúc còn", "có 07 lúc còn"), approved=False)
    verdict = judged(to_docx(made.document, None, annex_of(made)), None)
    assert {item.name for item in verdict.failures} == {"report-figure-not-published"}


def test_another_publication_of_the_same_key_is_not_the_logs() -> None:
    other = edition(dated(report()), published(USUAL | {"C2": "30-49"}))
    verdict = judged(to_html(other.document, None, annex_of(other)), MADE)
    assert {"report-findings-proof-of-another-log", "report-of-other-publication"} <= {
        item.name for item in verdict.failures
    }


def test_another_key_is_another_log() -> None:
    key = str(SignerKey(LOG.origin, b"\x08" * 32).verifier)
    verdict = verify_report(MADE.findings, key, None)
    assert not verdict.ok
    assert verify_report(MADE.findings, key, source(MADE)).failures[0].name == "log-key-not-as-served"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("report-document-malformed", lambda table: table["document"].pop("title")),
        ("report-approval-malformed", lambda table: table.update(approval={"leaf": "x", "proof": "y"})),
        ("report-taxonomy-malformed", lambda table: table["taxonomy"].pop("version")),
        ("report-taxonomy-not-as-published", lambda table: table["taxonomy"]["themes"][0].update(vi="Khác")),
        ("report-approval-inclusion-error", lambda table: table["approval"].update(
            leaf=table["approval"]["leaf"].replace('"v":1', '"v":2'))),
        ("report-of-other-publication", lambda table: table["approval"].update(
            leaf=table["approval"]["leaf"].replace("gop-y-quy-ba", "gop-y-khac"))),
    ],
)  # fmt: skip
def test_each_false_claim_has_its_name(name: str, change: Callable[[dict], None]) -> None:
    assert name in {item.name for item in judged(carrying(change)).failures}


def test_data_that_is_no_object_has_its_name() -> None:
    broken = to_html(MADE.document, None, dataclasses.replace(annex_of(MADE), data=b"[1]"))
    assert "report-data-malformed" in {item.name for item in judged(broken).failures}


# -- what is particular to a kind ----------------------------------------------------------------------------------


def test_a_chart_and_its_alternative_text_in_a_docx_are_read() -> None:
    def redraw(name: str, part: bytes) -> bytes:
        if name == "word/media/chart1.svg":
            assert "từ 20 đến 29".encode() in part
        return part.replace("từ 20 đến 29".encode(), "từ 30 đến 39".encode()) if name.endswith(".svg") else part

    assert "chart 1" in where(judged(rezipped(file("docx"), redraw)))

    def retell(name: str, part: bytes) -> bytes:
        return part.replace("Đùn đẩy: từ 20 đến 29".encode(), "Đùn đẩy: từ 30 đến 39".encode())

    assert "alternative text" in where(judged(rezipped(file("docx"), retell)))


def test_alternative_texts_of_html_and_pdf_are_read() -> None:
    annex = annex_of(MADE)
    first = dataclasses.replace(annex.listings[0], alt=annex.listings[0].alt.replace("20 đến 29", "20 đến 39"))
    forged = dataclasses.replace(annex, listings=(first, *annex.listings[1:]))
    for kind in ("html", "pdf"):
        assert "alternative text" in where(judged(file(kind, annex=forged)))


def test_a_docx_without_its_data_is_held_against_the_log_it_names() -> None:
    def strip(name: str, part: bytes) -> bytes | None:
        return None if name.startswith("customXml/") else part

    stripped = rezipped(file("docx"), strip)
    verdict = judged(stripped)
    assert (verdict.failures, verdict.text) == ([], "unknown")
    assert any("carries no report" in line for line in verdict.skipped)
    forged = rezipped(file("docx", document=said(MADE.document, "có lúc còn", "có 36 lượt góp ý còn")), strip)
    assert "36" in where(judged(forged))
    assert {item.name for item in judged(stripped, None).failures} == {"report-without-findings"}


def test_words_in_headers_notes_and_struck_out_text() -> None:
    def note(name: str, part: bytes) -> bytes:
        return (
            part.replace(b"<w:fldSimple", b"<w:r><w:t>Hon 90 y kien</w:t></w:r><w:fldSimple")
            if "header" in name
            else part
        )

    assert "90" in where(judged(rezipped(file("docx"), note)))

    def strike(name: str, part: bytes) -> bytes:
        old = b"<w:delText>99</w:delText>"
        return part.replace(b"<w:body>", b"<w:body><w:p><w:del><w:r>" + old + b"</w:r></w:del></w:p>")

    assert judged(rezipped(file("docx"), strike)).text == "approved"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"</main>", b"<script>x</script></main>"),
        (b"<table>", b'<table onclick="x">'),
        (b"<table>", b"<table hidden>"),
        (b"<table>", b'<table style="display:none">'),
        (b"</main>", b'<img src="data:image/png;base64,AAAA"></main>'),
        (b"body { margin", b"table { display: none } body { margin"),
    ],
)
def test_a_page_that_can_show_something_else_is_not_vouched_for(old: bytes, new: bytes) -> None:
    verdict = judged(file("html").replace(old, new, 1))
    assert (verdict.failures, verdict.text) == ([], "edited")
    assert any(notice.startswith("source line ") for notice in verdict.notices)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<w:rPr><w:lang", b"<w:rPr><w:vanish/><w:lang"),
        (b"<w:rPr><w:lang", b'<w:rPr><w:color w:val="FFFFFF"/><w:lang'),
        (b"</w:body>", b"<w:p><w:r><w:pict/></w:r></w:p></w:body>"),
    ],
)
def test_a_docx_that_hides_or_draws_something_is_not_vouched_for(old: bytes, new: bytes) -> None:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(old, new, 1) if name == "word/document.xml" else part

    assert judged(rezipped(file("docx"), change)).text == "edited"


def test_a_part_that_stands_twice_is_no_docx() -> None:
    out = io.BytesIO(file("docx"))
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", b"<x/>")
    with pytest.raises(Unreadable):
        read_file(out.getvalue())


def test_very_long_files_are_compared_as_a_whole() -> None:
    page = file("html").replace(b"</main>", b"<p>" + b"chu 9 " * 30_000 + b"</p></main>")
    (failure,) = judged(page).failures
    assert failure.where.startswith("the whole text")


@pytest.mark.skipif(not Path("/usr/bin/soffice").exists(), reason="needs LibreOffice")
def test_a_file_that_another_program_wrote_anew_still_holds(tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(file("docx"))
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "docx", "--outdir", str(tmp_path / "new")]
    subprocess.run([*command, str(tmp_path / "report.docx")], check=True, capture_output=True, timeout=120)
    verdict = judged((tmp_path / "new" / "report.docx").read_bytes())
    assert verdict.failures == []
    assert verdict.text == "approved"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"hello", b"PK\x03\x04nothing", b"%PDF-1.7 nothing", b"<p>\xff</p>",
        rezipped(to_docx(MADE.document), lambda name, part: None if name == "word/document.xml" else part),
        rezipped(to_docx(MADE.document), lambda name, part: b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"
                 if name == "word/document.xml" else part),
    ],
)  # fmt: skip
def test_what_is_no_report_cannot_be_read(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read_file(data)


# -- the command ---------------------------------------------------------------------------------------------------


def test_the_command_says_it_offline_from_a_bundle(tmp_path: Path) -> None:
    with (tmp_path / "bundle.zip").open("wb") as opened:
        write_zip(opened, source(MADE).files.items())
    (tmp_path / "report.pdf").write_bytes(file("pdf"))
    words = ["audit", "verify-report", str(tmp_path / "report.pdf"), "--log", str(tmp_path / "bundle.zip")]
    answer = CliRunner().invoke(cli, [*words, "--key", KEY])
    assert answer.exit_code == 0, answer.output
    assert "word for word" in answer.output
    answer = CliRunner().invoke(cli, [*words, "--json"])
    assert json.loads(answer.output)["text"] == "approved"


def test_exit_codes(tmp_path: Path) -> None:
    run = CliRunner().invoke
    good, bad, none = tmp_path / "a.html", tmp_path / "b.html", tmp_path / "c.html"
    good.write_bytes(file("html"))
    bad.write_bytes(file("html", document=said(MADE.document, "81,3%", "91,3%")))
    none.write_bytes(b"nothing")
    for path, code in ((good, 0), (bad, 1), (none, 2)):
        assert run(cli, ["audit", "verify-report", str(path), "--key", KEY]).exit_code == code
    assert run(cli, ["audit", "verify-report", str(good)]).exit_code == 2
    assert run(cli, ["audit", "verify-report", str(good), "--log", "http://127.0.0.1:9/"]).exit_code == 2
    assert run(cli, ["audit", "verify-report", str(good), "--log", str(tmp_path)]).exit_code == 1


def test_the_verdict_as_json_keeps_its_keys() -> None:
    keys = {"v", "ok", "kind", "consultation", "vkey", "text", "checked", "skipped", "notices", "failures"}
    assert set(judged(file("html")).as_document()) == keys


def test_the_data_of_html_is_one_attribute() -> None:
    page = file("html")
    assert base64.b64encode(dump_edition(MADE)) in page
    assert page.count(b"<data ") == 1


def test_every_failure_it_can_name_is_documented() -> None:
    root = Path(__file__).resolve().parents[2]
    source = "".join(path.read_text("utf-8") for path in (root / "portal" / "audit").glob("report_file*.py"))
    said = set(re.findall(r'(?:fail|Failure)\(\s*"([a-z]+(?:-[a-z]+)+)"', source))
    documented = set(re.findall(r"`([a-z]+(?:-[a-z]+)*)`", (root / "docs" / "verify.md").read_text("utf-8")))
    assert len(said) > 10
    assert said - documented == set()
