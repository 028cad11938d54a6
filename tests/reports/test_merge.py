"""A new draft under an edited text writes nothing over: what one hand changed stays, what both did is asked."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.reports.edit import revise, rewrite
from portal.reports.merge import merge, resolve
from portal.reports.model import Document, Paragraph, Sentence
from tests.reports.support import USUAL, report

BEFORE = report()
PLACE = BEFORE.blocks.index(BEFORE.problem_section()[0])


def asked(mine: Document, now: Document) -> list[str]:
    return [part.changed for part in merge(BEFORE, mine, now) if part.changed]


def settled(mine: Document, now: Document, **choices: str) -> Document:
    parts = merge(BEFORE, mine, now)
    return resolve(parts, {int(name[1:]): value for name, value in choices.items()}, mine)


def test_three_alike_leave_nothing_to_ask() -> None:
    assert asked(BEFORE, BEFORE) == []
    assert settled(BEFORE, BEFORE) == BEFORE


def test_only_mine_stays_and_only_the_new_one_comes() -> None:
    mine = rewrite(BEFORE, 2, 0, "Văn phòng là cơ quan tham mưu.", ())
    now = report({**USUAL, "D1": "20-29"})
    assert set(asked(mine, now)) == {"mine", "now"}
    done = settled(mine, now)
    said = [sentence.text for block in done.problem_section() for sentence in block.sentences]
    assert done.blocks[2].sentences[0].text == "Văn phòng là cơ quan tham mưu."
    told = [one.text for block in now.problem_section() for one in block.sentences if "D1" in one.finding_refs]
    assert told and set(told) <= set(said)


def test_what_only_the_new_draft_changes_can_be_refused() -> None:
    now = report({**USUAL, "D1": "20-29"})
    parts = merge(BEFORE, BEFORE, now)
    (place, *_) = [at for at, part in enumerate(parts) if part.changed == "now"]
    kept = resolve(parts, {at: "mine" for at, part in enumerate(parts) if part.changed == "now"}, BEFORE)
    assert kept == BEFORE
    assert resolve(parts, {}, BEFORE) == now != BEFORE
    assert parts[place].before == parts[place].mine


def test_what_both_changed_waits_for_a_choice() -> None:
    at = next(n for n, one in enumerate(BEFORE.blocks[PLACE].sentences) if one.finding_refs == ("D1",))
    mine = rewrite(BEFORE, PLACE, at, "Việc đột xuất nhiều nên có lúc chậm.", ("D1",))
    now = report({**USUAL, "D1": "15-19", "D3": "15-19"})
    now = rewrite(now, PLACE, at, "Việc đột xuất chi phối kế hoạch.", ("D1",))
    parts = merge(BEFORE, mine, now)
    (place,) = [n for n, part in enumerate(parts) if part.changed == "both"]
    texts = {choice: resolve(parts, {place: choice}, mine).blocks[PLACE].text for choice in ("mine", "now")}
    assert "Việc đột xuất nhiều nên có lúc chậm." in texts["mine"]
    assert "Việc đột xuất chi phối kế hoạch." in texts["now"]
    # without a choice the person's words stand: nothing of theirs is lost
    assert resolve(parts, {}, mine) == mine


def test_what_stands_around_the_body_is_asked_by_its_field() -> None:
    mine = replace(BEFORE, title=replace(BEFORE.title, subject="Chủ đề của tôi"))
    now = replace(BEFORE, title=replace(BEFORE.title, subject="Chủ đề mới"), head=replace(BEFORE.head, place="Bình An"))
    found = {part.field: part.changed for part in merge(BEFORE, mine, now) if part.changed}
    assert found == {("title", "subject"): "both", ("head", "place"): "now"}
    done = settled(mine, now)
    assert (done.title.subject, done.head.place) == ("Chủ đề của tôi", "Bình An")


def test_a_paragraph_that_was_split_or_taken_out_stays_so() -> None:
    block = BEFORE.blocks[PLACE]
    assert isinstance(block, Paragraph)
    split = revise(BEFORE, {PLACE: "\n".join(one.text for one in block.sentences)})
    assert settled(split, BEFORE) == split
    gone = revise(BEFORE, {PLACE: ""})
    assert settled(gone, BEFORE) == gone


@settings(max_examples=30)
@given(st.data())
def test_any_edit_survives_any_new_draft_unless_it_is_given_up(data: st.DataObject) -> None:
    # given a text with some sentences rewritten, and a new draft with other bands
    mine, own = BEFORE, []
    for number in range(data.draw(st.integers(0, 3))):
        places = [n for n, block in enumerate(mine.blocks) if isinstance(block, Paragraph)]
        place = data.draw(st.sampled_from(places))
        words = f"Câu riêng thứ {'abcd'[number]}."
        mine = rewrite(mine, place, data.draw(st.integers(0, len(mine.blocks[place].sentences) - 1)), words, ())
        own.append(words)
    own = [words for words in own if words in {one.text for one in _sentences(mine)}]
    bands = st.sampled_from(["5-9", "10-14", "20-29"])
    now = report({code: data.draw(bands) for code in data.draw(st.sets(st.sampled_from(sorted(USUAL)), min_size=1))})
    # when the new draft is taken without giving anything up
    done = settled(mine, now)
    # then every sentence of one's own still stands
    assert set(own) <= {one.text for one in _sentences(done)}
    assert settled(BEFORE, now) == now


def _sentences(document: Document) -> list[Sentence]:
    return [one for block in document.blocks if isinstance(block, Paragraph) for one in block.sentences]
