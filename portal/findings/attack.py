"""The attacker: can anybody prove ``1 <= |S| < k`` from what was published? Integer programming decides.

Use::

    found = attack(batches, facts, k)
    found.safe       # whether every S that was asked about can be empty, or can have k ballots
    found.proven     # else what was proven, as a range

Why it may only err towards refusing
    A set counts as safe only when a point of the space shows it empty or at k at least, and each such point is checked
    in integer arithmetic: it **is** a possible table of ballots. So a wrong answer of the solver, its tolerances or its
    limit of nodes can make a safe publication look unsafe, and never the other way round. The sets that are asked
    about are those of :mod:`portal.findings.attack_questions`; of other sets nothing is said here
    (docs/disclosure-control.md, "Limits").

Each point that is found judges all sets at once, so that a few dozen solves answer for tens of thousands of sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from portal.findings.attack_questions import families
from portal.findings.attack_sets import Aim, Family
from portal.findings.attack_solver import Solver
from portal.findings.attack_space import Batch, Fact, Point, Space

SEEDS = 16
"""Points in random directions with which the search begins. The directions are the same in every run."""
FEW = 16
"""Sets left for which it pays to be pursued one by one."""
SLACK = 0.5
"""How far from the best a point in a random direction may be: any will do, and the best takes long."""


@dataclass(frozen=True)
class Proof:
    """A set of ballots and the range within which everybody can prove its size (``most`` None: not asked any more)."""

    name: str
    least: int
    most: int | None


@dataclass(frozen=True)
class Found:
    """What an attack came to. ``possible``: some table of ballots agrees with the facts; ``solves``: of the solver."""

    possible: bool
    proven: tuple[Proof, ...]
    solves: int

    @property
    def safe(self) -> bool:
        """Whether nothing was proven; what nobody can have published is not safe either."""
        return self.possible and not self.proven


def attack(batches: Sequence[Batch], facts: Iterable[Fact], k: int, *, every: bool = False) -> Found:
    """Try to prove a small set from ``facts`` about ``batches``; stops at the first proof unless ``every``."""
    facts = tuple(facts)
    space = Space(batches, facts)
    solver = Solver(space)
    hunts = [_Hunt(family, k) for family in families(space, facts)]
    possible = False
    for point in _seeds(solver):
        possible = True
        for hunt in hunts:
            hunt.strike(point)
        if sum(int(hunt.alive.sum()) for hunt in hunts) <= FEW:
            break
    proven: list[Proof] = []
    if possible:
        for proof in chain.from_iterable(_pursue(hunt, hunts, solver) for hunt in hunts):
            proven.append(proof)
            if not every:
                break
    return Found(possible, tuple(proven), solver.solves)


class _Hunt:
    """A family's sets that no point has shown harmless yet, and those whose complement has not been."""

    def __init__(self, family: Family, k: int) -> None:
        self.family, self.k = family, k
        asked = family.asked()
        self.alive = np.stack([asked, asked if family.whole is not None else np.zeros_like(asked)])

    def strike(self, point: Point) -> None:
        """Drop the sets that can be empty, or reach k, in this point."""
        if not self.alive.any():
            return
        least, most = self.family.extents(point)
        self.alive[0] &= (least > 0) & (most < self.k)
        if self.family.whole is not None:
            self.alive[1] &= (most < self.family.whole) & (self.family.whole - least < self.k)

    def next(self) -> tuple[int, int] | None:
        """A set that is left: (1 for its complement, place)."""
        left: NDArray[np.int64] = np.argwhere(self.alive)
        return (int(left[0][0]), int(left[0][1])) if len(left) else None


def _pursue(hunt: _Hunt, hunts: Sequence[_Hunt], solver: Solver) -> Iterator[Proof]:
    """Two solves at most for each set that is left: as small as it can be, as large as it can be."""
    while (left := hunt.next()) is not None:
        complement, place = left
        aim, ends = hunt.family.aim(place), []
        for direction in (-1, 1) if complement else (1, -1):
            point = solver.least(aim, direction)
            if point is not None:
                for other in hunts:
                    other.strike(point)
                ends.append(_size(hunt, left, point, direction))
            if not hunt.alive[complement, place]:
                break
        else:
            hunt.alive[complement, place] = False
            name = hunt.family.name(place)
            least = min(ends, default=1)
            yield Proof(f"not ({name})" if complement else name, least, max(ends) if len(ends) > 1 else None)


def _size(hunt: _Hunt, left: tuple[int, int], point: Point, direction: int) -> int:
    least, most = (int(end[left[1]]) for end in hunt.family.extents(point))
    size = least if direction > 0 else most
    return (hunt.family.whole or 0) - size if left[0] else size


def _seeds(solver: Solver) -> Iterator[Point]:
    """Points far apart: as few and as many named ballots as can be, and corners in random directions."""
    draw = np.random.default_rng(0)
    size = solver.space.size
    directions = [np.ones(size), -np.ones(size), *(draw.integers(-9, 10, size=size) for _ in range(SEEDS))]
    for direction in directions:
        point = solver.least(Aim(dict(enumerate(map(int, direction)))), 1, gap=SLACK)
        if point is None:
            return  # most likely there is none; at worst fewer sets are shown harmless at once
        yield point
