"""Every table of a small scope against an attacker who knows the algorithm.

A *kind* of ballot is a set of categories and a unit (or none); a *table* says how many ballots of each kind
there are. The attacker sees what was published, N, the headcounts and the algorithm, so what they know is the
set of tables that publish the same. They win if, for some set S of kinds, all these tables have ``1 <= |S| <
k``. Every S is tried, so unions, intersections and complements need no list of their own. The canaries are
publishers that are known to leak: a checker that passes them would be worth nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, combinations

import pytest

from portal.findings.disclosure import Band, Counts, Rule, publish, tally

Table = tuple[int, ...]
K = 3
RULE = Rule(
    k=K,
    k_paraphrase=K,
    bands=(Band(3, 5), Band(6, 8), Band(9, None)),
    unit_min_headcount=8,
    unit_margin=3,
    themes_only_under=0,
)
THEMES_RULE = replace(RULE, themes_only_under=10**6)


@dataclass(frozen=True)
class Kind:
    """What a ballot says."""

    categories: frozenset[str]
    unit: str | None


@dataclass(frozen=True)
class World:
    """What the attacker knows of a consultation: its categories (code -> theme) and its units (code -> people)."""

    theme_of: Mapping[str, str | None]
    headcounts: dict[str, int] = field(default_factory=dict)
    blanks: bool = True
    single: bool = False
    units_need_category: bool = False

    @property
    def counted_themes(self) -> Mapping[str, str | None]:
        return self.theme_of

    def kinds(self) -> list[Kind]:
        """Every kind of ballot that the world's rules allow."""
        codes = sorted(self.theme_of)
        subsets = chain.from_iterable(combinations(codes, size) for size in range(len(codes) + 1))
        found = [Kind(frozenset(subset), unit) for subset in subsets for unit in (None, *self.headcounts)]
        return [kind for kind in found if self._allows(kind)]

    def _allows(self, kind: Kind) -> bool:
        if not kind.categories and (not self.blanks or (kind.unit is not None and self.units_need_category)):
            return False
        return not (self.single and len(kind.categories) > 1)


Publisher = Callable[[Counts], Hashable]


def tables(ballots: int, kinds: int) -> Iterator[Table]:
    """Every way to spread ``ballots`` over ``kinds``."""
    if kinds == 1:
        yield (ballots,)
        return
    for first in range(ballots + 1):
        for rest in tables(ballots - first, kinds - 1):
            yield (first, *rest)


def counter(world: World, kinds: Sequence[Kind]) -> Callable[[Table], tuple[int, ...]]:
    """A quick count of a table's cells; :func:`test_the_quick_count_is_the_tally` compares it with the real one."""
    themes = sorted({theme for theme in world.theme_of.values() if theme is not None})
    cells: list[list[int]] = [
        [place for place, kind in enumerate(kinds) if code in kind.categories] for code in sorted(world.theme_of)
    ]
    for theme in themes:
        within = {code for code, its in world.theme_of.items() if its == theme}
        cells.append([place for place, kind in enumerate(kinds) if kind.categories & within])
    cells += [[place for place, kind in enumerate(kinds) if kind.unit == unit] for unit in sorted(world.headcounts)]
    return lambda table: tuple(sum(table[place] for place in cell) for cell in cells)


def counts_of(world: World, figures: tuple[int, ...], ballots: int) -> Counts:
    """The figures of :func:`counter` as the publisher takes them."""
    categories, units = sorted(world.theme_of), sorted(world.headcounts)
    themes = sorted({theme for theme in world.theme_of.values() if theme is not None})
    names = [*categories, *themes, *units]
    by_place = dict(zip(range(len(names)), figures, strict=True))
    ends = (len(categories), len(categories) + len(themes))
    return Counts(
        ballots=ballots,
        categories={names[place]: by_place[place] for place in range(ends[0])},
        themes={names[place]: by_place[place] for place in range(*ends)},
        units={names[place]: by_place[place] for place in range(ends[1], len(names))},
        headcounts=world.headcounts,
    )


def proofs(world: World, publisher: Publisher, ballots: int, k: int = K) -> list[tuple[Hashable, list[Kind]]]:
    """What the attacker proves with ``ballots`` submissions: pairs (publication, S)."""
    kinds = world.kinds()
    count = counter(world, kinds)
    # S of all kinds is left out: it says N only, which the log says too.
    everything = range(1, 2 ** len(kinds) - 1)
    members = {mask: [place for place in range(len(kinds)) if mask >> place & 1] for mask in everything}
    said: dict[tuple[int, ...], Hashable] = {}
    standing: dict[Hashable, list[int]] = {}
    for table in tables(ballots, len(kinds)):
        figures = count(table)
        if figures not in said:
            said[figures] = publisher(counts_of(world, figures, ballots))
        candidates = standing.get(said[figures])
        if candidates != []:
            alive = everything if candidates is None else candidates
            standing[said[figures]] = [mask for mask in alive if 0 < sum(table[place] for place in members[mask]) < k]
    return [
        (output, [kinds[place] for place in members[mask]]) for output, masks in standing.items() for mask in masks[:1]
    ]


def real(rule: Rule) -> Publisher:
    return lambda counts: publish(counts, rule)


TWO = {"C1": "C", "C2": "C"}
THREE = {"C1": "C", "C2": "C", "D1": "D"}
PRAISE = {"C1": "C", "C2": None}
# Headcount 8 caps a count at 5, a band's end; 9 and 10 cut the second band short, 12 reaches the third.
SCOPES = [
    pytest.param(World({"C1": "C"}), RULE, range(1, 41), id="one category"),
    pytest.param(World(TWO), RULE, range(1, 25), id="two categories"),
    pytest.param(World(THREE), RULE, range(1, 12), id="three categories"),
    pytest.param(World(THREE), THEMES_RULE, range(1, 11), id="themes"),
    pytest.param(World(PRAISE), THEMES_RULE, range(1, 18), id="theme beside praise"),
    pytest.param(World(THREE), replace(RULE, themes_only_under=7), range(5, 10), id="themes, then categories"),
    *(
        pytest.param(World({"C1": "C"}, {"U1": people}), RULE, range(1, 18), id=f"unit of {people}")
        for people in (7, 8, 9, 10, 11, 12, 30)
    ),
    pytest.param(World({"C1": "C"}, {"U1": 9, "U2": 10}), RULE, range(1, 15), id="category and two units"),
    pytest.param(World({"C1": "C"}, {"U1": 8, "U2": 8}), RULE, range(1, 15), id="two units at their limit"),
    pytest.param(World({}, {"U1": 8, "U2": 8, "U3": 30}), RULE, range(1, 20), id="three units"),
    pytest.param(World(TWO, {"U1": 9}), RULE, range(1, 11), id="two categories and unit"),
    pytest.param(World(TWO, {"U1": 8, "U2": 11}), RULE, range(3, 8), id="two categories and two units"),
    pytest.param(World(TWO), Rule(), (12, 19, 20, 21, 24, 27, 30), id="two categories, default rule"),
    pytest.param(World({"C1": "C"}, {"U1": 17}), Rule(), range(18, 32), id="unit, default rule"),
    pytest.param(World(TWO), Rule(k=10), (24, 31, 42), id="two categories, k = 10"),
]


@pytest.mark.parametrize(("world", "rule", "sizes"), SCOPES)
def test_nobody_proves_a_small_cell(world: World, rule: Rule, sizes: Iterable[int]) -> None:
    """The promise of the module, over every table and every S of the scope."""
    for ballots in sizes:
        assert proofs(world, real(rule), ballots, rule.k) == []


def exact(counts: Counts) -> Hashable:
    """Threshold without bands."""
    tables_ = (counts.categories, counts.units)
    return tuple(tuple((code, n) for code, n in table.items() if n >= K) for table in tables_)


def with_other(counts: Counts) -> Hashable:
    """The real rows, and a banded row for ballots that concern no shown unit."""
    rows = publish(counts, RULE)
    other = counts.ballots - sum(counts.units[row.code] for row in rows.units)
    return rows, min(other, K)


def with_total(counts: Counts) -> Hashable:
    """The real rows, and the number of ballots that name any category."""
    return publish(counts, RULE), counts.themes["C"]


def nested(counts: Counts) -> Hashable:
    """Themes beside categories."""
    return publish(counts, RULE), publish(counts, THEMES_RULE)


def narrow_bands(counts: Counts) -> Hashable:
    """Bands narrower than k, which :class:`Rule` refuses to build."""
    return tuple((code, n // 2) for code, n in counts.categories.items() if n >= K)


def literal_margin(counts: Counts) -> Hashable:
    """ "count <= headcount - 3" alone: public knowledge then cuts a band short."""
    labels = {band.label: band for band in RULE.bands}
    return tuple(
        (code, label)
        for code, n in counts.units.items()
        for label, band in labels.items()
        if band.holds(n) and n <= counts.headcounts[code] - RULE.unit_margin
    )


CANARIES = [
    pytest.param(World({"C1": "C"}), exact, 5, id="exact counts"),
    pytest.param(World({"C1": "C"}, {"U1": 30}), with_other, 5, id="complementary row"),
    pytest.param(World(TWO), with_total, 5, id="total"),
    pytest.param(World(TWO), nested, 8, id="themes beside categories"),
    pytest.param(World({"C1": "C"}), narrow_bands, 6, id="bands narrower than k"),
    pytest.param(World({"C1": "C"}, {"U1": 9}), literal_margin, 8, id="margin without width"),
    pytest.param(
        World(TWO, {"U1": 30, "U2": 30}, units_need_category=True), real(RULE), 6, id="units tied to categories"
    ),
    pytest.param(World(TWO, blanks=False), real(RULE), 7, id="no blank ballots"),
    pytest.param(World(TWO, blanks=False, single=True), real(RULE), 6, id="exactly one category a ballot"),
]


@pytest.mark.parametrize(("world", "publisher", "ballots"), CANARIES)
def test_the_checker_breaks_what_leaks(world: World, publisher: Publisher, ballots: int) -> None:
    """Each rule of the module is needed, and so is the open world."""
    assert proofs(world, publisher, ballots)


def test_the_quick_count_is_the_tally() -> None:
    """The scope counts cells as the portal counts codings."""
    # given every table of three ballots over two categories and a unit
    world = World(TWO, {"U1": 12})
    kinds = world.kinds()
    count = counter(world, kinds)
    for table in tables(3, len(kinds)):
        # when the ballots are written out as codings
        codings = [
            {"categories": sorted(kind.categories), "unit": kind.unit, "flags": []}
            for kind, times in zip(kinds, table, strict=True)
            for _ in range(times)
        ]
        # then both counts agree
        assert tally(codings, world, world.headcounts) == counts_of(world, count(table), 3)


def test_the_scope_reaches_every_verdict_of_interest() -> None:
    """The scope would be idle if nothing were ever shown in it."""
    # given a world where bands, units and the limit of a unit all matter
    world = World({"C1": "C"}, {"U1": 9})
    kinds = world.kinds()
    count = counter(world, kinds)
    # when all its tables are published
    shown = {publish(counts_of(world, count(table), 12), RULE) for table in tables(12, len(kinds))}
    # then categories appear in all three bands and the unit in the only one that its limit leaves whole
    assert {row.band.low for rows in shown for row in rows.categories} == {3, 6, 9}
    assert {row.band.low for rows in shown for row in rows.units} == {3}
