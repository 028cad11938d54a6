"""The real publisher and the real gate on every table of small scopes, against an attacker who knows both.

As in test_disclosure_scope, what an attacker knows is the set of tables of ballots that give the same answers: the
one-way lists, and each table's cells, or that it has none. They win if for some set S of kinds of ballots all these
tables have ``1 <= |S| < k``. Every S is tried; those that the log counts (whole consultations) are left out. Gates that
are known to leak stand beside: a checker that passes them would be worth nothing.

The scopes that ``make test`` runs are small; with ``PORTAL_LONG_TESTS=1`` there are larger ones.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import pytest

from portal.findings.disclosure import Rule, publish
from portal.findings.gate import Question, Release, decide
from portal.findings.tables_figures import Cross, Part, Place, Surveyed, count, shown
from tests.findings.test_disclosure_scope import RULE, THREE, TWO, K, World, counter, counts_of, tables

ONE = {"C1": "C"}
Tables = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Kind:
    """What a ballot says: categories, and where."""

    categories: frozenset[str]
    part: Part

    @property
    def unit(self) -> str | None:
        return self.part.unit or None


@dataclass(frozen=True)
class Scope:
    """Consultations of the same world, of so many ballots each; ``asked``: kinds of tables, in their order."""

    world: World
    ballots: tuple[int, ...]
    asked: tuple[str, ...]
    rule: Rule = RULE

    @cached_property
    def kinds(self) -> list[Kind]:
        """Every kind of ballot of one consultation."""
        levels = ("", "office", "party", "unit") if "levels" in self.asked else ("",)
        parts = [*(Part(unit) for unit in sorted(self.world.headcounts)), *(Part("", level) for level in levels)]
        subsets = sorted({kind.categories for kind in self.world.kinds()}, key=sorted)
        return [Kind(subset, part) for subset in subsets for part in parts]

    def every(self) -> Iterator[Tables]:
        """Every table of ballots of every consultation."""
        return product(*(list(tables(ballots, len(self.kinds))) for ballots in self.ballots))

    def known(self, found: Tables) -> dict[str, Surveyed]:
        """What the real publisher shows of them."""
        counted, levels = counter(self.world, self.kinds), dict.fromkeys(self.world.headcounts, "unit")
        shared = (self.world.theme_of, levels, self.world.headcounts, self.rule)
        return {
            f"q{nth}": Surveyed(
                f"q{nth}", ballots, *shared, publish(counts_of(self.world, counted(table), ballots), self.rule)
            )
            for nth, (ballots, table) in enumerate(zip(self.ballots, found, strict=True))
        }

    def cross(self, table: tuple[int, ...]) -> Cross:
        """The exact counts of one consultation."""
        ballots: dict[Part, int] = {}
        named: dict[Part, dict[str, int]] = {}
        for many, kind in zip(table, self.kinds, strict=True):
            ballots[kind.part] = ballots.get(kind.part, 0) + many
            at = named.setdefault(kind.part, {})
            for flag in {*kind.categories, *(self.world.theme_of[code] or "" for code in kind.categories)}:
                at[flag] = at.get(flag, 0) + many
        return Cross(ballots, named)


Answer = tuple[Hashable, Release]
Gate = Callable[[str, Mapping[str, Surveyed], Mapping[Place, int], Sequence[Release]], Answer]


def real(kind: str, known: Mapping[str, Surveyed], counts: Mapping[Place, int], earlier: Sequence[Release]) -> Answer:
    """The portal's gate."""
    given = decide(kind, list(known), counts, known, earlier)
    return tuple(sorted(given.cells.items())), given


def open_gate(
    kind: str, known: Mapping[str, Surveyed], counts: Mapping[Place, int], earlier: Sequence[Release]
) -> Answer:
    """Thresholds and bands alone."""
    cells = shown(kind, list(known.values()), counts)
    return tuple(sorted(cells.items())), Release(kind, tuple(known), {}, cells)


def telling_gate(
    kind: str, known: Mapping[str, Surveyed], counts: Mapping[Place, int], earlier: Sequence[Release]
) -> Answer:
    """A gate that decides on the true table and says so: "refused" is not "no cell"."""
    cells = shown(kind, list(known.values()), counts)
    harmless = Question(kind, tuple(known), known, earlier).harmless(cells)
    return tuple(sorted(cells.items())) if harmless else "refused", Release(kind, tuple(known), {}, cells)


def answers(scope: Scope, gate: Gate) -> Callable[[Tables], Hashable]:
    """What everybody sees of the ballots. What rests on the same facts is decided once."""
    kept: dict[Hashable, Answer] = {}

    def see(found: Tables) -> Hashable:
        known = scope.known(found)
        crosses = {name: scope.cross(table) for name, table in zip(known, found, strict=True)}
        rows, said, earlier = tuple(one.rows for one in known.values()), (), []
        for kind in scope.asked:
            counts = count(kind, list(known.values()), crosses)
            wanted = tuple(sorted(shown(kind, list(known.values()), counts).items()))
            place = (kind, rows, said, wanted)
            if place not in kept:
                kept[place] = gate(kind, known, counts, tuple(earlier))
            output, release = kept[place]
            said, earlier = (*said, output), [*earlier, release]
        return rows, said

    return see


def proofs(scope: Scope, gate: Gate, k: int = K) -> tuple[list[tuple[Hashable, int]], list[Hashable]]:
    """What the attacker proves, as pairs (what was seen, S as a mask), and everything that can be seen."""
    see, width = answers(scope, gate), len(scope.kinds)
    batch = 2**width - 1
    whole = [batch << (width * nth) for nth in range(len(scope.ballots))]
    # An S that holds a whole consultation says no more than without it: how many ballots that has is in the log.
    masks = [mask for mask in range(1, 2 ** (width * len(whole))) if all(mask & one != one for one in whole)]
    members = {mask: [place for place in range(width * len(whole)) if mask >> place & 1] for mask in masks}
    standing: dict[Hashable, list[int]] = {}
    for found in scope.every():
        seen, flat = see(found), [many for table in found for many in table]
        alive = standing.get(seen)
        if alive != []:
            left = masks if alive is None else alive
            standing[seen] = [mask for mask in left if 0 < sum(flat[place] for place in members[mask]) < k]
    return [(seen, left[0]) for seen, left in standing.items() if left], list(standing)


BY_UNIT = World(ONE, {"U1": 12})
SCOPES = {
    "category by unit, 8": Scope(BY_UNIT, (8,), ("units",)),
    "category by unit, 9": Scope(BY_UNIT, (9,), ("units",)),
    "category by unit, 11": Scope(BY_UNIT, (11,), ("units",)),
    "category by unit at its limit": Scope(World(ONE, {"U1": 9}), (10,), ("units",)),
    "two categories by unit": Scope(World(TWO, {"U1": 12}), (7,), ("units",)),
    "levels, then units": Scope(BY_UNIT, (6,), ("levels", "units")),
    "year over two": Scope(World(ONE), (9, 9), ("year",)),
    "year over three": Scope(World(ONE), (9, 9, 9), ("year",)),
    "themes beside categories": Scope(World(THREE), (7,), ("trend",)),
    "themes, then a year": Scope(World(TWO), (4, 3), ("trend", "year")),
}
LARGE = {
    "category by two units": Scope(World(ONE, {"U1": 12, "U2": 12}), (9,), ("units",)),
    "two categories by unit, 9": Scope(World(TWO, {"U1": 12}), (9,), ("units",)),
    "levels, then units, 9": Scope(BY_UNIT, (9,), ("levels", "units")),
    "year over two, two categories": Scope(World(TWO), (6, 6), ("year",)),
    "year over two, by unit": Scope(BY_UNIT, (6, 3), ("year", "units")),
    "themes beside categories, 9": Scope(World(THREE), (9,), ("trend",)),
    "themes, then a year, larger": Scope(World(TWO), (5, 5), ("trend", "year")),
}
TRIED = SCOPES | (LARGE if os.environ.get("PORTAL_LONG_TESTS") else {})
LEAKY = ("category by unit, 8", "two categories by unit", "year over two", "themes beside categories")


@pytest.mark.parametrize("name", TRIED)
def test_nobody_proves_a_small_cell_of_what_the_gate_lets_through(name: str) -> None:
    proven, _ = proofs(TRIED[name], real)
    assert proven == []


@pytest.mark.parametrize("name", ["category by unit, 9", "year over three"])
def test_the_gate_gives_and_withholds_in_the_scopes(name: str) -> None:
    """It would hold idly if it gave nothing."""
    _, seen = proofs(SCOPES[name], real)
    assert {bool(said[0]) for _, said in seen} == {True, False}


@pytest.mark.parametrize("name", LEAKY)
def test_without_a_gate_the_same_tables_leak(name: str) -> None:
    assert proofs(SCOPES[name], open_gate)[0]


@pytest.mark.parametrize("name", LEAKY)
def test_a_gate_that_tells_a_refusal_from_an_empty_table_leaks(name: str) -> None:
    """What it refuses, it gives away by refusing."""
    proven, _ = proofs(SCOPES[name], telling_gate)
    assert any(said[0] == "refused" for (_, said), _ in proven)
