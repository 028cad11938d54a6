"""Numbers that nothing published stands behind are shown before a report leaves the house."""

import pytest

from portal.reports.edit import revise
from portal.reports.figures import meanings, unsupported
from portal.reports.model import Paragraph
from portal.reports.profile import demo_profile
from tests.reports.support import USUAL, publication, report

PUBLICATION = publication(USUAL)


def place_of(document, code: str) -> int:
    """The paragraph of the difficulties in which that finding is told."""
    told = document.problem_section()
    return next(
        place
        for place, block in enumerate(document.blocks)
        if isinstance(block, Paragraph) and block in told and any(code in one.finding_refs for one in block.sentences)
    )


def changed(code: str, words: str):
    """The report in which the sentence of ``code`` ends with these words."""
    document = report()
    place = place_of(document, code)
    block = document.blocks[place]
    texts = [one.text.removesuffix(".") + words if one.finding_refs == (code,) else one.text for one in block.sentences]
    return document, revise(document, {place: " ".join(texts)})


def flagged(code: str, words: str) -> list[tuple[str, ...]]:
    return [item.figures for item in unsupported(*changed(code, words), PUBLICATION)]


def test_the_machines_draft_has_no_open_number() -> None:
    document = report()
    assert unsupported(document, document, PUBLICATION) == []


def test_the_ends_of_the_published_band_may_be_said() -> None:
    assert flagged("C1", " (từ 10 đến 14 lượt góp ý).") == []
    assert flagged("C1", " (10-14 lượt góp ý).") == []


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        (" với 12 ý kiến.", ("12",)),
        (" (20-29 lượt góp ý).", ("20", "29")),
        (", chiếm 16,7%.", ("16,7%",)),
        (" theo 75 đồng chí.", ("75",)),
        (", có ba ý kiến nêu.", ("ba",)),
        (", có mười hai người nêu.", ("mười hai",)),
    ],
)
def test_any_other_number_beside_a_finding_is_shown(words, figures) -> None:
    assert flagged("C1", words) == [figures]


def test_words_that_only_look_like_numbers_are_not() -> None:
    assert flagged("C1", ", nhất là một số việc trong năm.") == []


def test_elsewhere_a_number_of_the_profile_may_be_said_again_and_a_new_one_is_shown() -> None:
    document = report()
    place = len(document.blocks) - 1
    said = revise(document, {place: "Cơ quan có 75 đồng chí, 04 lãnh đạo. Năm nay thêm 7 đồng chí."})
    (item,) = unsupported(document, said, PUBLICATION)
    assert (item.figures, item.block, item.sentence.text) == (("7",), place, "Năm nay thêm 7 đồng chí.")


def test_a_new_sentence_among_the_difficulties_may_say_no_number_at_all() -> None:
    document = report()
    place = place_of(document, "D1")
    said = revise(document, {place: f"{document.blocks[place].text} Cả 75 đồng chí đều biết."})
    assert [item.figures for item in unsupported(document, said, PUBLICATION)] == [("75",)]


@pytest.mark.parametrize(
    "words",
    [
        ", theo Điều 56 Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15.",
        ", theo Công văn số 1702-CV/BNCTU ngày 28/8/2023.",
        ", theo khoản 2 Điều 25 Nghị định số 30/2020/NĐ-CP.",
        ", trong năm 2026, tháng 8/2026 và quý 3.",
        ", từ ngày 01 tháng 02 năm 2026.",
        ", giai đoạn năm 2025-2026.",
        ", theo Nghị quyết Hội nghị lần thứ tư số 4.",
    ],
)
def test_dates_laws_and_numbers_of_documents_are_no_figures(words) -> None:
    assert flagged("C1", words) == []


@pytest.mark.parametrize(
    ("words", "figures"),
    [
        (", trong năm 12 lần.", ("12",)),
        (", đạt 8/12.", ("8/12",)),
        (", 30 văn bản theo Điều 5.", ("30",)),
        (", 2026 lượt.", ("2026",)),
    ],
)
def test_what_only_resembles_them_is_shown(words, figures) -> None:
    assert flagged("C1", words) == [figures]


def test_a_figure_says_what_it_could_be_from_profile_and_published_bands_alone() -> None:
    def could_be(figure: str) -> list[tuple[str, str]]:
        return [(one.kind, one.what) for one in meanings(figure, demo_profile(), PUBLICATION)]

    assert could_be("75") == [("profile", "total")]
    assert could_be("81,3%") == [("profile", "members_share")]
    assert could_be("04") == [("profile", "leaders")]
    assert ("band", "C2") in could_be("29")
    assert could_be("33") == []
    assert meanings("75", None, PUBLICATION) == []
