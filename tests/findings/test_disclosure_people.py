"""Thresholds that mean people, who may have several ballots each.

The attacker of ``test_disclosure_scope`` knows more here: which comments came from the same person, though not what
they say. They win if, for some set S of kinds, every way to write that fits the publication has ``1 <= people < k``,
where people counts those with a ballot in S.
"""

from collections.abc import Hashable, Iterator
from itertools import combinations_with_replacement

import pytest

from portal.consultations import service as consultations
from portal.consultations.frozen import frozen_settings
from portal.consultations.models import Consultation
from portal.consultations.threshold import ballots_for
from portal.errors import Conflict, Invalid
from portal.findings import tables_service as tables
from portal.findings.disclosure import Rule
from portal.findings.rule import rule_of_settings
from portal.findings.service import rule_of
from tests.ballots.statements import NAME, draft_with_ballots
from tests.findings.test_disclosure_scope import TWO, World, counter, counts_of, real

EACH = 2
PEOPLE = 3
# Kinds of a scope are few, so that every way to write can be tried.
WORLD = World(TWO)
Written = tuple[tuple[int, ...], ...]


def ways(people: int, kinds: int) -> Iterator[Written]:
    """Every way in which so many people write: for each, the kinds of their ballots; in which order, nobody sees."""
    yield from combinations_with_replacement(tuple(combinations_with_replacement(range(kinds), EACH)), people)


def proven(people: int, rule: Rule) -> list[tuple[Hashable, frozenset[int]]]:
    """What the attacker proves when so many people wrote: pairs (publication, S)."""
    kinds = WORLD.kinds()
    count, publisher = counter(WORLD, kinds), real(rule)
    everything = [frozenset(n for n in range(len(kinds)) if mask >> n & 1) for mask in range(1, 2 ** len(kinds) - 1)]
    standing: dict[Hashable, list[frozenset[int]]] = {}
    for written in ways(people, len(kinds)):
        ballots = [kind for person in written for kind in person]
        table = tuple(ballots.count(kind) for kind in range(len(kinds)))
        said = publisher(counts_of(WORLD, count(table), len(ballots)))
        alive = standing.get(said, everything)
        standing[said] = [one for one in alive if 0 < sum(not one.isdisjoint(person) for person in written) < PEOPLE]
    return [(said, one) for said, sets in standing.items() for one in sets[:1]]


@pytest.mark.parametrize("themes_only_under", [0, 100])
@pytest.mark.parametrize("people", range(1, 7))
def test_a_threshold_in_people_betrays_no_few_people(people, themes_only_under) -> None:
    least = ballots_for(PEOPLE, EACH)
    rule = Rule(k=least, k_paraphrase=least, themes_only_under=themes_only_under)
    assert proven(people, rule) == []


def test_the_same_threshold_in_ballots_does() -> None:
    # given the canary, when two people wrote and one concern is published, then it is theirs
    assert proven(2, Rule(k=PEOPLE, k_paraphrase=PEOPLE, themes_only_under=0))


@pytest.mark.parametrize("each", range(1, 10))
@pytest.mark.parametrize("people", [1, 5, 10])
def test_one_ballot_less_can_come_from_fewer_people(each, people) -> None:
    least = ballots_for(people, each)
    assert -(-least // each) == people
    assert -(-(least - 1) // each) == people - 1


def test_it_is_frozen_and_the_verifier_finds_the_same_rule(session, office) -> None:
    # given a draft with three ballots for everyone, whose settings are those of before there was a choice
    row = draft_with_ballots(session, office.kids)
    before = frozen_settings(row)
    assert "count_people" not in before
    assert rule_of(row) == rule_of_settings(before) == Rule(k=5, k_paraphrase=10)
    # when the thresholds count people
    row.count_people = True
    # then 5 people take 13 comments, for the publisher and for whoever reads the frozen settings
    after = frozen_settings(row)
    assert after == before | {"count_people": True}
    assert rule_of(row) == rule_of_settings(after) == Rule(k=13, k_paraphrase=28)
    assert [band.label for band in rule_of(row).bands] == ["13-29", "30-49", "50+"]


@pytest.mark.parametrize("change", [{"unit_min_headcount": 15}, {"unit_margin": 5}, {"themes_only_under": 40}])
def test_further_limits_are_frozen_where_they_are_not_the_usual_ones(session, office, change) -> None:
    # given a draft under the usual limits
    row = draft_with_ballots(session, office.kids)
    before = frozen_settings(row)
    # when one is raised, then it alone is added, and the publisher and the verifier go by it
    for name, value in change.items():
        setattr(row, name, value)
    assert frozen_settings(row) == before | change
    assert rule_of(row) == rule_of_settings(frozen_settings(row)) == Rule(**change)


def test_without_ballots_nobody_can_count_people(session) -> None:
    with pytest.raises(Invalid) as caught:
        draft_with_ballots(session, ballot_mode="open", count_people=True)
    assert caught.value.code == "consultation-count-people"


def test_comments_of_several_consultations_are_not_added_where_one_counts_people(session, office, clock) -> None:
    # given two published consultations of a year that is over
    first, second = draft_with_ballots(session, office.kids), session.get(Consultation, office.consultation)
    first.state = second.state = "published"
    second.opens, second.closes = first.opens, first.closes
    session.flush()
    year, later = str(first.closes.year), first.closes.replace(year=first.closes.year + 1)
    assert [row.id for row in tables.members_of(session, "year", year, today=later)] == sorted([NAME, second.id])
    # when one of them counts people, then the same ones may have written in the other
    first.count_people = True
    with pytest.raises(Conflict) as caught:
        tables.members_of(session, "year", year, today=later)
    assert caught.value.code == "table-year-people"
    assert consultations.get(session, NAME).threshold == 13
