"""A report's life: drafted from what was published, edited beside its draft, approved once."""

import hashlib
import json
from dataclasses import replace
from datetime import date

import pytest

from portal.consultations import service as consultations
from portal.errors import Conflict, Invalid, NotFound
from portal.ledger import log as ledger
from portal.reports import service
from portal.reports.docx import to_docx
from portal.reports.model import dump_document
from portal.reports.profile import demo_profile
from portal.reports.review import digest_of, review
from tests.reports.support import Parts
from tests.rounds import publish


@pytest.fixture
def published(office, session, log, clock, atrest):
    service.save_profile(session, demo_profile())
    return publish(session, log, clock, atrest, office)


@pytest.fixture
def row(published, session):
    return consultations.get(session, published.consultation_id)


@pytest.fixture
def held(session, atrest, row, published):
    return service.start(session, atrest, row, published)


@pytest.fixture
def read(session, atrest, row):
    return lambda: service.read(session, atrest, row.id)


def test_without_a_profile_nothing_is_drafted(office, session, log, clock, atrest) -> None:
    publication = publish(session, log, clock, atrest, office)
    with pytest.raises(Conflict) as caught:
        service.start(session, atrest, consultations.get(session, office.consultation), publication)
    assert caught.value.code == "profile-missing"


def test_the_profile_is_one_and_is_written_over(session) -> None:
    assert service.profile(session) is None
    service.save_profile(session, demo_profile())
    service.save_profile(session, demo_profile())
    assert service.profile(session) == demo_profile()


def test_the_difficulties_rest_on_published_rows_only(held) -> None:
    refs = {ref for block in held.document.problem_section() for one in block.sentences for ref in one.finding_refs}
    assert refs == {"C1", "C2", "D1", "unit:P1"}
    assert "Một mình" not in json.dumps(json.loads(dump_document(held.document)), ensure_ascii=False)


def test_starting_again_gives_the_same_report(session, atrest, row, published, held, read) -> None:
    service.edit_block(session, atrest, held, place=2, text="Đã sửa.", seen=held.version)
    again = service.start(session, atrest, row, published)
    assert again.document == read().document != again.draft


def test_texts_are_sealed_in_the_store(held) -> None:
    for sealed in (held.row.draft_sealed, held.row.document_sealed):
        assert "Văn phòng".encode() not in sealed


def test_an_edit_stands_beside_the_draft(session, atrest, held, read) -> None:
    draft = held.draft
    service.edit_block(session, atrest, held, place=2, text="Đã sửa.\nThêm một đoạn.", seen=held.version)
    assert read().draft == draft
    assert [block.text for block in read().document.blocks[2:4]] == ["Đã sửa.", "Thêm một đoạn."]


def test_an_edit_made_on_an_older_text_is_refused(session, atrest, held, read) -> None:
    seen = held.version
    service.edit_block(session, atrest, held, place=2, text="Đã sửa.", seen=seen)
    with pytest.raises(Conflict) as caught:
        service.edit_block(session, atrest, read(), place=3, text="Khác.", seen=seen)
    assert caught.value.code == "report-changed"


@pytest.mark.parametrize(("place", "text"), [(999, "x."), (1, ""), (2, "a\0b.")])
def test_an_edit_that_a_document_cannot_hold_is_refused(session, atrest, held, read, place, text) -> None:
    before = read().document
    with pytest.raises(Invalid) as caught:
        service.edit_block(session, atrest, held, place=place, text=text, seen=held.version)
    assert caught.value.code == "report-malformed"
    assert read().document == before


def test_format_number_and_day_are_set_without_touching_the_text(session, atrest, held, read) -> None:
    service.set_head(session, atrest, held, style="state", number=7, issued=date(2026, 12, 1))
    now = read().document
    assert (now.style, now.head.number, now.head.issued) == ("state", 7, date(2026, 12, 1))
    assert now.blocks == held.document.blocks
    assert read().row.style == "state"
    with pytest.raises(Invalid):
        service.set_head(session, atrest, read(), style="other", number=None, issued=None)


def test_a_kept_contradiction_is_remembered_until_a_new_draft(session, atrest, row, published, held, read) -> None:
    document, taxonomy = json.loads(published.document), consultations.taxonomy_of(row)
    (point,) = review(held.draft, held.document, document, taxonomy, held.kept).open
    service.keep_contradiction(session, held, digest_of(point))
    assert review(read().draft, read().document, document, taxonomy, read().kept).open == ()
    service.redraft(session, atrest, row, published)
    assert read().kept == frozenset()


def test_drafting_anew_throws_edits_away_and_uses_the_new_profile(session, atrest, row, published, held, read) -> None:
    service.edit_block(session, atrest, held, place=2, text="Đã sửa.", seen=held.version)
    service.save_profile(session, replace(demo_profile(), subject="Chủ đề mới"))
    service.redraft(session, atrest, row, published)
    assert read().document == read().draft
    assert read().document.title.subject == "Chủ đề mới"


def test_approving_logs_the_digest_and_freezes(session, log, atrest, row, published, held, read) -> None:
    index = service.approve(session, log, atrest, held.row, published, seen=held.version)
    leaf = json.loads(ledger.read_leaf(session, index))
    assert leaf["document_sha256"] == hashlib.sha256(dump_document(held.document)).hexdigest() == held.version
    assert leaf["publication_sha256"] == hashlib.sha256(published.document).hexdigest()
    # then nothing changes it any more
    frozen = [
        lambda: service.approve(session, log, atrest, held.row, published),
        lambda: service.redraft(session, atrest, row, published),
        lambda: service.edit_block(session, atrest, read(), place=2, text="x.", seen=read().version),
        lambda: service.set_head(session, atrest, read(), style="state", number=None, issued=None),
        lambda: service.keep_contradiction(session, read(), "ab" * 32),
    ]
    for attempt in frozen:
        with pytest.raises(Conflict) as caught:
            attempt()
        assert caught.value.code == "report-approved"
    assert ledger.kinds(session)["report"] == 1


def test_a_text_that_changed_meanwhile_is_not_approved(session, log, atrest, published, held, read) -> None:
    seen = held.version
    service.edit_block(session, atrest, held, place=2, text="Đã sửa.", seen=seen)
    with pytest.raises(Conflict) as caught:
        service.approve(session, log, atrest, held.row, published, seen=seen)
    assert caught.value.code == "report-changed"
    assert read().row.state == "draft"


def test_the_docx_says_the_difficulties(held) -> None:
    words = "".join(Parts(to_docx(held.document)).document.itertext())
    for block in held.document.problem_section():
        for sentence in block.sentences:
            assert sentence.text in words


def test_a_report_that_was_not_started_is_unknown(session, atrest, row) -> None:
    with pytest.raises(NotFound) as caught:
        service.read(session, atrest, row.id)
    assert caught.value.code == "report-unknown"
    assert service.listing(session) == {}
