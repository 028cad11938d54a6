"""No channel tells apart what was published alike: pages, files, charts, the log, the store and what is printed."""

from __future__ import annotations

import io
import json
import logging
import sys
import zipfile
from datetime import UTC, datetime
from typing import Any

import pytest
import rfc8785
from fpdf import FPDF

from portal.clock import FixedClock
from portal.consultations.taxonomy import default_taxonomy
from portal.crypto.atrest import AtRest
from portal.crypto.padding import rounded
from portal.findings.disclosure import Band, Counts, Rule, publish, tally
from portal.reports.annex import Entry, Listing
from portal.reports.charts import chart_svg
from tests.findings.channels import Channels, cell, differing, inhabit, overheard, read


def codings(*groups: tuple[int, dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """So many ballots of each."""
    return tuple(coding for many, coding in groups for _ in range(many))


def of(*categories: str, say: str | None = None, **more: Any) -> dict[str, Any]:
    """A coding; what it says is drawn from few words, so that both offices say the same."""
    return {"categories": list(categories), **({"paraphrase": f"<p>{say}</p>"} if say else {}), **more}


# Forty ballots each. Shown: C1, C12 and D1 as 10-14, C2 and C3 as 5-9, P1 and C1 on P1 as 5-9. Withheld: C9, P2 to P4.
ONE = codings(
    (6, of("C1", unit="P1", say="Chưa rõ chủ trì.")), (4, of("C1", level="office", say="Hồ sơ để lâu.")),
    (10, of("D1", unit="P4", severity=2, say="Việc khó bị để lại.")), (1, of("D1")),
    (10, of("C12", severity=1, say="Tận tình.")),
    (3, of("C2", unit="P2")), (2, of("C2", "C3")), (4, of("C3", unit="P3")),
)  # fmt: skip
OTHER = codings(
    (8, of("C1", unit="P1", say="Chưa rõ chủ trì.")), (5, of("C1", level="office", say="Hồ sơ để lâu.")),
    (9, of("D1", severity=3, say="Việc khó bị để lại.")), (8, of("C12", severity=1, say="Tận tình.")),
    (3, of("C12", "D1")), (4, of("C2", "C3")), (2, of("C2")), (1, of("C3", "C9")),
)  # fmt: skip


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """What leaves the two offices."""
    clock = FixedClock(datetime(2026, 11, 23, 3, 0, tzinfo=UTC))
    one, other = (inhabit(tmp_path_factory.mktemp("office"), clock, made) for made in (ONE, OTHER))
    return one, other


def counted(made: tuple[dict[str, Any], ...]) -> Counts:
    """Exact counts of such an office."""
    whole = [{"flags": [], "unit": None, **coding} for coding in made]
    return tally(whole, default_taxonomy(), dict.fromkeys(("P1", "P2", "P3", "P4"), 12))


COUNTS = (counted(ONE), counted(OTHER))


def test_the_two_offices_published_alike_and_have_no_count_in_common() -> None:
    one, other = COUNTS
    assert publish(one, Rule()) == publish(other, Rule())
    assert (one.ballots, other.ballots) == (40, 40)
    named = {code for code, count in one.categories.items() if count} | {"C9"}
    assert all(one.categories[code] != other.categories[code] for code in named)
    assert all(one.units[code] != other.units[code] for code in one.units)


def test_nobody_tells_the_two_offices_apart(both) -> None:
    assert differing(*both) == {}


def test_every_kind_of_channel_was_read(both) -> None:
    """A page that refuses to answer would be as alike as one that gives nothing away."""
    read, _ = both
    answered = {name.split()[1] for name in read if name.startswith(("before", "after")) and "refused" not in name}
    assert answered >= {
        "public.result", "public_en.result", "public.board", "public.table", "public.findings_json", "public.log",
        "findings.show", "findings.confirm", "findings_tables.show", "findings_tables.table_json", "concerns.show",
        "concerns.calendar", "concerns.edit", "reports.show", "reports.preview", "report_points.show",
        "report_approval.version", "report_files.download", "report_files.download_version",
        "report_outputs.findings_table", "home.index",
    }  # fmt: skip
    for part in (
        "docx vi!word/document.xml", "docx vi!word/media/chart1.svg", "docx vi!docProps/core.xml", "pdf vi!words",
        "pdf vi!drawn", "pdf vi!strings", "pdf vi!report.json0", "report.html vi", "report.md vi", "report.json vi",
        "store publication", "store finding_cross", "store coding", "findings.json", "log/tile/entries/000.p/87",
    ):  # fmt: skip
        assert [name for name in read if name.endswith(part) and read[name].strip()], part
    assert "500" not in {text[:3] for name, text in read.items() if name.endswith("refused")}


# --- the same reading catches a house that is not careful ---


def page(counts: Counts) -> Channels:
    """A tooltip with the figure behind the band."""
    return read("page", f'<td title="{counts.categories["C1"]}">10–14</td>'.encode())


def spoken(counts: Counts) -> Channels:
    """Words for those who hear the page."""
    return read("page", f'<svg aria-label="{counts.categories["D1"]} góp ý"></svg>'.encode())


def order(counts: Counts) -> Channels:
    """Rows with the most ballots first."""
    rows = sorted(("C2", "C3"), key=lambda code: -counts.categories[code])
    return read("api", json.dumps([{"code": code, "band": "5-9"} for code in rows]).encode())


def suppressed(counts: Counts) -> Channels:
    """How many rows are withheld."""
    small = [count for count in counts.categories.values() if 0 < count < 5]
    return read("csv", f"withheld;{len(small)}".encode())


def geometry(counts: Counts) -> Channels:
    """A bar as long as the count, with the band's words beside it."""
    many = counts.categories["C1"]
    listing = Listing("Nội dung", ("Mã",), (Entry("C1", "Việc khó", Band(many, many), "10–14"),), "Biểu đồ")
    return read("chart", chart_svg(listing, ("ít nhất", "nhiều nhất")).encode())


def docx(counts: Counts) -> Channels:
    """A property that no reader sees on the page."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("docProps/app.xml", f"<Words>{counts.units['P1']}</Words>")
    return read("docx", made.getvalue())


def pdf(counts: Counts) -> Channels:
    """A bar, a subject line and an attachment."""
    made = FPDF()
    made.add_page()
    made.rect(10, 10, counts.categories["C1"], 5)
    made.set_subject(f"{counts.categories['D1']}")
    made.embed_file(bytes=json.dumps(dict(counts.categories)).encode(), basename="counts.json")
    return read("pdf", bytes(made.output()))


def logged(counts: Counts) -> Channels:
    """A line for the operator."""
    with overheard() as heard:
        logging.getLogger("portal.findings").info("published, C1: %d", counts.categories["C1"])
    return {"log": heard.getvalue()}


def printed(counts: Counts) -> Channels:
    """The same on the terminal."""
    with overheard() as heard:
        sys.stderr.write(f"{counts.categories['C1']}\n")
    return {"terminal": heard.getvalue()}


def size(counts: Counts) -> Channels:
    """A sealed blob that is as long as what it holds."""
    sealed = AtRest([b"k" * 32]).seal("finding-counts", rfc8785.dumps(counts.as_document()))
    return {"store": cell("counts_sealed", sealed)}


NAIVE = (page, spoken, order, suppressed, geometry, docx, pdf, logged, printed, size)


@pytest.mark.parametrize("naive", NAIVE, ids=lambda naive: naive.__name__)
def test_a_naive_channel_is_caught(naive) -> None:
    assert differing(*(naive(counts) for counts in COUNTS))


def test_a_pdf_is_caught_in_each_of_its_parts() -> None:
    found = differing(*(pdf(counts) for counts in COUNTS))
    assert {name.partition("!")[2] for name in found} == {"drawn", "strings", "counts.json0"}


def test_what_is_sealed_has_one_size_for_both() -> None:
    sealed = [rounded(rfc8785.dumps(counts.as_document())) for counts in COUNTS]
    assert len(sealed[0]) == len(sealed[1])
    assert [Counts.from_document(json.loads(text)) for text in sealed] == list(COUNTS)
