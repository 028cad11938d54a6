"""Differencing: the consolidated table says nothing that the offices' own do not, and the attacker agrees."""

import random

import pytest

from portal.consolidation.guard import learned
from portal.consolidation.sums import Joined, JoinRule, Line, Rows, added, consolidate, parts_of
from portal.findings.attack import attack
from portal.findings.attack_space import Batch, Fact
from portal.findings.gate import ranges
from portal.findings.rule import Rule
from portal.findings.tables_figures import Cell, Figure, Part
from tests.consolidation.offices import document, joined, sender

K = 5
CODES = ("C1", "C2")
NOBODY = Part()


def office(number: int, ballots: int, **counts: int) -> Joined:
    """An office with these exact counts, as the real publisher would show them."""
    found = document(number, ballots=ballots)
    bands = Rule().bands
    rows = {code: next(band for band in bands if band.holds(count)) for code, count in counts.items() if count >= K}
    found["rows"] |= {"units": [], "categories": [{"code": c, "band": b.label} for c, b in sorted(rows.items())]}
    return joined(number, found)


def attacked(offices: dict[int, int], parts: list[Joined], claims: list[Line]):
    """What the attacker of ``portal.findings`` can prove who knows N of each office, its rows, and these sums."""
    batches = [Batch(sender(number).id, ballots, (NOBODY,), CODES, {}) for number, ballots in offices.items()]
    facts = []
    for one, ballots in zip(parts, offices.values(), strict=True):
        shown = {row.code: row.band for row in one.publication.rows.categories}
        for code in CODES:
            known = ranges(Figure(()), shown.get(code), one.publication.rule, ballots)
            facts.append(Fact((Cell(one.office, code),), known))
    for line in claims:
        cells = tuple(Cell(one.office, line.code) for one in parts)
        facts.append(Fact(cells, ((line.low, sum(offices.values()) if line.high is None else line.high),)))
    return attack(batches, facts, K, every=True)


@pytest.mark.parametrize("seed", range(12))
def test_an_honest_table_teaches_the_attacker_nothing(seed) -> None:
    # given two or three offices with any counts
    chance = random.Random(seed)
    offices = {number: chance.choice((20, 24, 31, 60)) for number in range(1, chance.choice((3, 4)))}
    parts = [
        office(number, ballots, **{code: chance.randint(0, ballots) for code in CODES})
        for number, ballots in offices.items()
    ]
    # when their sums are published as ranges, then neither guard nor attacker gains by it
    rows = consolidate(parts, JoinRule(K))
    assert learned(parts, rows) == []
    assert attacked(offices, parts, list(rows.categories)).safe


# Two offices that published C1 "10-14" and nothing, and sums that somebody made from their exact counts, 14 and 2.
CANARIES = {
    "exact": (16, 16),  # at least 16 - 14 = 2 of the second office
    "banded": (15, 19),  # at least 1
    "raised": (15, 18),
}


@pytest.mark.parametrize("name", CANARIES)
def test_a_table_from_exact_counts_is_broken_by_both(name) -> None:
    offices = {1: 40, 2: 40}
    parts = [office(1, 40, C1=14), office(2, 40, C1=2)]
    honest = added("C1", list(parts_of("C1", "categories", parts)))
    naive = Line("C1", *CANARIES[name], 2, 2)
    # the guard names whose figure is narrowed
    assert {found.office for found in learned(parts, Rows((naive,), ()))} >= {sender(2).id}
    # and the attacker proves a small cell with it, and none without
    assert not attacked(offices, parts, [naive]).safe
    assert attacked(offices, parts, [honest]).safe


@pytest.mark.parametrize("seed", range(40))
def test_the_guard_says_no_less_than_exhaustion(seed) -> None:
    """For small bands: an office's figure is narrowed exactly when some value of it fits no values of the others."""
    chance = random.Random(seed)
    parts = [office(number, 60, C1=chance.choice((0, 7, 12, 17, 22))) for number in (1, 2, 3)]
    honest = added("C1", list(parts_of("C1", "categories", parts)))
    low = honest.low + chance.choice((0, 0, 1, 3, 9))
    high = honest.high - chance.choice((0, 0, 1, 4))
    if low > high:
        return
    pieces = list(parts_of("C1", "categories", parts))
    spans = [range(piece.band.low, piece.band.high + 1) for piece in pieces]
    sums = {(a, b, c) for a in spans[0] for b in spans[1] for c in spans[2] if low <= a + b + c <= high}
    narrowed = {
        piece.office
        for place, (piece, span) in enumerate(zip(pieces, spans, strict=True))
        if {point[place] for point in sums} != set(span)
    }
    found = learned(parts, Rows((Line("C1", low, high, 2, 3),), ()))
    assert {one.office for one in found} == narrowed


def test_an_open_band_bounds_the_others_from_above_only() -> None:
    parts = [office(1, 200, C1=60), office(2, 60, C1=7)]
    assert learned(parts, Rows((Line("C1", 55, None, 2, 2),), ())) == []
    # a sum with an upper end would say how far the open band goes
    (found, *_) = learned(parts, Rows((Line("C1", 55, 90, 2, 2),), ()))
    assert (found.published.high, found.proven.high) == (None, 85)
