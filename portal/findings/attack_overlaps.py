"""Sets of ballots that depend on how categories overlap: two flags in every way that they can meet, and the ballots
that name none of a set of categories. A point leaves the overlap open; it says how small and how large it can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from portal.findings.attack_sets import Aim, Joint, Values, add
from portal.findings.attack_space import Batch, Form, Point, Space

WAYS = ("both", "only", "neither", "one")
# |S| as multiples of n, a, b and the open figure y = |a and b|.
FACTORS = {"both": (0, 0, 0, 1), "only": (0, 1, 0, -1), "neither": (1, -1, -1, 1), "one": (0, 1, 1, -2)}


class Pairs:
    """Two flags: both, only the first, neither, exactly one; in each of ``scopes`` (sets of parts)."""

    def __init__(self, space: Space, batch: Batch, scopes: NDArray[np.bool_]) -> None:
        self._space, self._batch, self._scopes = space, batch, scopes
        self._flags = len(batch.flags)
        self.whole = batch.ballots
        self._shape = (len(WAYS), len(scopes), self._flags, self._flags)
        places = {code: nth for nth, code in enumerate(batch.flags)}
        self._themes = {places[theme]: [places[code] for code in codes] for theme, codes in batch.themes.items()}

    def _open(self, block: Values) -> tuple[Values, Values]:
        """Bounds of y for every part and pair."""
        named, ballots = block[:, 1:], block[:, 0, None, None]
        first, second = named[:, :, None], named[:, None, :]
        lows, highs = np.maximum(first + second - ballots, 0), np.minimum(first, second)
        for theme, members in self._themes.items():
            inside = np.ix_(range(len(block)), members, members)
            size, total = named[:, theme, None, None], named[:, members].sum(axis=1)[:, None, None]
            lows[inside] = np.maximum(lows[inside], (first + second)[inside] - size)
            highs[inside] = np.minimum(highs[inside], total - size)
            for code in members:
                lows[:, code, theme] = lows[:, theme, code] = named[:, code]
        return lows, highs

    def extents(self, point: Point) -> tuple[Values, Values]:
        """Each part's least and most, added over the scope."""
        block = self._space.block(point, self._batch.name).astype(np.float64)
        named, ballots = block[:, 1:], block[:, 0, None, None]
        first, second = named[:, :, None], named[:, None, :]
        open_low, open_high = self._open(block)
        ends: tuple[list[Values], list[Values]] = ([], [])
        for way in WAYS:
            each, one, other, joint = FACTORS[way]
            fixed = each * ballots + one * first + other * second
            least, most = (open_low, open_high) if joint > 0 else (open_high, open_low)
            for end, figure in zip(ends, (least, most), strict=True):
                end.append(np.tensordot(self._scopes, fixed + joint * figure, axes=1))
        return np.stack(ends[0]).ravel(), np.stack(ends[1]).ravel()

    def asked(self) -> NDArray[np.bool_]:
        """Each unordered pair once, except for "only the first"; who names a category names its theme."""
        worth = np.zeros(self._shape, dtype=bool)
        worth[:] = np.triu(np.ones(self._shape[2:], dtype=bool), 1)
        only = ~np.eye(self._flags, dtype=bool)
        for theme, members in self._themes.items():
            only[members, theme] = False
        worth[WAYS.index("only")] = only
        return worth.ravel()

    def aim(self, place: int) -> Aim:
        """One open figure for each part of the scope."""
        way, scope, one, other = (int(axis) for axis in np.unravel_index(place, self._shape))
        each, first, second, joint = FACTORS[WAYS[way]]
        found = Aim({})
        for part in np.flatnonzero(self._scopes[scope]):
            ballots, a, b = (self._space.figure(self._batch.name, int(part), flag) for flag in (-1, one, other))
            for variable, factor in ((ballots, each), (a, first), (b, second)):
                add(found.form, {variable: factor})
            found.joints.append(self._joint(joint, int(part), one, other))
        return found

    def _joint(self, factor: int, part: int, one: int, other: int) -> Joint:
        ballots, a, b = (self._space.figure(self._batch.name, part, flag) for flag in (-1, one, other))
        found = Joint(factor, [{}, {a: 1, b: 1, ballots: -1}], [{a: 1}, {b: 1}])
        for theme, members in self._themes.items():
            size = self._space.figure(self._batch.name, part, theme)
            if one in members and other in members:
                found.lows.append({a: 1, b: 1, size: -1})
                named = {self._space.figure(self._batch.name, part, code): 1 for code in members}
                found.highs.append({**named, size: -1})
            elif theme in (one, other) and (one in members or other in members):
                found.lows.append({a: 1} if one in members else {b: 1})
        return found

    def name(self, place: int) -> str:
        """Such as ``q: both C1 and C2 at U1``."""
        way, scope, one, other = np.unravel_index(place, self._shape)
        where = [str(part) for part, inside in zip(self._batch.parts, self._scopes[scope], strict=True) if inside]
        return f"{self._batch.name}: {WAYS[way]} of {self._batch.flags[one]}, {self._batch.flags[other]} at {where}"


class Nones:
    """The ballots that name none of a set of categories, in each of ``scopes``."""

    def __init__(self, space: Space, batch: Batch, scopes: NDArray[np.bool_], sets: Sequence[frozenset[str]]) -> None:
        self._space, self._batch, self._scopes, self._sets = space, batch, scopes, sets
        self.whole = batch.ballots
        self._places = {code: nth for nth, code in enumerate(batch.flags)}
        themed = {code for codes in batch.themes.values() for code in codes}
        # Each set as groups whose unions are bounded: those of a theme together, all others one by one.
        self._groups = [
            [(theme, sorted(chosen.intersection(codes))) for theme, codes in batch.themes.items()]
            + [(None, [code]) for code in sorted(chosen - themed)]
            for chosen in sets
        ]

    def extents(self, point: Point) -> tuple[Values, Values]:
        """n less the most and the least of the union."""
        block = self._space.block(point, self._batch.name).astype(np.float64)
        column = {code: block[:, 1 + place] for code, place in self._places.items()}
        ballots, least, most = block[:, 0], [], []
        for groups in self._groups:
            low, high = np.zeros_like(ballots), np.zeros_like(ballots)
            for theme, codes in groups:
                if codes:
                    total = np.sum([column[code] for code in codes], axis=0)
                    low = np.maximum(low, np.max([column[code] for code in codes], axis=0))
                    high += total if theme is None else np.minimum(total, column[theme])
                if theme is not None:
                    rest = [column[code] for code in self._batch.themes[theme] if code not in codes]
                    low = np.maximum(low, column[theme] - np.sum(rest, axis=0) if rest else column[theme])
            least.append(self._scopes @ (ballots - np.minimum(high, ballots)))
            most.append(self._scopes @ (ballots - low))
        return np.array(least).ravel(), np.array(most).ravel()

    def asked(self) -> NDArray[np.bool_]:
        """All."""
        return np.ones(len(self._sets) * len(self._scopes), dtype=bool)

    def aim(self, place: int) -> Aim:
        """One open union for each part of the scope."""
        nth, scope = divmod(place, len(self._scopes))
        found = Aim({})
        for part in np.flatnonzero(self._scopes[scope]):
            add(found.form, {self._space.figure(self._batch.name, int(part)): 1})
            found.joints.append(self._joint(int(part), self._groups[nth]))
        return found

    def _joint(self, part: int, groups: Sequence[tuple[str | None, list[str]]]) -> Joint:
        def figure(code: str) -> int:
            return self._space.figure(self._batch.name, part, self._places[code])

        found = Joint(-1, [{}], [{self._space.figure(self._batch.name, part): 1}])
        bounds: list[list[Form]] = []
        for theme, codes in groups:
            found.lows += [{figure(code): 1} for code in codes]
            total = {figure(code): 1 for code in codes}
            if theme is not None:
                rest = {figure(code): -1 for code in self._batch.themes[theme] if code not in codes}
                found.lows.append({figure(theme): 1, **rest})
            if codes:
                bounds.append([total] if theme is None else [total, {figure(theme): 1}])
        for choice in product(*bounds):
            high: Form = {}
            for one in choice:
                add(high, one)
            found.highs.append(high)
        return found

    def name(self, place: int) -> str:
        """Such as ``q: none of C1, C2 at U1``."""
        nth, scope = divmod(place, len(self._scopes))
        where = [str(part) for part, inside in zip(self._batch.parts, self._scopes[scope], strict=True) if inside]
        return f"{self._batch.name}: none of {', '.join(sorted(self._sets[nth]))} at {where}"
