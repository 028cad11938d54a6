"""Differentially private lists, put into words for pages of both apps."""

from __future__ import annotations

from dataclasses import dataclass

from portal.consultations.models import Consultation
from portal.consultations.service import taxonomy_of
from portal.findings.models import PrivateList
from portal.findings.private_service import document_of


@dataclass(frozen=True)
class Blurred:
    """A row with its name: ``count`` with noise, ``low`` and ``high`` as far as noise reaches in 19 of 20 rows."""

    label: str
    count: int
    low: int
    high: int


@dataclass(frozen=True)
class ShownList:
    """A private list, its largest row first. ``epsilon`` in thousandths, ``scale`` and ``margin`` in comments."""

    listed: str
    rows: list[Blurred]
    epsilon: int
    each: int
    most: int
    scale: int
    margin: int
    ballots: int
    leaf: int


def show_list(found: PrivateList, row: Consultation, locale: str) -> ShownList:
    """The list with the names that its consultation gives to its codes."""
    release, names = document_of(found), _names(row, found.listed, locale)
    plan, margin = release.plan, release.plan.margin()
    rows = [
        Blurred(names.get(code, code), count, max(count - margin, 0), min(count + margin, release.ballots))
        for code, count in release.rows.items()
    ]
    return ShownList(
        listed=found.listed,
        rows=sorted(rows, key=lambda one: (-one.count, one.label)),
        epsilon=plan.epsilon,
        each=plan.each,
        most=plan.most,
        scale=plan.scale,
        margin=margin,
        ballots=release.ballots,
        leaf=found.finding_leaf,
    )


def _names(row: Consultation, listed: str, locale: str) -> dict[str, str]:
    if listed == "units":
        return {unit.code: getattr(unit, f"name_{locale}") or unit.name_vi for unit in row.units}
    return {item.code: getattr(item, locale) or item.vi for item in taxonomy_of(row).categories}
