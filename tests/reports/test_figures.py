"""Numbers that nothing published stands behind are shown before a report leaves the house."""

import pytest

from portal.reports.edit import revise
from portal.reports.figures import unsupported
from portal.reports.model import Paragraph
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
