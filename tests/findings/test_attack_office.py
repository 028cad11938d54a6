"""The attacker against the real publisher and the real gate, for offices as they are: 12, 20, 35 and 60 ballots."""

from __future__ import annotations

import random

import pytest

from portal.findings.attack import attack
from portal.findings.attack_space import Batch, Fact
from portal.findings.disclosure import Rule
from portal.findings.gate import Release, one_way
from portal.findings.rule import band_of
from portal.findings.tables_figures import Cell, Figure, count
from tests.findings.attackers import PEOPLE, Round, ask, draw, office, pooled, seen

SIZES = (12, 20, 35, 60)
K = Rule().k


@pytest.mark.parametrize("ballots", SIZES)
@pytest.mark.parametrize("seed", range(2))
def test_one_consultation_and_all_that_can_be_asked_of_it(ballots: int, seed: int) -> None:
    """Every cell, margin, complement and pair, over the lists and every table, each in the light of those before."""
    # given a consultation that the real publisher published
    rounds = office(ballots, seed)
    releases: list[Release] = []
    assert attack(*seen(rounds), K).safe
    # when tables are asked for one after the other (there are none under 20 ballots)
    kinds = ("units", "levels", "severity") if (ballots, seed) == (35, 0) else ("units", "levels")
    for kind in kinds if ballots >= 20 else ():
        releases.append(ask(kind, rounds, earlier=releases))
        # then nobody proves a small cell from all that was released so far
        assert attack(*seen(rounds, releases), K).safe


@pytest.mark.parametrize("ballots", SIZES)
def test_a_year_beside_its_quarters(ballots: int) -> None:
    rounds = office(ballots, seed=7, quarters=4)
    year = ask("year", rounds)
    assert attack(*seen(rounds, [year]), K).safe
    # and a table of one of the quarters afterwards is asked in the light of the year
    if ballots >= 20:
        table = ask("levels", rounds[:1], among=rounds, earlier=[year])
        assert attack(*seen(rounds, [year, table]), K).safe


def test_themes_over_time_beside_categories() -> None:
    rounds = office(35, seed=3, quarters=2)
    trend = ask("trend", rounds)
    assert trend.floor is not None
    assert attack(*seen(rounds, [trend]), K).safe


def test_the_year_without_a_gate_is_broken() -> None:
    """Somewhere among the first offices a cumulative band crosses an edge."""
    broken = 0
    for seed in range(8):
        rounds = office(60, seed, quarters=2)
        known = [one.known for one in rounds]
        counts = count("year", known, {one.name: one.cross for one in rounds})
        cells = {place: band for place, many in counts.items() if (band := band_of(many, Rule().bands)) is not None}
        broken += not attack(*seen(rounds, [Release("year", ("q0", "q1"), {}, cells)]), K).safe
    assert broken


# --- between releases ---


def again(rounds: list[Round], late: Round) -> bool:
    """Whether the attacker breaks a publisher who publishes the lists anew after ``late`` came in."""
    (first,) = rounds
    whole = Round("again", [*first.codings, *late.codings]).known
    batches, facts = seen([first, late])
    told = [one for one in facts if one.cells[0].batch == first.name]
    for one in one_way(whole):
        (cell,) = one.cells
        told.append(Fact((cell._replace(batch=first.name), cell._replace(batch=late.name)), one.ranges))
    return not attack(batches, told, K).safe


def at_an_edge() -> list[Round]:
    """34 ballots, of which 9 name C1."""
    blank = {"categories": [], "unit": None, "level": None, "severity": None, "flags": []}
    return [Round("q0", [{**blank, "categories": ["C1"]}] * 9 + [blank] * 25)]


def one_more(*categories: str) -> Round:
    blank = {"categories": list(categories), "unit": None, "level": None, "severity": None, "flags": []}
    return Round("late", [blank])


def test_one_late_ballot_is_exposed_by_publishing_again_and_goes_to_the_next_batch_here() -> None:
    # given a count at the edge of a band, when one ballot more is published with it, then what it says is proven
    assert again(at_an_edge(), one_more("C1"))
    # the portal has no such publication: the ballot is the next consultation's, whose lists stand alone
    later = Round("next", [*one_more("C1").codings, *draw(11, seed=0)])
    assert attack(*seen([*at_an_edge(), later]), K).safe


def test_a_recoded_ballot_is_exposed_by_publishing_again() -> None:
    """The log tells that one coding was revised; here codings are frozen by publishing (test_service)."""
    kept = Round("q0", at_an_edge()[0].codings[:-1])
    assert again([kept], one_more("C1"))


# --- people who know their own ballots ---


@pytest.mark.parametrize("ballots", SIZES)
def test_two_who_pool_what_they_wrote_face_k_less_two(ballots: int) -> None:
    (one,) = office(ballots, seed=11)
    releases = [ask("levels", [one])] if ballots >= 20 else []
    batches, facts = seen([one], releases)
    chance = random.Random(ballots)
    for _ in range(4):
        own = chance.sample(one.codings, 2)
        assert attack(*pooled(batches, facts, {one.name: own}), K - 2).safe


def test_two_who_pool_break_a_threshold_that_does_not_reckon_with_them() -> None:
    # given a publisher who shows 5 and 6 ballots as a band of their own, two of which the two wrote
    batch, own = Batch("q", 40, ("",), ("C1",), {}), [one_more("C1").codings[0]] * 2
    told = [Fact((Cell("q", "C1"),), ((5, 6),))]
    assert attack([batch], told, K).safe
    # then they prove that 3 or 4 others did
    assert not attack(*pooled([batch], told, {"q": own}), K).safe


# --- groups ---


@pytest.mark.parametrize("people", [*range(1, 30), 60])
def test_no_row_and_no_cell_shows_nearly_all_of_a_unit(people: int) -> None:
    """Whatever a cell shows, at least three of its people may be left out of it, and nobody can exclude it."""
    rule = Rule()
    for many in range(people + 3):
        band = Figure((), people).judged(many, rule)[1]
        if band is not None:
            assert many <= people - rule.unit_margin
            assert band.width_under(people - rule.unit_margin) >= rule.k
    # a publisher without that rule says of 12 people that all of them wrote it
    assert Figure((), None).judged(12, rule)[1] == band_of(12, rule.bands)


def test_units_of_the_office_are_large_and_small() -> None:
    assert min(PEOPLE.values()) < Rule().unit_min_headcount < max(PEOPLE.values())
