"""The sets S of ballots that an attacker asks about, in families that a point judges all at once.

A point of :class:`portal.findings.attack_space.Space` leaves open how categories overlap within a part; so |S| has a
least and a most value in it, both of which some table of ballots attains (Fréchet's bounds, and those of unions). For
one S they are also given as an :class:`Aim` that a solver can push down or up.

Families of a batch: every union of the cells (flag or not) x part, for each flag; two flags, in every way that they can
meet; the ballots that name none (or any) of a set of categories. Across batches: a flag, or the lack of it, over every
choice of batches: the differences between releases. Each family asks about the complement of each S, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from portal.findings.attack_space import Batch, Form, Point, Space

Values = NDArray[np.float64]
# Of a part (or a batch): nothing, who names the flag, who does not, everybody.
SIDES = ((0, 0), (1, 0), (0, 1), (1, 1))


@dataclass
class Joint:
    """A figure y that a point leaves open, counted ``factor`` times: ``max(lows) <= y <= min(highs)``."""

    factor: int
    lows: list[Form]
    highs: list[Form]


@dataclass
class Aim:
    """|S| as a solver sees it: a form, and open figures."""

    form: Form
    joints: list[Joint] = field(default_factory=list)


class Family(Protocol):
    """Sets in a fixed order."""

    @property
    def whole(self) -> int | None:
        """Ballots of which S and its complement are parts.

        None where complements are sets of the family, or say no more.
        """

    def extents(self, point: Point) -> tuple[Values, Values]:
        """The least and the most of every |S| in the point."""

    def asked(self) -> NDArray[np.bool_]:
        """Which of the sets are worth asking: not those whose number everybody knows."""

    def aim(self, place: int) -> Aim:
        """One of them for a solver."""

    def name(self, place: int) -> str:
        """One of them for a reader."""


def add(form: Form, more: Mapping[int, int], factor: int = 1) -> None:
    """``form += factor * more``."""
    for variable, value in more.items():
        form[variable] = form.get(variable, 0) + factor * value


class Unions:
    """Unions of cells: for each flag of ``batch`` and each row of ``sides`` (part -> index of :data:`SIDES`)."""

    def __init__(self, space: Space, batch: Batch, sides: NDArray[np.int64]) -> None:
        self._space, self._batch, self._sides = space, batch, sides
        self._flags = max(len(batch.flags), 1)
        self.whole = None
        chosen = np.array(SIDES, dtype=np.float64)[sides]
        self._with, self._without = chosen[:, :, 0], chosen[:, :, 1]

    def extents(self, point: Point) -> tuple[Values, Values]:
        """Nothing is open: cells add up."""
        block = self._space.block(point, self._batch.name).astype(np.float64)
        ballots = block[:, :1]
        named = block[:, 1:] if self._batch.flags else np.zeros_like(ballots)
        values = (self._with @ named + self._without @ (ballots - named)).ravel()
        return values, values

    def asked(self) -> NDArray[np.bool_]:
        """Neither nothing nor everything, which says N."""
        uniform = (self._sides == self._sides[:, :1]).all(axis=1)
        worth = ~(uniform & np.isin(self._sides[:, 0], (0, 3)))
        return np.repeat(worth, self._flags)

    def aim(self, place: int) -> Aim:
        """The cells' figures."""
        row, flag = divmod(place, self._flags)
        form: Form = {}
        for part, side in enumerate(self._sides[row]):
            named, other = SIDES[side]
            add(form, {self._space.figure(self._batch.name, part): other})
            if self._batch.flags:
                add(form, {self._space.figure(self._batch.name, part, flag): named - other})
        return Aim(form)

    def name(self, place: int) -> str:
        """Such as ``q: C1 in U1, not in U2``."""
        row, flag = divmod(place, self._flags)
        code = self._batch.flags[flag] if self._batch.flags else "-"
        words = (f"no {code}", code, f"not {code}", "any")
        said = [f"{words[side]} at {self._batch.parts[part]}" for part, side in enumerate(self._sides[row]) if side]
        return f"{self._batch.name}: {', '.join(said)}"


class Across:
    """A flag that all batches have, over a choice of batches: each row of ``sides`` says what of each batch.

    Never all of one: how many ballots a batch has is public, so that adding it to S proves nothing and hides nothing.
    """

    def __init__(self, space: Space, flag: str, sides: NDArray[np.int64]) -> None:
        self._space, self._flag, self._sides = space, flag, sides
        self.whole = None
        self._chosen = np.array(SIDES, dtype=np.float64)[sides]
        self._places = [batch.flags.index(flag) for batch in space.batches]

    def extents(self, point: Point) -> tuple[Values, Values]:
        """Nothing is open."""
        figures = []
        for batch, place in zip(self._space.batches, self._places, strict=True):
            total = self._space.block(point, batch.name).sum(axis=0)
            figures.append((total[1 + place], total[0] - total[1 + place]))
        values = np.tensordot(self._chosen, np.array(figures, dtype=np.float64), axes=2)
        return values, values

    def asked(self) -> NDArray[np.bool_]:
        """All but nothing."""
        return np.asarray(self._sides.any(axis=1))

    def aim(self, place: int) -> Aim:
        """The batches' figures."""
        form: Form = {}
        for batch, nth, side in zip(self._space.batches, self._places, self._sides[place], strict=True):
            named, other = SIDES[side]
            for part in range(len(batch.parts)):
                add(form, {self._space.figure(batch.name, part): other})
                add(form, {self._space.figure(batch.name, part, nth): named - other})
        return Aim(form)

    def name(self, place: int) -> str:
        """Such as ``C1 in q1, not in q2``."""
        words = ("", "in", "not in")
        pairs = zip(self._space.batches, self._sides[place], strict=True)
        return f"{self._flag}: {', '.join(f'{words[side]} {batch.name}' for batch, side in pairs if side)}"
