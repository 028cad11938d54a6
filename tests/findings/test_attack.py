"""The attacker: what it proves is true, what it calls safe is safe, and every naive publisher is broken by it."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from portal.findings import attack_solver
from portal.findings.attack import Found, attack
from portal.findings.attack_space import Batch, Fact, Range, Space
from portal.findings.disclosure import Rule
from portal.findings.rule import band_of
from portal.findings.tables_figures import Cell
from tests.findings.test_disclosure_scope import tables

K = 3
IN, OUT = frozenset({"U"}), frozenset({""})


def fact(cell: Cell, *ranges: Range) -> Fact:
    return Fact((cell,), ranges)


def one_batch(ballots: int, *facts: Fact, categories: tuple[str, ...] = ("C1",), k: int = K) -> Found:
    batch = Batch("q", ballots, ("U", ""), categories, {})
    return attack([batch], facts, k, every=True)


# --- what it says, against every table of a small scope ---


def kinds_of(categories: int) -> list[tuple[tuple[bool, ...], str]]:
    """Every kind of ballot: which categories it names, and where."""
    return [(named, part) for named in product((False, True), repeat=categories) for part in ("U", "")]


def agreeing(ballots: int, categories: int, facts: list[Fact]) -> Iterator[tuple[int, ...]]:
    """Every table of ballots that agrees with the facts."""
    kinds = kinds_of(categories)

    def counted(table: tuple[int, ...], cell: Cell) -> int:
        place = None if cell.flag is None else int(cell.flag[1:]) - 1
        return sum(
            many
            for many, (named, part) in zip(table, kinds, strict=True)
            if (place is None or named[place]) and (cell.parts is None or part in cell.parts)
        )

    for table in tables(ballots, len(kinds)):
        if all(any(low <= counted(table, one.cells[0]) <= high for low, high in one.ranges) for one in facts):
            yield table


def proven_by_hand(ballots: int, categories: int, facts: list[Fact]) -> tuple[bool, bool]:
    """Whether any table agrees, and whether all of them have ``1 <= |S| < k`` for one S of kinds."""
    found = list(agreeing(ballots, categories, facts))
    kinds = range(len(kinds_of(categories)))
    alive = list(range(1, 2 ** len(kinds) - 1))
    for table in found:
        alive = [mask for mask in alive if 0 < sum(table[place] for place in kinds if mask >> place & 1) < K]
    return bool(found), bool(found) and bool(alive)


def random_facts(chance: random.Random, ballots: int, categories: int) -> list[Fact]:
    """Ranges of a random table's figures, each wider or narrower than a publisher would make it."""
    kinds = kinds_of(categories)
    table = chance.choices(range(len(kinds)), k=ballots)
    cells = [Cell("q", None, IN), *(Cell("q", f"C{n + 1}", where) for n in range(categories) for where in (None, IN))]
    found = []
    for cell in chance.sample(cells, chance.randint(1, len(cells))):
        place = None if cell.flag is None else int(cell.flag[1:]) - 1
        held = [kinds[one] for one in table]
        value = sum((place is None or named[place]) and (cell.parts is None or part == "U") for named, part in held)
        low, high = max(value - chance.randint(0, 3), 0), min(value + chance.randint(0, 4), ballots)
        other = (high + 2, ballots) if chance.random() < 0.3 and high + 2 <= ballots else None
        found.append(fact(cell, (low, high), *([other] if other else [])))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_with_one_category_it_proves_exactly_what_can_be_proven(seed: int) -> None:
    """There the families hold every set of kinds."""
    chance = random.Random(seed)
    ballots = chance.randint(3, 9)
    facts = random_facts(chance, ballots, 1)
    found = one_batch(ballots, *facts)
    assert (found.possible, not found.safe) == proven_by_hand(ballots, 1, facts)


def test_the_random_facts_are_of_both_sorts() -> None:
    verdicts = set()
    for seed in range(40):
        chance = random.Random(seed)
        ballots = chance.randint(3, 9)
        verdicts.add(proven_by_hand(ballots, 1, random_facts(chance, ballots, 1))[1])
    assert verdicts == {True, False}


@pytest.mark.parametrize("seed", range(15))
def test_with_two_categories_it_misses_nothing_and_invents_nothing(seed: int) -> None:
    chance = random.Random(1000 + seed)
    ballots = chance.randint(3, 6)
    facts = random_facts(chance, ballots, 2)
    found = one_batch(ballots, *facts, categories=("C1", "C2"))
    assert found.safe != proven_by_hand(ballots, 2, facts)[1]


def test_a_range_is_what_two_solves_find() -> None:
    # given 20 ballots of which 17 to 19 name the category
    found = one_batch(20, fact(Cell("q", "C1"), (17, 19)), k=5)
    # then those that do not are 1 to 3, and the proof says so
    assert ("q: not C1 at U, not C1 at ", 1, 3) in [(one.name, one.least, one.most) for one in found.proven]


def test_what_nobody_can_have_published_is_not_safe() -> None:
    here = Cell("q", "C1", IN)
    found = one_batch(6, fact(Cell("q", "C1"), (5, 6)), fact(here, (0, 1)), fact(Cell("q", None, IN), (6, 6)))
    assert (found.possible, found.safe) == (False, False)


def test_a_point_is_judged_by_integers_and_not_by_the_solver() -> None:
    space = Space([Batch("q", 6, ("U", ""), ("C1",), {})], [fact(Cell("q", "C1"), (0, 2), (5, 6))])
    right = np.array([4, 2, 2, 0])
    assert space.holds(right)
    for place, value in ((0, 5), (1, 5), (3, 2), (2, -1)):  # too many ballots, more named than are, the gap, below none
        wrong = right.copy()
        wrong[place] = value
        assert not space.holds(wrong)


def test_a_solver_that_lies_can_only_make_it_refuse(monkeypatch) -> None:
    # given a solver whose answers are no tables of ballots
    class Lie:
        x = np.full(4, 1.4)

    assert one_batch(20, fact(Cell("q", "C1"), (5, 9))).safe
    monkeypatch.setattr(attack_solver, "milp", lambda *_args, **_kw: Lie)
    # then nothing is safe any more
    assert not one_batch(20, fact(Cell("q", "C1"), (5, 9))).safe


def test_no_page_and_no_auditor_loads_the_solver() -> None:
    script = (
        "import sys, portal.findings.tables, portal.findings.tables_figures, portal.audit.verify;"
        "import portal.web.staff, portal.web.public; print('scipy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


# --- naive publishers ---

RULE = Rule()


def banded(cell: Cell, count: int, most: int) -> Fact:
    """What the real rule says of a figure."""
    band = band_of(count, RULE.bands)
    return fact(cell, (0, RULE.k - 1) if band is None else (band.low, min(most, band.high or most)))


def exact(cell: Cell, count: int, most: int) -> Fact:
    """Primary suppression alone: exact from the threshold on."""
    return fact(cell, (0, RULE.k - 1) if count < RULE.k else (count, count))


def added(cells: tuple[Cell, ...], count: int, most: int) -> Fact:
    """A band over several batches together."""
    return Fact(cells, banded(cells[0], count, most).ranges)


PARTS = ("U1", "U2", "")
U1, U2 = frozenset({"U1"}), frozenset({"U2"})


def q(ballots: int, name: str = "q") -> Batch:
    return Batch(name, ballots, PARTS, ("C1", "C2"), {})


NAIVE = {
    "exact counts": ([q(20)], [exact(Cell("q", "C1"), 17, 20)]),
    "a total of those who name anything": (
        [Batch("q", 24, PARTS, ("C1", "C2"), {"any": ("C1", "C2")})],
        [
            banded(Cell("q", "C1"), 9, 24), banded(Cell("q", "C2"), 3, 24),
            fact(Cell("q", "any"), (11, 11)),
        ],
    ),
    "published again after one late ballot": (
        [q(40), q(1, "late")],
        [banded(Cell("q", "C1"), 4, 40), added((Cell("q", "C1"), Cell("late", "C1")), 5, 41)],
    ),
    "published again after one re-coding": (
        [q(39), q(1, "before"), q(1, "after")],
        [
            added((Cell("q", "C1"), Cell("before", "C1")), 9, 40),
            added((Cell("q", "C1"), Cell("after", "C1")), 10, 40),
        ],
    ),
    "a year beside its quarters, without a gate": (
        [q(60, "first"), q(60, "second")],
        [
            banded(Cell("first", "C1"), 19, 60), banded(Cell("second", "C1"), 4, 60),
            added((Cell("first", "C1"), Cell("second", "C1")), 23, 120),
        ],
    ),
    "primary suppression of a two-way table": (
        [q(40)],
        [
            exact(Cell("q", "C1"), 16, 40), exact(Cell("q", "C1", U1), 8, 40), exact(Cell("q", "C1", U2), 6, 40),
        ],
    ),
    "an unbanded two-way table beside banded lists": (
        [q(40)],
        [
            banded(Cell("q", None, U1), 9, 40), exact(Cell("q", "C1", U1), 8, 40), exact(Cell("q", "C2", U1), 9, 40),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NAIVE)
def test_naive_publishers_are_broken(name: str) -> None:
    batches, facts = NAIVE[name]
    found = attack(batches, facts, RULE.k)
    assert found.possible
    assert found.proven, name


def test_the_bands_alone_of_the_same_ballots_are_safe() -> None:
    """It breaks publishers for what they add."""
    assert attack([q(40)], [banded(Cell("q", "C1"), 16, 40), banded(Cell("q", "C2"), 9, 40)], RULE.k).safe
