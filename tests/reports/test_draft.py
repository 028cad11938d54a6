"""Drafts say what was published, in order, hedged and nameless, and nothing else."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.consultations.taxonomy import Taxonomy, read_taxonomy, taxonomy_document
from portal.errors import PortalError
from portal.reports.draft import draft_problem_section, draft_report
from portal.reports.errors import BadPublication
from portal.reports.model import Heading, Paragraph
from portal.reports.profile import demo_profile
from portal.reports.remedies import join
from portal.reports.text import to_text
from tests.reports.support import BANDS, PHRASES, TAXONOMY, USUAL, publication, report

CODES = [category.code for category in TAXONOMY.categories]
PROBLEMS = [category.code for category in TAXONOMY.categories if not category.praise]
ROWS = st.dictionaries(st.sampled_from(CODES), st.sampled_from(BANDS))
UNITS = st.dictionaries(st.sampled_from(["P1", "P2", "P3", "LD"]), st.sampled_from(BANDS))
HEDGES = ("có lúc", "có việc", "có mặt", "có điểm", "một số", "một vài", "có thời điểm", "có khâu")
HEDGES_STRONG = ("chưa", "còn", "nhiều ý kiến", "không ít", "cần")

# What only a sentence about that category says.
MARKS = {
    "C1": "né tránh",
    "C2": "đùn đẩy",
    "C3": "cầm chừng",
    "C4": "sợ trách nhiệm",
    "C5": "Tinh thần trách nhiệm",
    "C6": "trễ",
    "C7": "lợi ích",
    "C8": "rập khuôn",
    "C9": "Năng lực",
    "C10": "nêu gương",
    "C11": "tự phê bình",
    "C12": "dám nghĩ",
    "D1": "đột xuất",
    "D2": "đôn đốc",
    "D3": "thẩm định",
    "D4": "đánh giá cán bộ",
    "D5": "chức trách",
    "D6": "nhân tố mới",
}


@given(ROWS, UNITS)
@settings(max_examples=200)
def test_the_problem_section_rests_on_published_rows_only(rows: dict[str, str], units: dict[str, str]) -> None:
    sentences = draft_problem_section(publication(rows, units=units), PHRASES)
    text = " ".join(sentence.text for sentence in sentences)
    # Then no figure is said,
    assert not any(letter.isdigit() for letter in text)
    # every published difficulty is told, no other category leaves a word,
    for code, mark in MARKS.items():
        assert (mark in text) == (code in rows and code != "C12"), code
    # and every sentence says which published rows it rests on.
    published = {*rows, *(f"unit:{code}" for code in units)}
    for sentence in sentences:
        assert set(sentence.finding_refs) <= published
        assert sentence.finding_refs or sentence.text == PHRASES.frame.nothing


@given(ROWS, UNITS)
def test_with_bands_only_published_bands_are_said(rows: dict[str, str], units: dict[str, str]) -> None:
    for sentence in draft_problem_section(publication(rows, units=units), PHRASES, with_bands=True):
        figures = re.findall(r"\d+", sentence.text)
        if figures:
            (code,) = sentence.finding_refs
            assert figures == re.findall(r"\d+", rows[code])
            assert sentence.text.endswith(" lượt góp ý).") or sentence.text.endswith(" trở lên).")


@given(ROWS)
def test_wording_depends_on_code_and_band_alone(rows: dict[str, str]) -> None:
    together = {
        sentence.finding_refs[0]: sentence.text
        for sentence in draft_problem_section(publication(rows), PHRASES)
        if len(sentence.finding_refs) == 1 and sentence.text not in PHRASES.intro.values()
    }
    for code, text in together.items():
        alone = draft_problem_section(publication({code: rows[code]}), PHRASES)
        assert text in [sentence.text for sentence in alone]


@given(ROWS)
def test_difficulties_come_first_then_the_stronger_band_then_the_code(rows: dict[str, str]) -> None:
    said = [
        sentence.finding_refs[0]
        for sentence in draft_problem_section(publication(rows), PHRASES)
        if sentence.finding_refs and sentence.text not in PHRASES.intro.values()
    ]
    expected = sorted(
        (code for code in rows if code != "C12"),
        key=lambda code: (code[0] != "D", -BANDS.index(rows[code]), int(code[1:])),
    )
    assert said == expected


def test_strength_follows_the_band() -> None:
    words = PHRASES.problem["D2"]
    said = [draft_problem_section(publication({"D2": band}), PHRASES)[0].text for band in BANDS]
    assert said == [words.low, words.mid, words.mid, words.high, words.high, words.high]


def test_nothing_publishable_is_said_honestly() -> None:
    (sentence,) = draft_problem_section(publication({}), PHRASES)
    assert "chưa có khó khăn, vướng mắc nào đạt ngưỡng tổng hợp" in sentence.text
    assert "không có nghĩa là không còn hạn chế" in sentence.text
    assert sentence.finding_refs == ()


def test_praise_alone_is_no_difficulty() -> None:
    document = report({"C12": "20-29"})
    (paragraph,) = document.problem_section()
    assert paragraph.text == PHRASES.frame.nothing
    praised = [s for _, b in document.part(1) if isinstance(b, Paragraph) for s in b.sentences if s.finding_refs]
    assert [(sentence.text, sentence.finding_refs) for sentence in praised] == [(PHRASES.praise["C12"].high, ("C12",))]


def test_a_unit_is_never_named_and_never_alone() -> None:
    only_units = draft_problem_section(publication({}, units={"P1": "5-9"}), PHRASES)
    assert [sentence.text for sentence in only_units] == [PHRASES.frame.nothing]
    last = draft_problem_section(publication({"D1": "5-9"}, units={"P1": "5-9", "P2": "10-14"}), PHRASES)[-1]
    assert last.text == PHRASES.frame.units
    assert last.finding_refs == ("unit:P1", "unit:P2")


def test_a_small_office_speaks_of_themes_only() -> None:
    sentences = draft_problem_section(publication(themes={"C": "10-14", "D": "5-9"}), PHRASES)
    assert [(sentence.text, sentence.finding_refs) for sentence in sentences] == [
        (PHRASES.theme["D"], ("D",)),
        (PHRASES.theme["C"], ("C",)),
    ]
    assert (
        "(từ 5 đến 9 lượt góp ý)"
        in draft_problem_section(publication(themes={"D": "5-9"}), PHRASES, with_bands=True)[0].text
    )


def test_every_sentence_is_hedged_and_nameless() -> None:
    for code, words in PHRASES.problem.items():
        for text in (words.low, words.mid):
            assert any(hedge in text.casefold() for hedge in HEDGES), (code, text)
        assert any(hedge in words.high.casefold() for hedge in HEDGES_STRONG), code
        assert len({words.low, words.mid, words.high}) == 3
    for text in PHRASES.sentences():
        assert not re.search(r"đồng chí|Chánh Văn phòng|lãnh đạo phòng|trưởng phòng|phòng [A-ZĐ]", text), text


def test_phrases_cover_the_whole_default_taxonomy() -> None:
    assert {*PHRASES.problem, *PHRASES.praise} == set(CODES)
    assert set(PHRASES.remedies) == {remedy.code for remedy in TAXONOMY.remedies}
    assert set(PHRASES.praise) == {category.code for category in TAXONOMY.categories if category.praise}


def changed_taxonomy() -> Taxonomy:
    """The default with a difficulty, a praise and a remedy that the phrases do not know."""
    document = taxonomy_document(TAXONOMY)
    document["version"] = 2
    new = {"theme": "D", "en": "x", "terms": []}
    document["categories"].append({"code": "D7", "vi": "Phần mềm chậm", "praise": False, **new})
    document["categories"].append({"code": "D8", "vi": "Phối hợp tốt", "praise": True, **new})
    document["remedies"].append({"code": "R7", "vi": "Nâng cấp phần mềm", "en": "x", "part": "II.10"})
    document["concern_remedy"]["D7"] = "R7"
    return read_taxonomy(document)


def test_a_category_without_phrases_is_told_by_its_label() -> None:
    taxonomy = changed_taxonomy()
    found = publication({"D7": "5-9", "D8": "5-9"})
    assert [s.text for s in draft_problem_section(found, PHRASES, taxonomy=taxonomy)] == [
        "Việc liên quan đến nội dung “Phần mềm chậm” có mặt còn hạn chế, cần tiếp tục quan tâm."
    ]
    document = draft_report(demo_profile(), found, taxonomy, PHRASES)
    text = to_text(document)
    assert "Nội dung “Phối hợp tốt” được ghi nhận tích cực qua góp ý." in text
    assert "7. Tiếp tục quan tâm thực hiện nội dung: Nâng cấp phần mềm. Trong đó, tập trung khắc phục hạn chế" in text
    with pytest.raises(BadPublication):
        draft_problem_section(found, PHRASES)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda found: found["rows"]["categories"][0].update(count=7),
        lambda found: found["rows"].update(other=3),
        lambda found: found["rows"]["categories"][0].update(band="5-8"),
        lambda found: found["rows"]["categories"].append({"code": "C1", "band": "5-9"}),
        lambda found: found.update(total=61),
        lambda found: found.update(v=2),
        lambda found: found.pop("rule"),
        lambda found: found.update(title={1, 2}),
    ],
)
def test_a_publication_that_says_more_or_less_is_refused(spoil) -> None:
    found = publication(USUAL)
    spoil(found)
    with pytest.raises(PortalError):
        draft_problem_section(found, PHRASES)


@given(ROWS)
@settings(max_examples=30, deadline=None)
def test_remedies_stand_in_order_and_name_published_findings_only(rows: dict[str, str]) -> None:
    sections: list[list] = []
    for _, block in report(rows).part(2):
        if block.number is not None:
            assert block.number == len(sections) + 1
            sections.append([])
        sections[-1].extend(block.sentences)
    # The closing paragraph stands behind the last remedy.
    assert len(sections) == 6
    for remedy, sentences in zip(TAXONOMY.remedies, sections, strict=True):
        due = sorted(
            (code for code in rows if TAXONOMY.concern_remedy.get(code) == remedy.code),
            key=lambda code: (code[0], int(code[1:])),
        )
        linked = [sentence for sentence in sentences if sentence.finding_refs]
        assert [list(sentence.finding_refs) for sentence in linked] == ([due] if due else [])
        for code in due:
            assert PHRASES.problem[code].focus in linked[0].text
        general = " ".join(sentence.text for sentence in sentences if not sentence.finding_refs)
        assert general.startswith(" ".join(PHRASES.remedies[remedy.code].paragraphs))


def test_items_are_joined_as_one_writes() -> None:
    assert join(["a"]) == "a"
    assert join(["a", "b"]) == "a và b"
    assert join(["a", "b", "c"]) == "a, b và c"
    assert join(["a", "b, c", "d"]) == "a; b, c; d"


def test_the_whole_report_has_the_structure_of_the_seed() -> None:
    document = report()
    headings = [(block.level, block.number) for block in document.blocks if isinstance(block, Heading)]
    assert headings == [("part", 1), ("mark", None), ("part", 2)]
    text = to_text(document)
    for words in (
        "Thực hiện Công văn số 1702-CV/BNCTU ngày 28/8/2023 của Ban Nội chính Tỉnh ủy",
        "I- Tình hình chung:",
        "Ban Lãnh đạo có 04 đồng chí, trong đó có 01 đồng chí Chánh Văn phòng, 03 đồng chí Phó Chánh Văn phòng",
        "61/75 là đảng viên (đạt tỷ lệ 81,3%) và 14 quần chúng (đạt tỷ lệ 18,7%)",
        "03 chi bộ với 61 đảng viên; Đảng ủy viên có 09 đồng chí",
        "* Khó khăn, vướng mắc:",
        "II- Nhiệm vụ, giải pháp",
        "Trên đây là báo cáo chuyên đề",
        "Nơi nhận:\n- TTTU (b/c),\n- Ban Nội chính TU,\n- Phòng HC-QT,\n- Lưu VPTU.",
        "K/T CHÁNH VĂN PHÒNG\nPHÓ CHÁNH VĂN PHÒNG\nĐỗ Văn Mẫu",
    ):
        assert words in text
