"""The committee's answers: one concern for each published row, with its days; published words are committed to."""

import json
from datetime import date, timedelta

import pytest

from portal.concerns import service
from portal.concerns.deadlines import add_working_days, deadline, is_overdue
from portal.concerns.models import Concern
from portal.concerns.service import Answer
from portal.crypto.commitment import commit
from portal.errors import Invalid, NotFound
from portal.ledger import log as ledger
from tests.rounds import publish

DAY = date(2026, 12, 20)


@pytest.fixture
def published(office, session, log, clock, atrest):
    return publish(session, log, clock, atrest, office)


@pytest.fixture
def concern(published, session):
    return service.get(session, published.consultation_id, "C1")


@pytest.fixture
def answer(session, log, atrest, concern):
    def run(**over):
        given = {"state": "accepted", "owner": "Văn phòng", "due": DAY, "text": "<p>Sẽ làm.</p>", "published": True}
        return service.answer(session, log, atrest, concern, Answer(**{**given, **over}))

    return run


def actions(session) -> int:
    return ledger.kinds(session).get("action", 0)


def test_every_published_category_is_to_be_answered_and_praise_is_not(published, session) -> None:
    codes = [item.code for item in service.listing(session, published.consultation_id)]
    assert codes == ["C1", "C2", "D1"]


def test_the_days_are_those_of_the_settings(published, session, clock) -> None:
    # given a Monday, five working days and thirty days
    assert clock.today() == date(2026, 11, 23)
    for item in service.listing(session, published.consultation_id):
        assert item.acknowledge_by == date(2026, 11, 30)
        assert item.due == clock.today() + timedelta(days=30)


def test_nobody_is_to_acknowledge_after_the_answer_is_due(office, session, log, clock, atrest) -> None:
    publication = publish(session, log, clock, atrest, office)
    for item in service.listing(session, office.consultation):
        session.delete(item)
    session.flush()
    made = service.ensure(session, publication, today=clock.today(), answer_days=3, acknowledge_days=5)
    assert {(item.acknowledge_by, item.due) for item in made} == {(date(2026, 11, 26),) * 2}


def test_ensuring_again_changes_nothing(published, session, clock, answer) -> None:
    answer()
    again = service.ensure(session, published, today=clock.today() + timedelta(days=9), answer_days=1)
    assert len(again) == 3
    assert again[0].state == "accepted"
    assert again[1].due == clock.today() + timedelta(days=30)


def test_a_published_answer_is_committed_to_and_anyone_can_open_it(session, concern, answer) -> None:
    answer()
    leaf = json.loads(ledger.read_leaf(session, concern.action_leaf))
    salt = bytes.fromhex(concern.public_salt)
    said = {"code": "C1", "state": "accepted", "text": concern.public_text}
    assert leaf["commitment"] == commit(salt, said).hex()
    assert (leaf["type"], leaf["concern"], leaf["consultation"]) == ("action", concern.id, concern.consultation_id)
    assert [item.code for item in service.published(session, concern.consultation_id)] == ["C1"]


def test_a_kept_answer_is_sealed_and_not_logged(session, atrest, concern, answer) -> None:
    answer(published=False, text="<p>Còn bàn thêm.</p>")
    assert (concern.public_text, concern.public_salt, concern.action_leaf) == ("", "", None)
    assert "bàn".encode() not in concern.answer_sealed
    assert service.answer_text(atrest, concern) == "<p>Còn bàn thêm.</p>"
    assert actions(session) == 0


def test_changed_words_or_state_make_a_new_leaf_and_the_same_do_not(session, concern, answer) -> None:
    answer()
    first = concern.action_leaf, concern.public_salt
    answer(owner="Phòng số 1", due=DAY + timedelta(days=1))
    assert (concern.action_leaf, concern.public_salt) == first
    assert concern.owner == "Phòng số 1"
    answer(text="<p>Sẽ làm ngay.</p>")
    answer(text="<p>Sẽ làm ngay.</p>", state="done")
    assert actions(session) == 3
    assert concern.action_leaf > first[0]


def test_an_answer_that_is_taken_back_leaves_its_leaf(session, concern, answer) -> None:
    answer()
    answer(published=False)
    assert (concern.published, concern.public_text, concern.action_leaf) == (False, "", None)
    assert actions(session) == 1
    answer()
    assert actions(session) == 2


@pytest.mark.parametrize("text", ["", "   ", "<p></p>", "<p> <br> </p>", "<ul><li></li></ul>", "<!-- x -->"])
def test_an_empty_answer_is_not_published(session, answer, text) -> None:
    with pytest.raises(Invalid) as caught:
        answer(text=text)
    assert caught.value.code == "concern-answer-empty"
    assert actions(session) == 0


def test_an_unknown_state_is_refused(answer) -> None:
    with pytest.raises(Invalid) as caught:
        answer(state="ignored")
    assert caught.value.code == "concern-state"


def test_what_is_published_is_clean(concern, answer) -> None:
    answer(text='<p onclick="x()">Sẽ <a href="https://x.example">làm</a>.</p><script>x()</script><img src="x">')
    assert concern.public_text == "<p>Sẽ làm.</p>x()"


def test_what_was_not_published_is_no_concern(published, session) -> None:
    for code in ("C9", "C12", "P1", "Z1"):
        with pytest.raises(NotFound):
            service.get(session, published.consultation_id, code)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 23), 5, date(2026, 11, 30)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 11, 29), 5, date(2026, 12, 4)),
    ],
)
def test_working_days_skip_weekends(start, count, end) -> None:
    assert add_working_days(start, count) == end


@pytest.mark.parametrize(
    ("state", "published", "owed"),
    [
        ("received", False, "acknowledge_by"),
        ("studying", False, "due"),
        ("accepted", False, "due"),
        ("accepted", True, "due"),
        ("explained", False, "due"),
        ("explained", True, None),
        ("done", True, None),
    ],
)
def test_the_next_step_is_owed_by_its_day_and_not_a_day_longer(state, published, owed) -> None:
    concern = Concern(state=state, published=published, acknowledge_by=date(2026, 12, 1), due=date(2026, 12, 24))
    day = getattr(concern, owed) if owed else None
    assert deadline(concern) == day
    if day:
        assert not is_overdue(concern, day)
        assert is_overdue(concern, day + timedelta(days=1))
    else:
        assert not is_overdue(concern, date(2099, 1, 1))
