"""A rule as publications and tables write it down; the version of either is the rule's.

Version 1 knows neither the margin of a unit's row nor the size below which only themes are shown: it stands where they
are 3 people and 20 ballots. Version 2 spells them out as ``unit_margin`` and ``themes_only_under``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.consultations.threshold import LIMITS
from portal.findings.rule import Band, DisclosureError, Rule

SINCE_2 = ("unit_margin", "themes_only_under")


def version_of(rule: Rule) -> int:
    """The lowest version that can hold the rule: what was written before stays as it is."""
    return 1 if all(getattr(rule, name) == getattr(Rule, name) for name in SINCE_2) else 2


def check_limits(rule: Rule) -> None:
    """Version 1 fixes both, version 2 can only raise them. Raises :class:`~portal.findings.rule.DisclosureError`."""
    if any(getattr(rule, name) < LIMITS[name] for name in SINCE_2):
        raise DisclosureError("publication-rule")


def rule_document(rule: Rule) -> dict[str, Any]:
    """Plain JSON values; :func:`read_rule` is the inverse."""
    later = SINCE_2 if version_of(rule) > 1 else ()
    return {
        "k": rule.k,
        "k_paraphrase": rule.k_paraphrase,
        "bands": [[band.low, band.high] for band in rule.bands],
        "unit_min_headcount": rule.unit_min_headcount,
        **{name: getattr(rule, name) for name in later},
    }


def read_rule(document: Mapping[str, Any]) -> Rule:
    """Read what :func:`rule_document` wrote; the caller writes it again to refuse other keys and versions.

    Raises ``KeyError``, ``TypeError`` or ``ValueError`` for anything else, and
    :class:`~portal.findings.rule.DisclosureError` for a rule that does not protect.
    """
    names = ("k", "k_paraphrase", "unit_min_headcount", *(name for name in SINCE_2 if name in document))
    bands = [(low, high) for low, high in document["bands"]]
    numbers = [document[name] for name in names] + [end for pair in bands for end in pair if end is not None]
    # ``true`` and ``1.0`` equal one in Python and would be written again as they came.
    if not bands or any(type(number) is not int for number in numbers):
        raise ValueError("not a rule")
    return Rule(bands=tuple(Band(*pair) for pair in bands), **{name: document[name] for name in names})
