"""A report on its desk: drafted from what was published, edited sentence by sentence beside its draft."""

import json
from dataclasses import replace
from datetime import date

import pytest

from portal.consultations import service as consultations
from portal.errors import Conflict, Invalid, NotFound
from portal.reports import profiles, scratch, service
from portal.reports.docx import to_docx
from portal.reports.errors import BadDocument
from portal.reports.merge import FIELDS, field_of
from portal.reports.model import Heading, dump_document
from portal.reports.notes import digest_of_words
from portal.reports.profile import demo_profile
from portal.reports.service import Spot
from tests.reports.support import Parts
from tests.rounds import publish


@pytest.fixture
def write(session, atrest, read, drafter):
    """New words for a sentence, seen as it stands now unless said otherwise."""

    def edit(place, position, text, *, refs=None, seen=None, hand=drafter):
        held = read()
        words = service.words_in(held.document.blocks[place])[position]
        spot = Spot(place, position, seen or digest_of_words(words))
        return service.edit(session, atrest, held, spot, text=text, refs=refs, hand=hand)

    return edit


def test_without_a_profile_nothing_is_drafted(office, session, log, clock, atrest) -> None:
    publication = publish(session, log, clock, atrest, office)
    with pytest.raises(Conflict) as caught:
        service.start(session, atrest, consultations.get(session, office.consultation), publication)
    assert caught.value.code == "profile-missing"


def test_each_saving_of_the_profile_is_a_version_and_the_newest_holds(session, drafter) -> None:
    assert service.profile(session) is None
    other = replace(demo_profile(), subject="Chủ đề mới")
    assert [service.save_profile(session, value, drafter) for value in (demo_profile(), other, other)] == [1, 2, 2]
    assert service.profile(session) == other
    assert profiles.read(profiles.get(session, 1)) == demo_profile()
    assert [(item.id, item.saved_by, item.saved_on) for item in profiles.versions(session)] == [
        (2, drafter.account, drafter.day),
        (1, drafter.account, drafter.day),
    ]
    with pytest.raises(NotFound):
        profiles.get(session, 3)


def test_the_difficulties_rest_on_published_rows_only(held) -> None:
    refs = {ref for block in held.document.problem_section() for one in block.sentences for ref in one.finding_refs}
    assert refs == {"C1", "C2", "D1", "unit:P1"}
    assert "Một mình" not in json.dumps(json.loads(dump_document(held.document)), ensure_ascii=False)


def test_starting_again_gives_the_same_report(session, atrest, row, published, held, read, write) -> None:
    write(2, 0, "Đã sửa.")
    again = service.start(session, atrest, row, published)
    assert again.document == read().document != again.draft


def test_texts_and_notes_are_sealed_in_the_store(held, write, read) -> None:
    write(2, 0, "Văn phòng đã sửa.")
    for sealed in (read().row.draft_sealed, read().row.document_sealed, read().row.notes_sealed):
        assert "Văn phòng".encode() not in sealed
        assert digest_of_words("Văn phòng đã sửa.").encode() not in sealed


def test_an_edit_stands_beside_the_draft_with_who_wrote_it(held, write, read, drafter) -> None:
    _, place = write(2, 0, "Đã sửa.\nThêm một đoạn.")
    now = read()
    assert (place, now.draft) == (2, held.draft)
    assert [block.sentences[0].text for block in now.document.blocks[2:4]] == ["Đã sửa.", "Thêm một đoạn."]
    assert {now.notes.author(text).by for text in ("Đã sửa.", "Thêm một đoạn.")} == {drafter.account}
    assert now.notes.author(held.document.blocks[0].sentences[0].text) is None
    assert now.row.edited_by == drafter.account


def test_a_sentence_keeps_its_findings_unless_others_are_named(held, write, read) -> None:
    place = held.document.blocks.index(held.document.problem_section()[0])
    before = held.document.blocks[place].sentences[0]
    assert before.finding_refs
    write(place, 0, "Nói cách khác hẳn.")
    assert read().document.blocks[place].sentences[0].finding_refs == before.finding_refs
    write(place, 0, "Lại nói khác.", refs=("C2",))
    assert read().document.blocks[place].sentences[0].finding_refs == ("C2",)


def test_what_somebody_else_changed_elsewhere_does_not_stop_an_edit(held, write, read, second) -> None:
    # given two people with the same page before them
    seen = digest_of_words(held.document.blocks[4].sentences[0].text)
    # when one splits an earlier paragraph, so that everything moves down
    write(2, 0, "Một.\nHai.", hand=second)
    # then the other's words still find their sentence
    _, place = write(4, 0, "Đảng bộ có ba chi bộ.", seen=seen)
    assert place == 5
    assert read().document.blocks[5].sentences[0].text == "Đảng bộ có ba chi bộ."


def test_an_edit_of_words_that_changed_meanwhile_is_refused(held, write, read, second) -> None:
    seen = digest_of_words(held.document.blocks[2].sentences[0].text)
    write(2, 0, "Đã sửa.", hand=second)
    with pytest.raises(Conflict) as caught:
        write(2, 0, "Khác.", seen=seen)
    assert caught.value.code == "report-changed"
    assert read().document.blocks[2].sentences[0].text == "Đã sửa."


@pytest.mark.parametrize(("place", "text"), [(-1, "Không có dấu chấm"), (1, " "), (2, "a\0b.")])
def test_an_edit_that_a_document_cannot_hold_is_refused(held, write, read, place, text) -> None:
    before = read().document
    with pytest.raises(BadDocument):
        write(place % len(before.blocks), 0, text)
    assert read().document == before


def test_a_heading_is_edited_in_its_place(held, write, read) -> None:
    write(1, 0, "Đặc điểm tình hình:")
    assert read().document.blocks[1] == Heading("part", 1, "Đặc điểm tình hình:")


def test_what_stands_around_the_text_is_set_without_touching_it(session, atrest, held, read, drafter) -> None:
    values = {name: field_of(held.document, name) for name in FIELDS}
    values |= {("", "style"): "state", ("head", "number"): 7, ("head", "issued"): date(2026, 12, 1)}
    service.set_around(session, atrest, held, values.values(), seen=held.digest, hand=drafter)
    now = read().document
    assert (now.style, now.head.number, now.head.issued) == ("state", 7, date(2026, 12, 1))
    assert now.blocks == held.document.blocks
    assert read().row.style == "state"
    with pytest.raises(Conflict):
        service.set_around(session, atrest, read(), values.values(), seen=held.digest, hand=drafter)
    with pytest.raises(Invalid):
        wrong = {**values, ("", "style"): "other"}
        service.set_around(session, atrest, read(), wrong.values(), seen=read().digest, hand=drafter)


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


# --- words in writing ---


def test_words_in_writing_are_kept_for_their_writer_alone_and_change_nothing(
    session, atrest, held, read, drafter, second
) -> None:
    seen = digest_of_words("Câu cũ.")
    for text in ("Đang", "Đang viết."):
        scratch.keep(session, atrest, held.row, drafter.account, seen=seen, text=text)
    assert scratch.held(session, atrest, held.row.consultation_id, drafter.account) == {seen: "Đang viết."}
    assert scratch.held(session, atrest, held.row.consultation_id, second.account) == {}
    assert read().document == held.document
    scratch.drop(session, held.row.consultation_id, drafter.account, seen)
    assert scratch.held(session, atrest, held.row.consultation_id, drafter.account) == {}


def test_scratch_is_bounded(session, atrest, held, drafter) -> None:
    for number in range(scratch.AT_ONCE):
        scratch.keep(session, atrest, held.row, drafter.account, seen=digest_of_words(str(number)), text="x")
    refused = [
        {"seen": digest_of_words("more"), "text": "x"},
        {"seen": "no digest", "text": "x"},
        {"seen": digest_of_words("0"), "text": "x" * (scratch.MOST + 1)},
    ]
    for values in refused:
        with pytest.raises(Invalid):
            scratch.keep(session, atrest, held.row, drafter.account, **values)
    scratch.keep(session, atrest, held.row, drafter.account, seen=digest_of_words("0"), text="y")
