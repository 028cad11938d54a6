"""The noise of a private list, from OpenDP (extra ``private``), which is imported here and nowhere else.

OpenDP draws from the operating system's randomness with exact arithmetic (Canonne, Kamath and Steinke 2020), so that
no floating-point residue of a count is left in a row, and works out itself what the noise is worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import opendp.prelude as dp

from portal.findings.private import Plan
from portal.findings.rule import DisclosureError

dp.enable_features("contrib")


def measurement(plan: Plan) -> dp.Measurement:
    """OpenDP's mechanism for the list. Refuses to be weaker than the plan says, by OpenDP's own reckoning."""
    space = dp.vector_domain(dp.atom_domain(T="i64")), dp.l1_distance(T="i64")
    made = dp.m.make_laplace(*space, scale=float(plan.scale))
    if Fraction(made.map(d_in=plan.sensitivity)) > Fraction(plan.epsilon, 1000):
        raise DisclosureError("private-plan")
    return made


def noisy(counts: Mapping[str, int], plan: Plan, ballots: int) -> dict[str, int]:
    """The rows that may be shown, cut to what is possible: from 0 to ``ballots``, which is public."""
    codes = sorted(counts)
    drawn = measurement(plan)([counts[code] for code in codes])
    return {code: min(max(count, 0), ballots) for code, count in zip(codes, drawn, strict=True)}
