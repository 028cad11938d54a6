"""Part I and the findings are laid side by side where they disagree, and left alone otherwise."""

import dataclasses

import pytest

from portal.reports.contradictions import contradictions, fold
from portal.reports.draft import draft_report
from portal.reports.model import Document, Paragraph, Sentence, dump_document
from portal.reports.profile import demo_profile
from tests.reports.support import PHRASES, TAXONOMY, USUAL, publication, report

CLAIM = (
    "Đến nay chưa phát hiện trường hợp có biểu hiện né tránh, đùn đẩy, làm việc cầm chừng, sợ trách nhiệm, "
    "không dám làm."
)


def saying(*sentences: str, **rows: str) -> tuple[Document, dict]:
    """A report whose part I says just this about conduct, and its publication."""
    profile = dataclasses.replace(demo_profile(), results=("Nội bộ đoàn kết.",), conduct=sentences)
    found = publication(rows)
    return draft_report(profile, found, TAXONOMY, PHRASES), found


def codes(document: Document, found: dict) -> list[tuple[str, ...]]:
    return [item.codes for item in contradictions(document, found, TAXONOMY)]


def test_the_denial_of_the_seed_is_shown_with_what_denies_it() -> None:
    document, found = saying(CLAIM, C1="10-14", C2="5-9", C4="5-9", D3="20-29")
    (shown,) = contradictions(document, found, TAXONOMY)
    assert shown.sentence.text == CLAIM
    assert shown.codes == ("C1", "C2", "C4")
    block = document.blocks[shown.block]
    assert isinstance(block, Paragraph)
    assert block.sentences[shown.position] is shown.sentence


def test_without_such_findings_nothing_is_shown() -> None:
    assert codes(*saying(CLAIM, D3="20-29", C12="50+")) == []
    assert codes(*saying(CLAIM)) == []


def test_nothing_is_rewritten() -> None:
    document, found = saying(CLAIM, C1="10-14")
    before = dump_document(document)
    contradictions(document, found, TAXONOMY)
    assert dump_document(document) == before
    assert CLAIM in [sentence.text for _, block in document.part(1) for sentence in getattr(block, "sentences", ())]


@pytest.mark.parametrize(
    ("sentence", "rows", "expected"),
    [
        ("Không có tình trạng đùn đẩy giữa các khâu.", {"C2": "5-9"}, [("C2",)]),
        ("Tình trạng trì trệ không còn.", {"C6": "5-9"}, [("C6",)]),
        ("CHƯA GHI NHẬN BIỂU HIỆN RẬP KHUÔN.", {"C8": "5-9"}, [("C8",)]),
        ("Cán bộ, công chức luôn ý thức trách nhiệm.", {"C5": "5-9"}, [("C5",)]),
        ("Mọi người được đánh giá hoàn thành tốt nhiệm vụ trở lên.", {"D4": "5-9"}, [("D4",)]),
        ("Các nhiệm vụ đều hoàn thành đúng tiến độ.", {"C6": "5-9", "D1": "5-9"}, [("C6", "D1")]),
        # Speaking of it is not denying it; a denial in another clause is not about it.
        ("Cơ quan kiên quyết đấu tranh với biểu hiện đùn đẩy.", {"C2": "5-9"}, []),
        ("Không có trường hợp vi phạm kỷ luật; đã nhắc nhở việc đùn đẩy.", {"C2": "5-9"}, []),
        # Words are matched whole.
        ("Không có trường hợp đùn đẩyx.", {"C2": "5-9"}, []),
    ],
)
def test_denials_and_affirmations(sentence: str, rows: dict[str, str], expected: list) -> None:
    assert codes(*saying(sentence, **rows)) == expected


def test_a_published_theme_is_denied_by_denying_one_of_its_categories() -> None:
    profile = dataclasses.replace(demo_profile(), results=("Nội bộ đoàn kết.",), conduct=(CLAIM,))
    for themes, expected in (({"C": "5-9"}, [("C",)]), ({"D": "5-9"}, [])):
        found = publication(themes=themes)
        assert codes(draft_report(profile, found, TAXONOMY, PHRASES), found) == expected


def test_only_part_one_before_the_difficulties_is_read() -> None:
    document = report()
    blocks = list(document.blocks)
    blocks.insert(len(blocks) - 1, Paragraph((Sentence.plain(CLAIM),)))
    place = blocks.index(document.problem_section()[0])
    blocks.insert(place, Paragraph((Sentence.plain(CLAIM),)))
    shown = contradictions(dataclasses.replace(document, blocks=tuple(blocks)), publication(USUAL), TAXONOMY)
    assert CLAIM not in [item.sentence.text for item in shown]
    assert shown


def test_a_denial_stays_one_whatever_the_drafter_says_it_rests_on() -> None:
    document, found = saying("Cũ.", C2="5-9")
    blocks = tuple(
        Paragraph((Sentence.plain("Không có tình trạng đùn đẩy.", "C12"),)) if block.text == "Cũ." else block
        for block in document.blocks
    )
    assert codes(dataclasses.replace(document, blocks=blocks), found) == [("C2",)]


@pytest.mark.parametrize(
    ("one", "other"), [("hoà", "hòa"), ("Uỷ ban", "ỦY  BAN"), ("khoẻ", "khỏe"), ("hoàn thành", "Hoàn thành")]
)
def test_spellings_fold_to_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_different_words_stay_different() -> None:
    assert fold("hòa") != fold("hoa")
    assert fold("má") != fold("mã")
