"""Edits keep what they do not touch, and what was changed or lost can be seen."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.reports.edit import changes, lost_findings, put_back, revise, rewrite
from portal.reports.errors import BadDocument
from portal.reports.model import Document, Heading
from portal.reports.sentences import split_sentences
from tests.reports.support import PHRASES, report

DRAFT = report()
PLACE = DRAFT.blocks.index(DRAFT.problem_section()[0])
D3, D1, D2 = DRAFT.problem_section()[0].sentences


def edited(text: str) -> Document:
    return revise(DRAFT, {PLACE: text})


@given(st.lists(st.sampled_from(list(PHRASES.sentences())), min_size=1, max_size=4))
def test_sentences_split_and_join_to_the_same_text(sentences: list[str]) -> None:
    assert split_sentences(" ".join(sentences)) == sentences


def test_splitting_minds_quotes_capitals_and_numbers() -> None:
    assert split_sentences("Xem “Quy chế.” Đã sửa 1. 2 lần. được không? “Ổn.” (Ạ.)") == [
        "Xem “Quy chế.”",
        "Đã sửa 1. 2 lần. được không?",
        "“Ổn.”",
        "(Ạ.)",
    ]
    assert split_sentences("") == []


def test_the_same_words_change_nothing() -> None:
    texts = {place: f"  {block.text}\r\n" for place, block in enumerate(DRAFT.blocks)}
    assert revise(DRAFT, texts) == DRAFT
    assert changes(DRAFT, DRAFT) == []
    assert lost_findings(DRAFT, DRAFT) == ()


def test_an_edited_sentence_keeps_its_finding_and_is_shown() -> None:
    words = D1.text.replace("một số nhiệm vụ", "một vài nhiệm vụ")
    assert words != D1.text
    document = edited(f"{D3.text} {words} {D2.text}")
    kept = document.problem_section()[0].sentences
    assert kept[0] is D3
    assert (kept[1].text, kept[1].finding_refs) == (words, ("D1",))
    (change,) = changes(DRAFT, document)
    assert (change.before, change.after) == (D1, kept[1])
    assert lost_findings(DRAFT, document) == ()


@pytest.mark.parametrize("place", range(len(DRAFT.blocks) - 1))
def test_whatever_was_taken_out_goes_back_where_it_was(place: int) -> None:
    block = DRAFT.blocks[place]
    for position, sentence in enumerate(getattr(block, "sentences", ())):
        bare = rewrite(DRAFT, place, position, "", ())
        assert put_back(DRAFT, bare, sentence.text) == DRAFT
        with pytest.raises(BadDocument):
            put_back(DRAFT, DRAFT, sentence.text)


def test_a_new_sentence_rests_on_nothing_and_a_struck_one_is_named() -> None:
    document = edited(f"{D3.text} Văn phòng tiếp tục tự kiểm tra. {D2.text}")
    assert [sentence.finding_refs for sentence in document.problem_section()[0].sentences] == [("D3",), (), ("D2",)]
    assert lost_findings(DRAFT, document) == ("D1",)
    assert [(change.before, change.after.text) for change in changes(DRAFT, document)] == [
        (D1, "Văn phòng tiếp tục tự kiểm tra.")
    ]


def test_a_whole_paragraph_can_go() -> None:
    document = edited("")
    assert len(document.blocks) == len(DRAFT.blocks) - 1
    assert lost_findings(DRAFT, document) == ("D3", "D1", "D2")
    assert [(change.before, change.after) for change in changes(DRAFT, document)] == [
        (D3, None),
        (D1, None),
        (D2, None),
    ]


def test_a_line_break_begins_a_paragraph_and_the_number_stays_with_the_first() -> None:
    place = next(at for at, block in enumerate(DRAFT.blocks) if getattr(block, "number", None) == 1 and at > PLACE)
    first, *rest = DRAFT.blocks[place].sentences
    document = revise(DRAFT, {place: f"{first.text}\n\n{' '.join(item.text for item in rest)}"})
    one, two = document.blocks[place : place + 2]
    assert (one.number, one.sentences) == (1, (first,))
    assert (two.number, two.sentences) == (None, tuple(rest))
    assert changes(DRAFT, document) == []


def test_decomposed_input_is_composed() -> None:
    assert edited(unicodedata.normalize("NFD", DRAFT.blocks[PLACE].text)) == DRAFT


def test_headings_change_in_place() -> None:
    place = next(at for at, block in enumerate(DRAFT.blocks) if isinstance(block, Heading))
    assert revise(DRAFT, {place: "Tình hình:\n"}).blocks[place] == Heading("part", 1, "Tình hình:")


@pytest.mark.parametrize(
    "texts",
    [
        {len(DRAFT.blocks): "Thêm."},
        {-1: "Thêm."},
        {1: "  "},
        {len(DRAFT.blocks) - 1: "Không có dấu chấm cuối"},
        {PLACE: "Ký tự\x00lạ."},
    ],
)
def test_edits_that_break_the_document_are_refused(texts: dict[int, str]) -> None:
    with pytest.raises(BadDocument):
        revise(DRAFT, texts)


def test_nothing_left_is_refused_only_when_the_end_is_lost() -> None:
    keep = {place: "" for place, block in enumerate(DRAFT.blocks[:-1]) if not isinstance(block, Heading)}
    assert [type(block).__name__ for block in revise(DRAFT, keep).blocks] == [
        "Heading",
        "Heading",
        "Heading",
        "Paragraph",
    ]
