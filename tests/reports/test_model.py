"""The document model is strict, and its stored form is canonical both ways."""

import dataclasses
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.reports.errors import BadDocument
from portal.reports.model import (
    Document,
    Heading,
    Paragraph,
    Recipients,
    Run,
    Sentence,
    Signature,
    dump_document,
    parse_document,
)
from tests.reports.support import report

WORDS = st.text("aăâđêôơưẠỆộ ,-“”%'&<>\"", min_size=1, max_size=30).map(
    lambda text: unicodedata.normalize("NFC", "X" + text.strip() + ".")
)
RUNS = st.builds(Run, WORDS, st.booleans(), st.booleans())
REFS = st.lists(st.sampled_from(["C1", "D2", "unit:P1"]), unique=True, max_size=3).map(tuple)
SENTENCES = st.builds(Sentence, st.lists(RUNS, min_size=1, max_size=3).map(tuple), REFS)
PARAGRAPHS = st.builds(Paragraph, st.lists(SENTENCES, min_size=1, max_size=3).map(tuple), st.none() | st.integers(1, 9))
HEADINGS = st.builds(Heading, st.sampled_from(["section", "point"]), st.integers(1, 9), WORDS) | st.builds(
    Heading, st.just("mark"), st.none(), WORDS
)


@given(st.lists(PARAGRAPHS | HEADINGS, max_size=5), PARAGRAPHS)
def test_stored_documents_come_back_as_they_were(blocks: list, last: Paragraph) -> None:
    document = dataclasses.replace(report(), blocks=(*blocks, last))
    data = dump_document(document)
    assert parse_document(data) == document
    assert dump_document(parse_document(data)) == data


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"v":1', b'"v":1.0'),
        (b'"v":1', b'"v":true'),
        (b'"bold":false', b'"bold":0'),
        (b'"bold":false', b'"bold":false,"colour":"red"'),
        (b'"block":"paragraph"', b'"block":"picture"'),
        (b'"level":"mark"', b'"level":"point"'),
        (b'"level":"part","number":2', b'"level":"part","number":3'),
        (b'"style":"party"', b'"style":7'),
        ('"Tình hình chung:"'.encode(), '"Tình hình chung: "'.encode()),
        ('"BÁO CÁO"'.encode(), unicodedata.normalize("NFD", '"BÁO CÁO"').encode()),
        (b'"finding_refs":["D3"]', b'"finding_refs":["D3","D3"]'),
        (b'"finding_refs":["D3"]', b'"finding_refs":"D3"'),
        (b'{"blocks"', b'{ "blocks"'),
        (b'{"blocks"', b'["blocks"'),
    ],
)
def test_anything_but_the_canonical_form_is_refused(old: bytes, new: bytes) -> None:
    data = dump_document(report())
    assert old in data
    with pytest.raises(BadDocument):
        parse_document(data.replace(old, new, 1))


def test_deep_nesting_is_refused_not_crashed_on() -> None:
    with pytest.raises(BadDocument):
        parse_document(b"[" * 100_000)


@pytest.mark.parametrize("text", ["", " a", "a ", "a\x00b", "a\nb", "a\ud800", unicodedata.normalize("NFD", "ạ")])
def test_text_that_a_file_could_not_hold_is_refused(text: str) -> None:
    with pytest.raises(BadDocument):
        Sentence.plain(text)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Heading("part", None, "A"),
        lambda: Heading("mark", 1, "A"),
        lambda: Heading("part", 0, "A"),
        lambda: Heading("chapter", 1, "A"),
        lambda: Paragraph(()),
        lambda: Paragraph((Sentence.plain("A."),), number=0),
        lambda: Recipients(()),
        lambda: Signature("", "B", "C"),
        lambda: Sentence((Run("A."),), ("",)),
    ],
)
def test_illegal_pieces_cannot_be_made(make) -> None:
    with pytest.raises(BadDocument):
        make()


@pytest.mark.parametrize(
    "blocks",
    [
        (),
        (Paragraph((Sentence.plain("Không có dấu chấm"),)),),
        (Paragraph((Sentence.plain("A."),)), Heading("mark", None, "B:")),
        (Heading("part", 2, "B"), Paragraph((Sentence.plain("A."),))),
    ],
)
def test_illegal_bodies_cannot_be_made(blocks: tuple) -> None:
    with pytest.raises(BadDocument):
        dataclasses.replace(report(), blocks=blocks)


def test_parts_and_the_problem_section_are_found() -> None:
    document: Document = report()
    first = [block for _, block in document.part(1)]
    assert Heading("mark", None, "Khó khăn, vướng mắc:") in first
    assert all(document.blocks[place] is block for place, block in document.part(2))
    section = document.problem_section()
    assert section
    assert set(section) < set(first)
    assert list(document.part(3)) == []


def test_a_sentence_names_its_first_finding() -> None:
    assert Sentence.plain("A.", "D1", "C2").finding_ref == "D1"
    assert Sentence.plain("A.").finding_ref is None


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u202d"])
def test_signs_that_turn_the_direction_of_writing_are_refused(sign: str) -> None:
    # "từ 10 đến 14" with such a sign can be shown as "từ 10 đến 41"
    with pytest.raises(BadDocument):
        Run(f"từ 10 đến {sign}14")
