"""The consolidated report: drafted, edited, approved by two, logged, taken out as files, verified."""

import dataclasses
import json
from datetime import date

import pytest

from portal.accounts.hand import Hand
from portal.audit.invariants import Invariants
from portal.audit.report_file import verify_report
from portal.consolidation import approval, desk, service, taking
from portal.consolidation.edition import annex_of, dump_edition, parse_edition
from portal.consolidation.unpacking import Upload
from portal.errors import Conflict, Forbidden
from portal.ledger import log as ledger
from portal.reports.notes import digest_of_words
from portal.reports.outputs import WRITERS
from portal.reports.service import Spot, words_in
from tests.consolidation.offices import document

SIZES = {1: 60, 2: 90, 3: 12, 4: 15}


@pytest.fixture
def filled(session, row, know):
    for number, ballots in SIZES.items():
        data = know(number).file(document(number, ballots=ballots))
        taking.take(session, row, [Upload("f", data)], day=date(2026, 11, 23), account=None)
    return row


@pytest.fixture
def held(session, atrest, filled, hands):
    return desk.start(session, atrest, filled, hands[0])


@pytest.fixture
def done(session, log, atrest, held, hands):
    """Approved; the leaf's index."""
    approval.hand_over(session, held, hand=hands[0], seen=held.digest)
    return approval.approve(session, log, atrest, held.row, hand=hands[1], seen=held.digest)


def spot_of(held, words: str) -> Spot:
    for place, block in enumerate(held.document.blocks):
        for position, text in enumerate(words_in(block)):
            if words in text:
                return Spot(place, position, digest_of_words(text))
    raise AssertionError(words)


def edition(session, log, atrest, row, leaf):
    kept = approval.read_version(session, atrest, row, 1)
    return approval.edition_of(session, log, row, kept.document, kept.figures, leaf=leaf, address="https://a.example")


def test_the_draft_counts_offices_and_names_none(held, session, filled) -> None:
    text = "\n".join(words for block in held.document.blocks for words in words_in(block))
    figures = service.figures_of(session, filled)
    for line in figures.rows.categories:
        assert f"{line.offices}/{line.asked} đơn vị" in text
    assert "Đơn vị số" not in text
    assert "2 đơn vị ghi nhận" in text or "2/2 đơn vị có phản ánh" in text
    # parts and sections as in an office's report
    numbered = [block.number for block in held.document.blocks if block.number]
    assert numbered == [1, 2, *range(1, 7)]


def test_the_annex_lists_what_each_office_published_and_no_unit(session, log, atrest, filled, held, done) -> None:
    annex = annex_of(edition(session, log, atrest, filled, done))
    own = {one.title: one for one in annex.listings if one.title.startswith("Đơn vị đã công bố")}
    assert set(own) == {f"Đơn vị đã công bố: Đơn vị số {number:02}" for number in SIZES}
    published = {one.office: one.publication for one in service.joined(session, filled)}
    for number in SIZES:
        rows = published[f"don-vi-{number:02}"].rows
        listed = own[f"Đơn vị đã công bố: Đơn vị số {number:02}"].entries
        shown = {(row.code, row.band) for row in (*rows.categories, *rows.themes)}
        assert {(one.code, one.band) for one in listed} == shown
    assert not any(entry.code.startswith("P") for one in annex.listings for entry in one.entries)


def test_words_are_changed_where_they_were_seen(session, atrest, held, hands) -> None:
    spot = spot_of(held, "được tổng hợp")
    desk.write(session, atrest, held.row, spot, text="Kết quả của các đơn vị được tổng hợp.", hand=hands[0])
    fresh = desk.desk(session, atrest, held.row)
    assert "Kết quả của các đơn vị được tổng hợp." in words_in(fresh.document.blocks[spot.place])
    # whoever saw the old words is told
    with pytest.raises(Conflict, match="report-changed"):
        desk.write(session, atrest, held.row, spot, text="Khác.", hand=hands[1])


def test_a_figure_that_no_row_has_is_marked(session, atrest, held, hands) -> None:
    assert held.strange == []
    text = "Có 987 lượt góp ý."
    desk.write(session, atrest, held.row, spot_of(held, "được tổng hợp"), text=text, hand=hands[0])
    assert desk.desk(session, atrest, held.row).strange == [text]


def test_two_people_approve_and_the_log_says_so(session, log, atrest, held, hands) -> None:
    with pytest.raises(Conflict, match="report-not-handed"):
        approval.approve(session, log, atrest, held.row, hand=hands[1], seen=held.digest)
    approval.hand_over(session, held, hand=hands[0], seen=held.digest)
    with pytest.raises(Forbidden, match="report-same-person"):
        approval.approve(session, log, atrest, held.row, hand=hands[0], seen=held.digest)
    with pytest.raises(Conflict, match="report-changed"):
        approval.approve(session, log, atrest, held.row, hand=hands[1], seen="0" * 64)
    index = approval.approve(session, log, atrest, held.row, hand=hands[1], seen=held.digest)
    leaf = json.loads(ledger.read_leaf(session, index))
    figures = service.figures_of(session, held.row)
    assert leaf == {
        "type": "report",
        "v": 3,
        "consolidation": "quy-ba-2026",
        "document_sha256": held.digest,
        "figures_sha256": figures.digest,
        "revision": 1,
        "approvals": 2,
    }


def test_while_it_waits_or_is_approved_nothing_moves(session, atrest, held, hands, know) -> None:
    late = know(5).file(document(5))
    approval.hand_over(session, held, hand=hands[0], seen=held.digest)
    for act in (
        lambda: taking.take(session, held.row, [Upload("f", late)], day=hands[0].day, account=None),
        lambda: desk.start(session, atrest, held.row, hands[1], anew=True),
        lambda: desk.write(session, atrest, held.row, spot_of(held, "được"), text="Khác.", hand=hands[1]),
        lambda: approval.hand_over(session, held, hand=hands[1], seen=held.digest),
    ):
        with pytest.raises(Conflict, match="report-handed"):
            act()
    approval.send_back(session, held.row, seen=held.digest)
    taking.take(session, held.row, [Upload("f", late)], day=hands[0].day, account=None)
    # and a text that was drafted from fewer files cannot be handed over
    fresh = desk.desk(session, atrest, held.row)
    assert fresh.behind
    with pytest.raises(Conflict, match="consolidation-behind"):
        approval.hand_over(session, fresh, hand=hands[0], seen=fresh.digest)
    again = desk.start(session, atrest, held.row, hands[0], anew=True)
    assert not again.behind
    approval.hand_over(session, again, hand=hands[0], seen=again.digest)


def test_a_correction_is_a_version_of_its_own(session, log, atrest, held, hands, done, know) -> None:
    before = dump_edition(edition(session, log, atrest, held.row, done))
    approval.correct(session, held.row)
    more = know(5).file(document(5))
    taking.take(session, held.row, [Upload("f", more)], day=hands[0].day, account=None)
    again = desk.start(session, atrest, held.row, hands[1], anew=True)
    approval.hand_over(session, again, hand=hands[1], seen=again.digest)
    index = approval.approve(session, log, atrest, again.row, hand=hands[0], seen=again.digest)
    assert json.loads(ledger.read_leaf(session, index))["revision"] == 2
    assert [one.version for one in approval.approved(session, held.row)] == [2, 1]
    # what was approved first is what it was: text, table and sources
    first = parse_edition(before)
    now = edition(session, log, atrest, held.row, done)
    assert (now.document, now.figures, now.sources) == (first.document, first.figures, first.sources)
    # and the log's rules hold
    rules = Invariants()
    rules.feed_all(0, ledger.read_entries(session, 0, ledger.size(session)))
    names = {one.name for one in rules.finish()}
    rules.close()
    assert names == set()


@pytest.mark.parametrize("kind", ["docx", "pdf", "html", "json"])
def test_every_file_of_it_verifies(session, log, atrest, filled, done, kind) -> None:
    made = edition(session, log, atrest, filled, done)
    written = WRITERS[kind][1](made.document, annex_of(made))
    data = written if isinstance(written, bytes) else written.encode()
    verdict = verify_report(data, log.vkey, None)
    assert (verdict.failures, verdict.text, verdict.consultation) == ([], "approved", "quy-ba-2026")
    # and a draft of it says that it is one
    draft = dataclasses.replace(made, approval=None)
    written = WRITERS[kind][1](draft.document, annex_of(draft))
    verdict = verify_report(written if isinstance(written, bytes) else written.encode(), log.vkey, None)
    assert (verdict.failures, verdict.text) == ([], "draft")


def test_without_a_profile_or_files_there_is_no_draft(session, atrest, row, hands) -> None:
    with pytest.raises(Conflict, match="consolidation-empty"):
        desk.start(session, atrest, row, Hand(hands[0].account, hands[0].day))
