"""The committee's answers: one concern for each published row, with its days; published words are committed to."""

import json
from datetime import date, timedelta

import pytest

from portal.concerns import service, steps
from portal.concerns.deadlines import add_working_days, deadline, is_overdue, public_state
from portal.concerns.models import STATES, Concern
from portal.concerns.states import FOLLOWS, may_become
from portal.crypto.commitment import commit
from portal.errors import Conflict, Invalid, NotFound
from portal.ledger import log as ledger
from tests.concerns.conftest import DAY
from tests.rounds import publish


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
    said = {"code": "C1", "state": "accepted", "text": concern.public_text, "day": "2026-11-23", "due": "2026-12-20"}
    assert leaf["commitment"] == commit(salt, said).hex()
    assert (leaf["type"], leaf["concern"], leaf["consultation"]) == ("action", concern.id, concern.consultation_id)
    assert [item.code for item in service.published(session, concern.consultation_id)] == ["C1"]


def test_a_kept_answer_is_sealed_and_not_logged(session, atrest, concern, answer) -> None:
    answer(published=False, text="<p>Còn bàn thêm.</p>")
    assert (concern.public_text, concern.public_salt, concern.action_leaf) == ("", "", None)
    assert "bàn".encode() not in concern.answer_sealed
    assert service.answer_text(atrest, concern) == "<p>Còn bàn thêm.</p>"
    assert actions(session) == 0


def test_changed_words_state_or_day_make_a_new_leaf_and_the_same_do_not(session, concern, answer) -> None:
    answer()
    first = concern.action_leaf, concern.public_salt
    answer(owner="Phòng số 1")
    assert (concern.action_leaf, concern.public_salt) == first
    assert concern.owner == "Phòng số 1"
    answer(text="<p>Sẽ làm ngay.</p>")
    answer(text="<p>Sẽ làm ngay.</p>", due=DAY + timedelta(days=1))
    answer(text="<p>Sẽ làm ngay.</p>", state="done")
    assert actions(session) == 4
    assert concern.action_leaf > first[0]


def test_a_draft_beside_a_published_answer_changes_nothing_public(session, atrest, concern, answer) -> None:
    # given a published promise
    answer()
    public = (concern.public_state, concern.public_text, concern.due, concern.action_leaf)
    # when another state, other words and a later day are kept for the committee
    answer(published=False, state="done", text="<p>Nháp.</p>", due=DAY + timedelta(days=60))
    # then what stands in public stays, its day as well, and the draft is there to be taken up again
    assert (concern.public_state, concern.public_text, concern.due, concern.action_leaf) == public
    assert service.answer_text(atrest, concern) == "<p>Nháp.</p>"
    assert concern.draft_due == DAY + timedelta(days=60)
    assert (public_state(concern), actions(session)) == ("accepted", 1)
    # and publishing it moves the day in force
    answer(state="done", text="<p>Nháp.</p>", due=DAY + timedelta(days=60))
    assert (concern.due, concern.draft_due) == (DAY + timedelta(days=60), None)


def test_an_answer_that_is_taken_back_leaves_its_leaf_and_a_public_trace(session, log, atrest, concern, answer, hand):
    # given two published answers
    answer()
    answer(state="done", text="<p>Đã làm.</p>")
    # when they are taken back
    service.take_back(session, log, concern, hand=hand)
    # then no words are public any more, three leaves stand, and the draft keeps the words
    assert (concern.published, concern.public_text, concern.action_leaf) == (False, "", None)
    assert (concern.state, public_state(concern)) == ("studying", "studying")
    said = steps.public_steps(session, [concern])[concern.id]
    assert [(step.public_text, bool(step.public_salt), step.action_leaf is not None) for step in said] == [
        ("", False, True), ("", False, True), ("", True, True),
    ]  # fmt: skip
    assert actions(session) == 3
    assert service.answer_text(atrest, concern) == "<p>Đã làm.</p>"
    # and there is nothing left to take back
    with pytest.raises(Conflict) as caught:
        service.take_back(session, log, concern, hand=hand)
    assert caught.value.code == "concern-not-published"


def test_the_history_keeps_who_when_and_the_sealed_note(session, atrest, clock, concern, answer, hand) -> None:
    answer(published=False, state="studying", note="<p>Đã hỏi <b>Phòng số 1</b>.</p>")
    clock.advance(days=2)
    answer()
    newest, first = steps.history(session, concern)
    assert (first.number, first.state, first.account_id, first.day) == (1, "studying", hand.account, date(2026, 11, 23))
    assert (newest.number, newest.state, newest.day) == (2, "accepted", date(2026, 11, 25))
    assert steps.note_of(atrest, first) == "<p>Đã hỏi Phòng số 1.</p>"
    assert "Phòng".encode() not in first.note_sealed
    assert steps.note_of(atrest, newest) == ""
    # and nothing of a note is in what auditors and the public are given
    assert "Phòng" not in json.dumps(steps.openings(session, [concern]), ensure_ascii=False)


def test_saving_again_without_a_change_is_no_step(session, concern, answer) -> None:
    answer(published=False)
    answer(published=False)
    assert len(steps.history(session, concern)) == 1


def test_every_public_step_opens_its_leaf(session, log, concern, answer, hand) -> None:
    answer(state="studying", text="<p>Đang xem.</p>")
    answer()
    opened = steps.openings(session, [concern])
    leaves = [json.loads(ledger.read_leaf(session, step.action_leaf)) for step in steps.history(session, concern)[::-1]]
    for item, leaf in zip(opened, leaves, strict=True):
        shown = {name: value for name, value in item.items() if name not in {"concern", "salt"}}
        assert commit(bytes.fromhex(item["salt"]), shown).hex() == leaf["commitment"]
    # and once they are taken back, only that opens
    service.take_back(session, log, concern, hand=hand)
    assert [item["text"] for item in steps.openings(session, [concern])] == [""]


@pytest.mark.parametrize("state", STATES)
def test_only_what_may_follow_is_kept(state, concern, answer) -> None:
    for following in STATES:
        concern.state = state
        if may_become(state, following):
            assert answer(state=following, published=False).state == following
            continue
        with pytest.raises(Conflict) as caught:
            answer(state=following, published=False)
        assert caught.value.code == "concern-state-order"


def test_every_state_leads_to_done_and_none_back_to_received() -> None:
    assert set(FOLLOWS) == set(STATES)
    assert not any("received" in following for following in FOLLOWS.values())
    reach = {"done"}
    for _ in STATES:
        reach |= {state for state, following in FOLLOWS.items() if reach & set(following)}
    assert reach == set(STATES)


def test_what_is_merely_received_is_not_published(answer) -> None:
    with pytest.raises(Invalid) as caught:
        answer(state="received")
    assert caught.value.code == "concern-still-received"


def test_only_a_member_of_the_committee_follows_a_concern(session, answer, hand) -> None:
    assert answer(owner_id=hand.account).owner_id == hand.account
    with pytest.raises(Invalid) as caught:
        answer(owner_id=1)
    assert caught.value.code == "concern-owner"


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


def test_days_off_are_no_working_days() -> None:
    tet = {date(2027, 2, day) for day in (5, 8, 9, 10, 11)}
    assert add_working_days(date(2027, 2, 4), 1, tet) == date(2027, 2, 12)


@pytest.mark.parametrize(
    ("state", "public", "owed"),
    [
        ("received", "", "acknowledge_by"),
        ("studying", "", "due"),
        ("accepted", "", "due"),
        ("explained", "", "due"),
        ("declined", "", "due"),
        ("done", "", "due"),
        ("studying", "studying", "due"),
        ("accepted", "accepted", "due"),
        ("done", "accepted", "due"),
        ("explained", "explained", None),
        ("declined", "declined", None),
        ("done", "done", None),
        ("studying", "done", None),
    ],
)
def test_the_next_step_is_owed_by_its_day_and_not_a_day_longer(state, public, owed) -> None:
    concern = Concern(
        state=state, published=bool(public), public_state=public,
        acknowledge_by=date(2026, 12, 1), due=date(2026, 12, 24),
    )  # fmt: skip
    day = getattr(concern, owed) if owed else None
    assert deadline(concern) == day
    if day:
        assert not is_overdue(concern, day)
        assert is_overdue(concern, day + timedelta(days=1))
    else:
        assert not is_overdue(concern, date(2099, 1, 1))


@pytest.mark.parametrize("state", [state for state in STATES if state != "received"])
def test_a_draft_is_nobodys_answer(state) -> None:
    assert public_state(Concern(state=state, published=False, public_state="")) == "studying"
