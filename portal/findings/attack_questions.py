"""Which families of sets an attacker asks about a space: everything that its size allows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.findings.attack_overlaps import Nones, Pairs
from portal.findings.attack_sets import Across, Family, Unions
from portal.findings.attack_space import Batch, Fact, Space
from portal.findings.tables_figures import Cell

EVERY_UNION_UP_TO = 6
"""Parts of a batch up to which every union of cells is asked about: 4 ** 6 sets for each flag."""
EVERY_CHOICE_UP_TO = 7
"""Batches up to which a flag, its lack or nothing is chosen of each: 3 ** 7 sets for each flag."""
PAIRED_SCOPES_UP_TO = 16
"""Sets of parts up to which the unions of any two of them are looked at as well."""

Parts = frozenset[Any]


def families(space: Space, facts: Iterable[Fact]) -> Iterator[Family]:
    """The families, the most telling first. ``facts`` say where to look closer: at what was published and beside it."""
    facts = tuple(facts)
    if len(space.batches) > 1:
        common = set.intersection(*(set(batch.flags) for batch in space.batches))
        choices = _choices(len(space.batches))
        yield from (Across(space, flag, choices) for flag in sorted(common))
    for batch in space.batches:
        scopes = _scopes(batch, facts)
        yield Unions(space, batch, _sides(batch, scopes))
        if batch.flags:
            inside = np.array([[part in scope for part in batch.parts] for scope in scopes])
            yield Pairs(space, batch, inside)
        if batch.categories:
            yield Nones(space, batch, inside, _sets(batch, facts))


def _choices(batches: int) -> NDArray[np.int64]:
    if batches <= EVERY_CHOICE_UP_TO:
        return np.array(list(product(range(3), repeat=batches)))
    # Who names the flag, or does not, in any choice of batches.
    chosen = np.array(list(product(range(2), repeat=batches)))
    return np.concatenate([chosen, 2 * chosen])


def _scopes(batch: Batch, facts: Sequence[Fact]) -> list[Parts]:
    """Sets of parts: each alone, all, those that were published of, together and one by one, and what they leave."""
    everywhere: Parts = frozenset(batch.parts)
    named: set[Parts] = set()
    shown: dict[str | None, Parts] = {}
    for fact, cell in _about(batch, facts):
        if cell.parts is not None:
            named.add(cell.parts & everywhere)
            if all(low > 0 for low, _ in fact.ranges):
                shown[cell.flag] = shown.get(cell.flag, frozenset()) | (cell.parts & everywhere)
    found = {everywhere, *(frozenset([part]) for part in batch.parts), *named, *shown.values()}
    if len(found) <= PAIRED_SCOPES_UP_TO:
        found |= {one | other for one, other in combinations(found, 2)}
    found |= {everywhere - one for one in found}
    order = {part: place for place, part in enumerate(batch.parts)}
    return sorted(found - {frozenset()}, key=lambda one: (len(one), sorted(order[part] for part in one)))


def _about(batch: Batch, facts: Iterable[Fact]) -> Iterator[tuple[Fact, Cell]]:
    return ((fact, cell) for fact in facts for cell in fact.cells if cell.batch == batch.name)


def _sides(batch: Batch, scopes: Sequence[Parts]) -> NDArray[np.int64]:
    """Every choice for every part; where they are too many, one choice within a scope and one outside of it."""
    if len(batch.parts) <= EVERY_UNION_UP_TO:
        return np.array(list(product(range(4), repeat=len(batch.parts))))
    rows = {
        tuple(within if part in scope else outside for part in batch.parts)
        for scope in scopes
        for within, outside in product(range(4), repeat=2)
    }
    return np.array(sorted(rows))


def _sets(batch: Batch, facts: Sequence[Fact]) -> list[frozenset[str]]:
    """All categories, those that were published and those that were not, and each theme's."""
    known = {cell.flag for fact, cell in _about(batch, facts) if cell.flag and all(low for low, _ in fact.ranges)}
    every = frozenset(batch.categories)
    found = {every, every & known, every - known, *map(frozenset, batch.themes.values())}
    return sorted(found - {frozenset()}, key=sorted)
