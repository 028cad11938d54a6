"""What an attacker knows of batches of ballots, as integer points.

Variables, for every batch q (a closed consultation) and every part p of it (what a ballot says besides categories: the
unit concerned, the level, the severity, or nothing): ``n[q, p]`` ballots, and of these ``m[q, p, f]`` that name the
flag f, a category or a theme. Kinds of ballots are sets of categories, so there are exponentially many; these few
variables stand for all of them **exactly**. For integers with ``m[c] <= n``, and per theme T with
``max(m[c] of T) <= m[T] <= min(n, sum of m[c] of T)``, there are ballots with just these figures: categories are
named independently of each other (the open world of ``disclosure``), so sets of the wanted sizes and unions can be
chosen part by part. Whoever shows a point of this space has therefore shown a possible table of ballots.

A point is checked in integer arithmetic (:meth:`Space.holds`), so that nothing rests on the solver that found it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from portal.findings.tables_figures import Cell

Range = tuple[int, int]
Point = NDArray[np.int64]
Form = dict[int, int]
"""Variable -> coefficient."""


@dataclass(frozen=True)
class Fact:
    """What is known of a figure: the ballots of all ``cells`` number within one of ``ranges``, both ends included."""

    cells: tuple[Cell, ...]
    ranges: tuple[Range, ...]


@dataclass(frozen=True)
class Batch:
    """A closed batch by what everybody knows. ``themes``: code -> its categories, where themes are to be looked at."""

    name: str
    ballots: int
    parts: tuple[Any, ...]
    categories: tuple[str, ...]
    themes: Mapping[str, tuple[str, ...]]

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """Categories, then themes: the columns of a part's figures after ``n``."""
        return (*self.categories, *self.themes)

    @cached_property
    def width(self) -> int:
        """Variables of one part."""
        return 1 + len(self.flags)


class Space:
    """All tables of ballots that agree with the facts. Facts about one figure add up: all of them hold."""

    def __init__(self, batches: Sequence[Batch], facts: Iterable[Fact]) -> None:
        self.batches = tuple(batches)
        self._at: dict[str, tuple[int, Batch]] = {}
        self.size = 0
        for batch in self.batches:
            self._at[batch.name] = (self.size, batch)
            self.size += len(batch.parts) * batch.width
        self._rows: list[tuple[Form, int, int]] = []
        self.choices: list[tuple[Form, tuple[Range, ...]]] = []
        for batch in self.batches:
            self._structure(batch)
        for fact in facts:
            self._learn(fact)
        self.matrix = forms_matrix([form for form, _, _ in self._rows], self.size)
        self.lows = np.array([low for _, low, _ in self._rows], dtype=np.int64)
        self.highs = np.array([high for _, _, high in self._rows], dtype=np.int64)

    def figure(self, batch: str, part: int, flag: int = -1) -> int:
        """The variable of the batch's part: ``n``, or ``m`` of the flag in that place."""
        start, found = self._at[batch]
        return start + part * found.width + 1 + flag

    def block(self, point: Point, batch: str) -> Point:
        """The batch's figures in a point: a row for each part, ``n`` in the first column."""
        start, found = self._at[batch]
        parts = len(found.parts)
        return point[start : start + parts * found.width].reshape(parts, found.width)

    def form(self, cells: Iterable[Cell]) -> Form:
        """The figure of these cells together."""
        found: Form = {}
        for cell in cells:
            batch = self._at[cell.batch][1]
            flag = -1 if cell.flag is None else batch.flags.index(cell.flag)
            for place, part in enumerate(batch.parts):
                if cell.parts is None or part in cell.parts:
                    variable = self.figure(cell.batch, place, flag)
                    found[variable] = found.get(variable, 0) + 1
        return found

    @cached_property
    def most(self) -> NDArray[np.int64]:
        """The most that each variable can be."""
        sizes = [np.full(len(one.parts) * one.width, one.ballots, dtype=np.int64) for one in self.batches]
        return np.concatenate(sizes)

    def holds(self, point: Point) -> bool:
        """Whether the point is one of the space, by integer arithmetic alone."""
        if point.min(initial=0) < 0:
            return False
        values = self.matrix @ point
        if (values < self.lows).any() or (values > self.highs).any():
            return False
        return all(_within(value_of(form, point), ranges) for form, ranges in self.choices)

    def _structure(self, batch: Batch) -> None:
        """What holds of any table of ballots."""
        places = range(len(batch.parts))
        whole = {self.figure(batch.name, place): 1 for place in places}
        self._rows.append((whole, batch.ballots, batch.ballots))
        for place in places:
            ballots = self.figure(batch.name, place)
            flags = {code: self.figure(batch.name, place, nth) for nth, code in enumerate(batch.flags)}
            self._rows += [({ballots: 1, flag: -1}, 0, batch.ballots) for flag in flags.values()]
            for theme, members in batch.themes.items():
                named = [flags[code] for code in members]
                self._rows += [({flags[theme]: 1, one: -1}, 0, batch.ballots) for one in named]
                total = {**dict.fromkeys(named, 1), flags[theme]: -1}
                self._rows.append((total, 0, batch.ballots * max(len(named), 1)))

    def _learn(self, fact: Fact) -> None:
        form = self.form(fact.cells)
        if len(fact.ranges) == 1:
            self._rows.append((form, *fact.ranges[0]))
        else:
            self.choices.append((form, fact.ranges))


def forms_matrix(forms: Sequence[Form], width: int) -> sparse.csr_matrix:
    """A row for each form."""
    rows = [row for row, form in enumerate(forms) for _ in form]
    columns = [variable for form in forms for variable in form]
    values = [value for form in forms for value in form.values()]
    return sparse.csr_matrix((np.array(values, dtype=np.int64), (rows, columns)), shape=(len(forms), width))


def value_of(form: Form, point: Point) -> int:
    """The form's value in the point."""
    return int(sum(factor * int(point[variable]) for variable, factor in form.items()))


def _within(value: int, ranges: Iterable[Range]) -> bool:
    return any(low <= value <= high for low, high in ranges)
