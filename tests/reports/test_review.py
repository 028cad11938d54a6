"""What a drafter must have seen, and what decides it."""

from dataclasses import replace

from portal.reports.contradictions import contradictions
from portal.reports.edit import revise
from portal.reports.markdown import escape, to_markdown
from portal.reports.review import digest_of, review
from tests.reports.support import TAXONOMY, USUAL, publication, report

PUBLICATION = publication(USUAL)


def look(document, kept=()):
    return review(report(), document, PUBLICATION, TAXONOMY, kept)


def test_a_fresh_draft_waits_only_for_its_contradictions() -> None:
    found = look(report())
    assert len(found.open) == 1
    assert (found.kept, found.figures, found.lost, found.changes) == ((), (), (), ())
    assert not found.clear


def test_a_decision_to_keep_closes_the_point() -> None:
    (open_point,) = look(report()).open
    found = look(report(), {digest_of(open_point)})
    assert (found.open, found.kept, found.clear) == ((), (open_point,), True)


def test_changed_words_or_findings_must_be_decided_again() -> None:
    (item,) = contradictions(report(), PUBLICATION, TAXONOMY)
    words = replace(item, sentence=replace(item.sentence, runs=(replace(item.sentence.runs[0], text="Khác."),)))
    assert len({digest_of(item), digest_of(words), digest_of(replace(item, codes=("C1",)))}) == 3


def test_a_finding_that_is_told_no_more_is_named() -> None:
    document = report()
    place = document.blocks.index(document.problem_section()[0])
    found = look(revise(document, {place: "Có mặt còn hạn chế."}))
    assert set(found.lost) == {"D1", "D2", "D3"}
    assert found.changes
    assert not found.clear


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
