"""``verify-report`` on consolidated files that somebody has changed: each change has a name."""

import dataclasses
import json

import pytest
import rfc8785

from portal.audit.report_file import verify_report
from portal.consolidation.edition import annex_of, dump_edition, parse_edition
from portal.consolidation.sums import Rows
from portal.reports.errors import BadEdition
from portal.reports.html import to_html
from tests.consolidation.editions import LOG, edition, figures, sources
from tests.consolidation.offices import document, sender

MADE = edition()
KEY = str(LOG.signer.verifier)


def names(data: bytes, key: str = KEY) -> set[str]:
    return {one.name for one in verify_report(data, key, None).failures}


def changed(change) -> bytes:
    table = json.loads(dump_edition(MADE))
    change(table)
    return rfc8785.dumps(table)


def test_the_honest_file_reads_back_and_holds() -> None:
    data = dump_edition(MADE)
    assert parse_edition(data) == MADE
    assert names(data) == set()


def test_a_raised_sum_does_not_add_up() -> None:
    first, *rest = MADE.figures.rows.categories
    raised = Rows((dataclasses.replace(first, low=first.low + 1), *rest), MADE.figures.rows.themes)
    # even where the leaf names the raised table, as a lying upper office would
    lying = edition(found=figures(sources(), rows=raised))
    assert names(dump_edition(lying)) == {"consolidated-figures-do-not-add-up"}


def test_an_office_whose_file_was_changed_is_named() -> None:
    def forge(table) -> None:
        other = json.loads(sender(1).file(document(99)))
        table["sources"][0] = other

    found = names(changed(forge))
    assert "consolidated-source-of-other-publication" in found
    assert "consolidated-figures-do-not-add-up" in found


def test_an_office_whose_key_is_not_its_logs_is_named() -> None:
    made = sources()
    table = figures(made)
    lines = (dataclasses.replace(table.sources[0], vkey=sender(9).vkey), *table.sources[1:])
    lying = edition(found=dataclasses.replace(table, sources=lines))
    (name,) = names(dump_edition(lying))
    assert name.startswith("consolidated-source-")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda table: table["approval"].update(leaf="{}"), "report-approval-malformed"),
        (lambda table: table["approval"].update(proof="x"), "report-data-malformed"),
        (lambda table: table["figures"].update(v=2), "report-data-malformed"),
        (lambda table: table["figures"]["rows"]["categories"][0].update(low=True), "report-data-malformed"),
        (lambda table: table["sources"].pop(), "report-data-malformed"),
        (lambda table: table["sources"][0].update(proof=""), "report-data-malformed"),
        (lambda table: table["figures"]["title"].update(vi="Khác"), "report-of-other-publication"),
        (lambda table: table["taxonomy"]["categories"][0].update(vi="khác"), "report-data-malformed"),
        (lambda table: table["document"]["title"].update(subject="Khác"), "report-document-not-as-logged"),
    ],
)
def test_what_was_changed_in_the_data_is_named(change, name) -> None:
    assert name in names(changed(change))


def test_another_key_of_the_upper_office_does_not_hold() -> None:
    assert any(name.startswith("report-approval-") for name in names(dump_edition(MADE), sender(3).vkey))


def test_a_figure_that_is_changed_in_the_page_is_found() -> None:
    page = to_html(MADE.document, None, annex_of(MADE)).decode()
    line = MADE.figures.rows.categories[0]
    said = f"{line.offices}/{line.asked} đơn vị có phản ánh"
    assert said in page
    lied = page.replace(said, "9/9 đơn vị có phản ánh", 1)
    assert "report-figure-changed" in names(lied.encode())


def test_a_drafts_difficulties_may_hold_no_other_figure() -> None:
    bare = edition(approved=False)
    blocks = list(bare.document.blocks)
    place = next(at for at, block in enumerate(blocks) if "có phản ánh" in getattr(block, "text", ""))
    words = blocks[place].sentences[-1].plain("Có 987 lượt góp ý.")
    blocks[place] = dataclasses.replace(blocks[place], sentences=(*blocks[place].sentences, words))
    lied = dataclasses.replace(bare, document=dataclasses.replace(bare.document, blocks=tuple(blocks)))
    assert names(dump_edition(lied)) == {"report-figure-not-published"}


def test_what_cannot_be_is_no_edition() -> None:
    with pytest.raises(BadEdition):
        dataclasses.replace(MADE, sources=MADE.sources[1:])
    with pytest.raises(BadEdition):
        dataclasses.replace(MADE, address="javascript:alert(1)")
    with pytest.raises(BadEdition):
        parse_edition(json.dumps(json.loads(dump_edition(MADE)), indent=1).encode())
