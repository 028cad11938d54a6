"""Whom an owed step reaches, told by the clock: first who follows it, then the chair, then the next person."""

import itertools
from datetime import date, timedelta

import pytest

from portal.accounts import service as accounts
from portal.concerns import service
from portal.concerns.duties import Duty, Escalation, Reminder, owed, reminder, told
from portal.concerns.models import Concern
from portal.concerns.people import members

CHAIN = Escalation(("chair@example.org", "deputy@example.org"), 7)


@pytest.fixture
def people(session, published, colleague):
    """The committee's account of the office, a chair and a deputy, by name."""
    made = {name: colleague(name) for name in ("chair", "deputy")}
    return {"committee": members(session)[1], **made}


def names(found: set[int], people) -> set[str]:
    return {name for name, account in people.items() if account.id in found}


def test_an_overdue_concern_reaches_the_chair_and_then_the_next_person(session, clock, people, answer) -> None:
    # given a promise that one member of the committee follows
    answer(owner_id=people["committee"].id, due=clock.today() + timedelta(days=10))
    reached = {}
    for day in (10, 11, 17, 18, 90):
        today = clock.today() + timedelta(days=day)
        duty = next(duty for duty in owed(session, today) if duty.concern.code == "C1")
        reached[day] = names(told(duty, members(session), CHAIN), people)
    # then on its last day it is that member's alone, on the next the chair's too, and a week later the deputy's
    assert reached == {
        10: {"committee"},
        11: {"committee", "chair"},
        17: {"committee", "chair"},
        18: {"committee", "chair", "deputy"},
        90: {"committee", "chair", "deputy"},
    }


@pytest.mark.parametrize("named", [(), ("gone@example.org",), ("admin@example.org",)])
def test_where_nobody_is_named_who_could_act_it_reaches_everybody(session, clock, people, answer, named) -> None:
    answer(owner_id=people["chair"].id, due=clock.today())
    duty = next(duty for duty in owed(session, clock.today() + timedelta(days=1)) if duty.concern.code == "C1")
    assert names(told(duty, members(session), Escalation(named)), people) == set(people)


def test_a_concern_whose_follower_left_is_everybodys(session, clock, people, answer) -> None:
    answer(owner_id=people["chair"].id)
    accounts.set_active(session, people["chair"], False)
    duty = next(duty for duty in owed(session, clock.today()) if duty.concern.code == "C1")
    assert names(told(duty, members(session), CHAIN), people) == {"committee", "deputy"}


def test_reminders_count_what_is_soon_late_and_passed_on(session, clock, people, published) -> None:
    # given three concerns: one followed by the deputy and late, one of nobody and late, one of nobody and due in 7 days
    rows = service.listing(session, published.consultation_id)
    today = date(2027, 3, 1)
    for row, owner, by in zip(rows, (people["deputy"].id, None, None), (-1, -1, 7), strict=True):
        row.state, row.owner_id, row.due = "studying", owner, today + timedelta(days=by)
    session.flush()
    duties, committee = owed(session, today), members(session)
    said = {name: reminder(duties, account, committee, CHAIN, today) for name, account in people.items()}
    assert said == {
        "committee": Reminder(soon=1, overdue=1, passed=0),
        "chair": Reminder(soon=1, overdue=1, passed=1),
        "deputy": Reminder(soon=1, overdue=2, passed=0),
    }
    # and a day earlier, only what is due on that very day is soon
    before = today - timedelta(days=1)
    assert reminder(owed(session, before), people["chair"], committee, CHAIN, before) == Reminder(soon=1)


def test_what_is_settled_reminds_nobody(session, clock, people, answer) -> None:
    answer(state="explained")
    later = clock.today() + timedelta(days=400)
    assert "C1" not in {duty.concern.code for duty in owed(session, later)}


def test_being_late_longer_never_reaches_fewer(session, people) -> None:
    concern, committee = Concern(owner_id=people["committee"].id), members(session)
    reached = [told(Duty(concern, date(2026, 1, 1), late), committee, CHAIN) for late in range(40)]
    assert all(before <= after for before, after in itertools.pairwise(reached))
    assert len(reached[0]) == 1
