"""A new draft is offered beside the edited text, and taken as it was chosen."""

from dataclasses import replace

import pytest

from portal.errors import Conflict
from portal.reports import service
from portal.reports.notes import digest_of_words
from portal.reports.profile import demo_profile
from portal.reports.redraft import apply, propose
from portal.reports.service import Spot


@pytest.fixture
def renewed(session, atrest, held, read, drafter):
    """An edited text whose office has another mission and subject since."""
    spot = Spot(2, 0, digest_of_words(held.document.blocks[2].sentences[0].text))
    service.edit(session, atrest, held, spot, text="Lời của người soạn.", refs=(), hand=drafter)
    office = demo_profile()
    service.save_profile(session, replace(office, subject="Chủ đề mới", mission=("Nhiệm vụ mới.",)))
    return read()


@pytest.fixture
def offered(session, renewed, row, published):
    return lambda held=renewed: propose(session, held, row, published)


def test_the_same_profile_and_findings_draft_the_same(session, held, row, published) -> None:
    assert propose(session, held, row, published).asked == []


def test_what_both_changed_must_be_chosen(session, atrest, renewed, offered, drafter) -> None:
    asked = {part.changed for _, part in offered().asked}
    assert asked == {"now", "both"}
    with pytest.raises(Conflict) as caught:
        apply(session, atrest, renewed, offered(), {}, hand=drafter, seen=offered().seen)
    assert caught.value.code == "report-choose"


@pytest.mark.parametrize("choice", ["mine", "now"])
def test_the_choice_is_taken_and_the_new_draft_is_kept_beside_it(
    session, atrest, renewed, offered, read, drafter, choice
) -> None:
    choices = {place: choice for place, part in offered().asked if part.changed == "both"}
    apply(session, atrest, renewed, offered(), choices, hand=drafter, seen=offered().seen)
    now = read()
    said = service.words_of(now.document)
    own, fresh = "Lời của người soạn." in said, "Nhiệm vụ mới." in said
    assert (own, fresh) == (choice == "mine", choice == "now")
    assert now.document.title.subject == now.draft.title.subject == "Chủ đề mới"
    assert now.row.profile_version == 2
    assert offered(now).asked == []
    assert service.acts(session, now.row.consultation_id)[0].act == "redrafted"


def test_another_text_than_the_one_shown_is_not_written_over(session, atrest, renewed, offered, read, drafter) -> None:
    seen = offered().seen
    spot = Spot(0, 0, digest_of_words(renewed.document.blocks[0].sentences[0].text))
    service.edit(session, atrest, renewed, spot, text="Sửa sau.", refs=(), hand=drafter)
    with pytest.raises(Conflict) as caught:
        apply(session, atrest, read(), offered(read()), {}, hand=drafter, seen=seen)
    assert caught.value.code == "report-changed"
