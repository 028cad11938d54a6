"""A consultation with ballots: days that the draft and the schema keep in order, and what opening freezes of them."""

import copy
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from portal.ballots import issuers
from portal.consultations import service
from portal.consultations.frozen import frozen_settings, round_leaf
from portal.consultations.models import Consultation
from portal.errors import Conflict, Invalid, NotFound
from portal.ledger import events
from tests.ballots.statements import FROM, NAME, OPENS, UNTIL, draft_with_ballots, hand_pair


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"ballot_mode": "cards"}, "consultation-ballot-mode"),
        ({"each_ballots": 0}, "consultation-each-ballots"),
        ({"each_ballots": 10}, "consultation-each-ballots"),
        ({"collect_from": None}, "consultation-collecting-period"),
        ({"collect_until": None}, "consultation-collecting-period"),
        ({"collect_from": UNTIL + timedelta(days=1)}, "consultation-collecting-period"),
        ({"collect_until": OPENS}, "consultation-collecting-late"),
    ],
)
def test_ballots_that_could_not_work_are_not_saved(session, over, code) -> None:
    with pytest.raises(Invalid) as caught:
        draft_with_ballots(session, **over)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "wrong",
    [
        {"each_ballots": 0},
        {"each_ballots": 10},
        {"collect_from": None},
        {"collect_until": None},
        {"collect_from": UNTIL + timedelta(days=1)},
        {"collect_until": OPENS},
    ],
)
def test_the_schema_keeps_the_same_rules(session, wrong) -> None:
    # given a draft that is in order
    draft_with_ballots(session)
    # when something goes around the service, then the database refuses
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(Consultation).where(Consultation.id == NAME).values(wrong))


def test_ballots_can_be_collected_on_their_days_while_it_is_open(session, office) -> None:
    row = draft_with_ballots(session, office.kids)
    assert not service.collecting(row, FROM), "nobody collects from a draft"
    row.state = "open"
    days = [FROM - timedelta(days=1), FROM, UNTIL, UNTIL + timedelta(days=1)]
    assert [service.collecting(row, day) for day in days] == [False, True, True, False]
    assert not any(service.accepts(row, day) for day in days), "nobody writes on a day on which others collect"
    assert service.accepts(row, OPENS)


def test_a_draft_with_ballots_never_opens_without_issuers_leaves(session, log, clock, office) -> None:
    row = draft_with_ballots(session, office.kids)
    with pytest.raises(Conflict, match="consultation-needs-issuers"):
        service.open_consultation(session, log, row, today=clock.today())


def test_only_a_public_consultation_with_ballots_is_one(session, office) -> None:
    draft_with_ballots(session, office.kids)
    for name in (NAME, office.consultation, "nothing"):
        with pytest.raises(NotFound):
            service.get_with_ballots(session, name)


def test_what_opening_freezes_changes_with_every_rule_of_the_ballots(session, office) -> None:
    # given a draft with two issuers
    row = draft_with_ballots(session, office.kids)
    first, second = hand_pair()
    for one in (first, second):
        issuers.register(session, row, one.terms())
    frozen = copy.deepcopy(frozen_settings(row))
    assert [one["issuer"] for one in frozen["ballots"]["issuers"]] == ["thanh-tra", "van-phong"]
    # when any of these changes, then so does what is frozen
    row.each_ballots = 2
    assert frozen_settings(row) != frozen
    row.each_ballots = 3
    assert frozen_settings(row) == frozen
    issuers.register(session, row, second.terms({"address": "https://khac.example.vn"}))
    assert frozen_settings(row) != frozen
    issuers.register(session, row, second.terms())
    assert frozen_settings(row) == frozen
    issuers.forget(session, row, "thanh-tra")
    assert frozen_settings(row) != frozen


def test_the_leaf_is_of_the_version_that_says_so(session, office) -> None:
    row = draft_with_ballots(session, office.kids)
    for one in hand_pair():
        issuers.register(session, row, one.terms())
    leaf = events.decode(round_leaf(row, "open"))
    assert (leaf["v"], leaf["each"], leaf["collect_from"], leaf["collect_until"]) == (2, 3, "2026-11-25", "2026-12-04")
    plain = events.decode(round_leaf(service.get(session, office.consultation), "close"))
    assert plain["v"] == 1
    assert "issuers" not in plain
