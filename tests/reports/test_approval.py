"""Points decided with reasons; two people and the same bytes; then nothing changes any more but in a new version."""

import hashlib
import json

import pytest
from sqlalchemy.exc import IntegrityError

from portal.consultations import service as consultations
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ledger import log as ledger
from portal.reports import approval, decisions, scratch, service
from portal.reports.approval import approve, correct, hand_over, may_approve, send_back
from portal.reports.model import dump_document
from portal.reports.models import ApprovedReport
from portal.reports.notes import digest_of_words
from portal.reports.service import Spot
from tests.rounds import decide_all


@pytest.fixture
def clear(session, atrest, held, published, drafter, read):
    """With every point decided."""
    decide_all(session, atrest, held, published, drafter)
    return read()


@pytest.fixture
def handed(session, clear, look, drafter, read):
    hand_over(session, clear, look(), hand=drafter, seen=clear.digest)
    return read()


@pytest.fixture
def approved(session, log, atrest, handed, published, second, read):
    approve(session, log, atrest, handed.row, published, hand=second, seen=handed.digest)
    return read()


@pytest.fixture
def write(session, atrest, read):
    def edit(text, hand):
        held = read()
        spot = Spot(2, 0, digest_of_words(held.document.blocks[2].sentences[0].text))
        return service.edit(session, atrest, held, spot, text=text, refs=(), hand=hand)

    return edit


def refused(kind, code, attempt) -> None:
    with pytest.raises(kind) as caught:
        attempt()
    assert caught.value.code == code


# --- decisions ---


def test_a_decision_is_kept_with_its_reason_and_who_made_it(session, atrest, row, held, look, read, drafter) -> None:
    (point,) = look().open
    taxonomy = consultations.taxonomy_of(row)
    said = {"choice": "keep", "reason": "  Theo  kết luận\nkiểm tra. ", "taxonomy": taxonomy}
    decisions.decide(session, atrest, held, point, drafter, **said)
    (decision,) = read().notes.decisions
    assert (decision.reason, decision.by, decision.day) == ("Theo kết luận kiểm tra.", drafter.account, drafter.day)
    assert (decision.words, decision.about) == (point.words, point.about)
    assert look().clear
    decisions.reopen(session, atrest, read(), point.digest, drafter)
    assert look().open == (point,)
    with pytest.raises(NotFound):
        decisions.reopen(session, atrest, read(), point.digest, drafter)


def test_silence_decides_nothing(session, atrest, row, held, look, drafter) -> None:
    (point,) = look().open
    taxonomy = consultations.taxonomy_of(row)
    for choice, reason, code in (
        ("keep", " a ", "report-reason"),
        ("keep", "x" * 601, "report-reason"),
        ("accept", "Vì thế.", "report-choice"),
        ("change", "Vì thế.", "report-choice"),
    ):
        said = {"choice": choice, "reason": reason, "taxonomy": taxonomy}
        refused(Invalid, code, lambda said=said: decisions.decide(session, atrest, held, point, drafter, **said))
    with pytest.raises(NotFound):
        decisions.decide(session, atrest, held, None, drafter, choice="keep", reason="Vì thế.", taxonomy=taxonomy)
    assert look().open == (point,)


def test_noting_both_puts_the_finding_right_behind_the_sentence(
    session, atrest, row, held, look, read, drafter
) -> None:
    (point,) = look().open
    taxonomy = consultations.taxonomy_of(row)
    decisions.decide(session, atrest, held, point, drafter, choice="note", reason="", taxonomy=taxonomy)
    sentence, note = read().document.blocks[point.block].sentences[point.position : point.position + 2]
    assert (sentence.text, note.finding_refs) == (point.words, point.about)
    assert not any(letter.isdigit() for letter in note.text)
    assert look().clear


def test_other_words_for_a_denying_sentence_are_noted_as_that_decision(held, look, drafter) -> None:
    (point,) = look().open
    (decision,) = decisions.changed(held, point, drafter).notes.decisions
    assert (decision.choice, decision.words) == ("change", point.words)


# --- handing over ---


def test_open_points_keep_a_report_on_the_desk(session, held, look, drafter) -> None:
    refused(Conflict, "report-points-open", lambda: hand_over(session, held, look(), hand=drafter, seen=held.digest))
    assert held.row.state == "draft"


def test_what_was_not_on_the_screen_is_not_handed_over(session, clear, look, drafter) -> None:
    refused(Conflict, "report-changed", lambda: hand_over(session, clear, look(), hand=drafter, seen="ab" * 32))


def test_handing_over_twice_is_refused(session, handed, look, drafter) -> None:
    refused(Conflict, "report-handed", lambda: hand_over(session, handed, look(), hand=drafter, seen=handed.digest))


def test_whatever_changes_afterwards_makes_it_void(
    session, atrest, log, handed, published, write, read, second
) -> None:
    write("Đã sửa.", second)
    now = read()
    assert (now.row.state, now.row.handed_by, now.row.handed_sha256) == ("draft", None, None)
    assert service.acts(session, now.row.consultation_id)[0].act == "voided"
    refused(
        Conflict,
        "report-not-handed",
        lambda: approve(session, log, atrest, now.row, published, hand=second, seen=handed.digest),
    )


# --- the second person ---


def test_only_somebody_else_may_approve(session, log, atrest, handed, published, drafter, second) -> None:
    assert (may_approve(handed.row, drafter.account), may_approve(handed.row, second.account)) == (False, True)
    refused(
        Forbidden,
        "report-same-person",
        lambda: approve(session, log, atrest, handed.row, published, hand=drafter, seen=handed.digest),
    )


def test_who_edited_last_may_not_approve_what_another_handed_over(
    session, log, atrest, clear, published, write, look, read, drafter, second
) -> None:
    # given words of the second person in a text that the drafter hands over
    write("Văn phòng là cơ quan tham mưu.", second)
    hand_over(session, read(), look(), hand=drafter, seen=read().digest)
    assert not may_approve(read().row, second.account)
    refused(
        Forbidden,
        "report-same-person",
        lambda: approve(session, log, atrest, read().row, published, hand=second, seen=read().digest),
    )


def test_other_bytes_than_those_on_the_screen_are_not_approved(session, log, atrest, handed, published, second) -> None:
    for seen in ("", "ab" * 32):
        refused(
            Conflict,
            "report-changed",
            lambda seen=seen: approve(session, log, atrest, handed.row, published, hand=second, seen=seen),
        )
    assert ledger.kinds(session).get("report") is None


def test_the_store_cannot_hold_a_version_that_one_person_approved(session, handed) -> None:
    alone = {"handed_by": 1, "approved_by": 1, "report_leaf": 0, "document_sealed": b"x"}
    session.add(ApprovedReport(consultation_id=handed.row.consultation_id, version=9, **alone))
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_sending_back_needs_a_note_and_taking_back_none(session, atrest, handed, look, read, drafter, second) -> None:
    refused(
        Invalid, "report-reason", lambda: send_back(session, atrest, handed, hand=second, note=" ", seen=handed.digest)
    )
    send_back(session, atrest, handed, hand=second, note="Xem lại mục II.3.", seen=handed.digest)
    assert (read().row.state, read().notes.returned) == ("draft", "Xem lại mục II.3.")
    hand_over(session, read(), look(), hand=drafter, seen=read().digest)
    send_back(session, atrest, read(), hand=drafter, note="", seen=read().digest)
    assert read().row.state == "draft"
    kinds = [act.act for act in service.acts(session, handed.row.consultation_id)]
    assert kinds[:4] == ["taken-back", "handed", "sent-back", "handed"]


# --- afterwards ---


def test_approving_logs_the_digest_of_the_very_bytes(session, atrest, approved, handed, published) -> None:
    leaf = json.loads(ledger.read_leaf(session, approved.row.report_leaf))
    digest = hashlib.sha256(dump_document(handed.document)).hexdigest()
    assert leaf == {
        "type": "report",
        "v": 2,
        "consultation": approved.row.consultation_id,
        "document_sha256": digest,
        "publication_sha256": hashlib.sha256(published.document).hexdigest(),
        "revision": 1,
        "approvals": 2,
    }
    text = service.approved_text(session, atrest, approved.row.consultation_id)
    assert hashlib.sha256(text.encode()).hexdigest() == digest == approved.digest


def test_an_approved_report_is_frozen(
    session, log, atrest, approved, published, look, read, write, drafter, second
) -> None:
    digest, row = approved.digest, approved.row
    frozen = [
        lambda: write("Đã sửa.", drafter),
        lambda: hand_over(session, read(), look(), hand=drafter, seen=digest),
        lambda: approve(session, log, atrest, row, published, hand=second, seen=digest),
        lambda: scratch.keep(session, atrest, row, drafter.account, seen=digest, text="x"),
        lambda: decisions.reopen(session, atrest, read(), read().notes.decisions[0].digest, drafter),
    ]
    for attempt in frozen:
        refused(Conflict, "report-approved", attempt)
    assert ledger.kinds(session)["report"] == 1
    assert read().digest == digest


def test_a_correction_is_a_version_of_its_own_with_its_reason(
    session, log, atrest, approved, published, look, read, write, drafter, second
) -> None:
    # given an approved report whose correction was begun
    refused(Invalid, "report-reason", lambda: correct(session, atrest, approved.row, hand=drafter, reason=""))
    correct(session, atrest, approved.row, hand=drafter, reason="Sai số phòng.")
    refused(Conflict, "report-not-approved", lambda: correct(session, atrest, read().row, hand=drafter, reason="Khác."))
    assert (read().row.version, read().row.state, read().digest) == (2, "draft", approved.digest)
    # while it is worked on, the approved version is what it was
    write("Văn phòng là cơ quan tham mưu.", drafter)
    first = approval.read_version(session, atrest, approved.row.consultation_id, 1)
    assert first.digest == approved.digest
    # when two people approve it
    hand_over(session, read(), look(), hand=second, seen=read().digest)
    refused(
        Forbidden,
        "report-same-person",
        lambda: approve(session, log, atrest, read().row, published, hand=drafter, seen=read().digest),
    )
    send_back(session, atrest, read(), hand=second, note="", seen=read().digest)
    hand_over(session, read(), look(), hand=drafter, seen=read().digest)
    approve(session, log, atrest, read().row, published, hand=second, seen=read().digest)
    # then the log has both, and the newest is what auditors get
    leaf = json.loads(ledger.read_leaf(session, read().row.report_leaf))
    assert (leaf["revision"], leaf["document_sha256"]) == (2, read().digest)
    assert [kept.version for kept in approval.approved(session, approved.row.consultation_id)] == [2, 1]
    newest = approval.read_version(session, atrest, approved.row.consultation_id, 2)
    assert newest.notes.reason == "Sai số phòng."
    text = service.approved_text(session, atrest, approved.row.consultation_id)
    assert hashlib.sha256(text.encode()).hexdigest() == read().digest != first.digest
    with pytest.raises(NotFound):
        approval.read_version(session, atrest, approved.row.consultation_id, 3)
