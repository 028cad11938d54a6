"""Word by word: what was taken out and put in gives both texts back; sentences find what they were."""

from hypothesis import given
from hypothesis import strategies as st

from portal.reports.compare import partners, words_between
from portal.reports.model import Sentence

WORDS = st.lists(st.sampled_from(["có", "lúc", "còn", "chậm", "việc", "một", "số,", "nhiều."]), min_size=1, max_size=12)


@given(WORDS, WORDS)
def test_the_pieces_give_both_texts_back(before: list[str], after: list[str]) -> None:
    old, new = " ".join(before), " ".join(after)
    pieces = words_between(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "in") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "out") == new
    assert all(piece.text for piece in pieces)


def test_a_changed_phrase_is_one_piece() -> None:
    pieces = [(piece.kind, piece.text) for piece in words_between("Có lúc còn chậm.", "Có nhiều việc chậm.")]
    assert pieces == [("same", "Có "), ("out", "lúc còn"), ("in", "nhiều việc"), ("same", " chậm.")]


def test_a_sentence_put_in_front_moves_no_other_from_its_draft() -> None:
    old = [Sentence.plain("Việc rà soát còn chậm."), Sentence.plain("Hồ sơ để quá hạn.")]
    new = [
        Sentence.plain("Nói chung là tốt."),
        Sentence.plain("Việc rà soát có lúc còn chậm."),
        Sentence.plain("Hồ sơ có khi để quá hạn."),
    ]
    assert partners(old, new) == [(None, new[0]), (old[0], new[1]), (old[1], new[2])]


def test_what_resembles_nothing_takes_the_next_and_the_rest_stands_at_the_end() -> None:
    old = [Sentence.plain("Việc rà soát còn chậm."), Sentence.plain("Hồ sơ để quá hạn.")]
    new = [Sentence.plain("Xyz.")]
    assert partners(old, new) == [(old[0], new[0]), (old[1], None)]
