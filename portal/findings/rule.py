"""Thresholds and bands of a consultation's findings. ``disclosure`` says why they are as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from portal.consultations.threshold import LIMITS, ballots_for
from portal.errors import Invalid

K_LEAST = 3
USUAL_STARTS = (5, 10, 15, 20, 30, 50)


class DisclosureError(Invalid):
    """A rule, a count or a publication that the guarantee does not cover."""

    code = "disclosure-invalid"


@dataclass(frozen=True, order=True)
class Band:
    """The counts ``low`` to ``high`` (ballots, both included); ``high`` None means no upper end."""

    low: int
    high: int | None

    @property
    def label(self) -> str:
        """``10-14`` or ``50+``; :func:`band_labelled` is the inverse."""
        return f"{self.low}+" if self.high is None else f"{self.low}-{self.high}"

    def holds(self, count: int) -> bool:
        """Whether ``count`` lies in the band."""
        return self.low <= count and (self.high is None or count <= self.high)

    def width_under(self, limit: int) -> int:
        """How many counts the band can stand for when everybody knows that none exceeds ``limit``."""
        end = limit if self.high is None else min(self.high, limit)
        return max(end - self.low + 1, 0)


def bands_from(k: int) -> tuple[Band, ...]:
    """The usual bands for threshold ``k``: the first starts at k, each is at least k wide, the last is open.

    k = 5 gives 5-9, 10-14, 15-19, 20-29, 30-49, 50+; k = 10 gives 10-19, 20-29, 30-49, 50+.
    """
    starts = [k]
    for start in USUAL_STARTS:
        if start - starts[-1] >= k:
            starts.append(start)
    return (*(Band(low, after - 1) for low, after in pairwise(starts)), Band(starts[-1], None))


def band_of(count: int, bands: Sequence[Band]) -> Band | None:
    """The band that holds ``count``, or None under the first one."""
    return next((band for band in bands if band.holds(count)), None)


def band_labelled(label: str, bands: Sequence[Band]) -> Band:
    """The band with that label. Raises :class:`DisclosureError` when there is none."""
    for band in bands:
        if band.label == label:
            return band
    raise DisclosureError("disclosure-unknown-band")


@dataclass(frozen=True)
class Rule:
    """The thresholds of one consultation, fixed when it opens. ``bands`` left empty means ``bands_from(k)``.

    ``k`` and ``themes_only_under`` are in ballots, ``unit_min_headcount`` and ``unit_margin`` in people.
    Raises :class:`DisclosureError` for a rule under which the guarantee of ``disclosure`` would not hold.
    """

    k: int = 5
    k_paraphrase: int = 10
    bands: tuple[Band, ...] = ()
    unit_min_headcount: int = LIMITS["unit_min_headcount"]
    unit_margin: int = LIMITS["unit_margin"]
    themes_only_under: int = LIMITS["themes_only_under"]

    def __post_init__(self) -> None:
        if self.k < K_LEAST or self.k_paraphrase < self.k:
            raise DisclosureError("disclosure-threshold", least=K_LEAST)
        if self.unit_min_headcount < 1 or self.unit_margin < 0 or self.themes_only_under < 0:
            raise DisclosureError("disclosure-limits")
        if not self.bands:
            object.__setattr__(self, "bands", bands_from(self.k))
        self._check_bands()

    def _check_bands(self) -> None:
        lows = [band.low for band in self.bands]
        closed = [band for band in self.bands if band.high is not None]
        if lows[0] != self.k or closed != list(self.bands[:-1]):
            raise DisclosureError("disclosure-bands-gap")
        if any(band.high != after.low - 1 for band, after in pairwise(self.bands)):
            raise DisclosureError("disclosure-bands-gap")
        if any(after - low < self.k for low, after in pairwise(lows)):
            raise DisclosureError("disclosure-bands-narrow", least=self.k)

    def themes_only(self, ballots: int) -> bool:
        """Whether a consultation of ``ballots`` submissions shows themes instead of categories and units."""
        return ballots < self.themes_only_under

    def unit_limit(self, headcount: int) -> int | None:
        """The highest count that a unit's row may have; None when the unit is too small for any row."""
        limit = headcount - self.unit_margin
        fits = headcount >= self.unit_min_headcount and self.bands[0].width_under(limit) >= self.k
        return limit if fits else None


def rule_of_settings(settings: Mapping[str, Any]) -> Rule:
    """The rule that follows from what a consultation froze at opening (:mod:`portal.consultations.frozen`).

    Where the thresholds are meant in people, each has so many ballots at most: the rule is the one for as many ballots
    as cannot come from fewer people. ``disclosure`` says why that is enough.
    """
    each = settings["ballots"]["each"] if settings.get("count_people") else 1
    limits: dict[str, Any] = {name: settings[name] for name in LIMITS if name in settings}
    return Rule(k=ballots_for(settings["k"], each), k_paraphrase=ballots_for(settings["k_paraphrase"], each), **limits)
