"""What must be decided before a report leaves the house, and what decides it."""

from datetime import date

import pytest

from portal.reports.draft import draft_note
from portal.reports.edit import revise, rewrite
from portal.reports.errors import BadTable
from portal.reports.markdown import escape, to_markdown
from portal.reports.model import Paragraph
from portal.reports.notes import Decision, Hand, Notes, digest_of_words, dump_notes, parse_notes
from portal.reports.review import Review, review
from tests.reports.support import PHRASES, TAXONOMY, USUAL, publication, report

PUBLICATION = publication(USUAL)
DAY = date(2026, 11, 23)


def look(document, *decisions) -> Review:
    return review(report(), document, PUBLICATION, TAXONOMY, decisions)


def decision(point, choice: str) -> Decision:
    return Decision(point.kind, point.digest, choice, "Vì thế.", point.about, point.words, 1, DAY)


def with_number(words: str = " Có 12 ý kiến.") -> object:
    document = report()
    place = document.blocks.index(document.problem_section()[0])
    return revise(document, {place: document.blocks[place].text + words})


def test_a_fresh_draft_waits_only_for_its_contradictions() -> None:
    found = look(report())
    assert [point.kind for point in found.open] == ["contradiction"]
    assert (found.decided, found.changes, found.clear) == ((), (), False)


def test_a_decision_to_keep_closes_the_point() -> None:
    (point,) = look(report()).open
    kept = decision(point, "keep")
    found = look(report(), kept)
    assert (found.open, found.decided, found.clear) == ((), ((point, kept),), True)
    assert found.find(point.digest) == point


def test_a_decision_holds_for_these_words_alone() -> None:
    (point,) = look(report()).open
    document = rewrite(report(), point.block, point.position, f"Đến nay, {point.words[0].lower()}{point.words[1:]}", ())
    (again,) = look(document, decision(point, "keep")).open
    assert again.digest != point.digest


def test_both_noted_holds_while_the_note_stands_right_behind() -> None:
    (point,) = look(report()).open
    note = draft_note(point.about, TAXONOMY, PHRASES)
    block = report().blocks[point.block]
    assert isinstance(block, Paragraph)
    told = rewrite(report(), point.block, point.position, f"{point.words} {note.text}", ())
    # the note's words alone do not hold it: they must rest on the findings
    assert look(told, decision(point, "note")).open
    rested = rewrite(told, point.block, point.position + 1, note.text, point.about)
    assert look(rested, decision(point, "note")).clear
    gone = rewrite(rested, point.block, point.position + 1, "", ())
    assert [item.digest for item in look(gone, decision(point, "note")).open] == [point.digest]


def test_resting_on_a_finding_does_not_make_a_denial_agree_with_it() -> None:
    (point,) = look(report()).open
    rested = rewrite(report(), point.block, point.position, point.words, point.about)
    assert look(rested).of("contradiction")


def test_each_number_without_a_source_is_a_point_of_its_own() -> None:
    found = look(with_number(" Có 12 ý kiến, 33,3% đồng ý."))
    assert [point.about for point in found.of("figure")] == [("12",), ("33,3%",)]
    (first, _) = found.of("figure")
    left = look(with_number(" Có 12 ý kiến, 33,3% đồng ý."), decision(first, "accept"))
    assert [point.about for point in left.of("figure")] == [("33,3%",)]


def test_a_finding_that_is_told_no_more_is_a_point_until_it_is_left_out_on_purpose() -> None:
    document = report()
    place = document.blocks.index(document.problem_section()[0])
    bare = revise(document, {place: "Có mặt còn hạn chế."})
    found = look(bare)
    assert {point.about for point in found.of("lost")} == {("D1",), ("D2",), ("D3",)}
    assert look(bare, *(decision(point, "leave-out") for point in found.of("lost"))).of("lost") == ()


def test_a_choice_must_fit_its_point() -> None:
    (point,) = look(report()).open
    for choice in ("accept", "leave-out", "other"):
        with pytest.raises(ValueError, match="choice"):
            decision(point, choice)


def test_notes_read_back_as_they_were_written() -> None:
    (point,) = look(report()).open
    notes = Notes(returned="Xem lại.").wrote({"Một.", "Hai."}, Hand(3, DAY)).decided(decision(point, "keep"))
    assert parse_notes(dump_notes(notes)) == notes
    assert notes.author("Một.").by == 3
    assert notes.author("Ba.") is None
    assert [item.digest for item in notes.written] == sorted(map(digest_of_words, ("Một.", "Hai.")))
    assert notes.reopened(point.digest).decisions == ()
    with pytest.raises(BadTable):
        parse_notes(dump_notes(notes).replace(b'"keep"', b'"drop"'))


def test_a_later_hand_and_a_later_decision_take_the_place_of_the_earlier() -> None:
    (point,) = look(report()).open
    notes = Notes().wrote({"Một."}, Hand(3, DAY)).wrote({"Một."}, Hand(4, DAY))
    assert notes.author("Một.").by == 4
    assert len(notes.decided(decision(point, "keep")).decided(decision(point, "note")).decisions) == 1


def test_markdown_says_every_word_of_the_report() -> None:
    document = report()
    text = to_markdown(document)
    for block in document.blocks[:-1]:
        assert escape(block.text) in text
    assert text.startswith("ĐẢNG CỘNG SẢN VIỆT NAM\\\n")
    assert "\n## I- " in text
    assert f"\n# {document.title.kind}\n" in text


def test_signs_of_markdown_are_said_and_not_obeyed() -> None:
    assert escape("a*b_c`d[e]<f>&g\\h") == r"a\*b\_c\`d\[e\]\<f\>\&g\\h"
    assert [escape(text) for text in ("1. một", "- hai", "# ba", "2) bốn", "v.v. 1. x")] == [
        "1\\. một",
        "\\- hai",
        "\\# ba",
        "2\\) bốn",
        "v.v. 1. x",
    ]
