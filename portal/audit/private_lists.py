"""Differentially private lists: their leaves, their files, and the exact counts that their rows must lie near.

Nobody can check noise against a seed, for there is none. What can be checked: that the list was promised in the frozen
settings, that its noise has the scale which the promise takes, that the exact counts are those of the codings, and that
no row lies further from its count than noise of that scale can reach (:data:`CHANCE`).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.audit.codings import counted_codings
from portal.audit.openings import Openings
from portal.audit.publications import Asked, NameOf, open_file
from portal.audit.rounds import Document, Round
from portal.consultations.private_lists import EPSILON_MOST
from portal.consultations.taxonomy import parse_taxonomy
from portal.crypto.canonical import dump_canonical
from portal.crypto.commitment import commit
from portal.findings.counts import UNCODED
from portal.findings.private import Plan, Release, bounded, parse_release
from portal.findings.rule import DisclosureError
from portal.reports.findings_file import parse_private_json

# Takes a broken rule's name and the leaf that broke it.
Broken = Callable[[str, int], None]
CHANCE = 1e-12
"""That honest noise of one row goes further than what is let pass."""


@dataclass(frozen=True)
class LoggedList:
    """A list's leaf and where it stands."""

    document: Document
    leaf: int

    @property
    def path(self) -> str:
        """Where its file stands."""
        return f"results/{self.document['consultation']}/private-{self.document['list']}.json"


class PrivateRules:
    """The rules on the leaves. ``found``: the lists by ``consultation/list``."""

    def __init__(self, broken: Broken, rounds: Mapping[str, Round]) -> None:
        self._broken, self._rounds = broken, rounds
        self.found: dict[str, LoggedList] = {}

    def private(self, index: int, document: Document) -> None:
        """A list is of a consultation whose findings are published, and is drawn once."""
        current = self._rounds.get(document["consultation"])
        if current is None or current.finding is None or document["checkpoint_size"] <= current.finding_leaf:
            self._broken("private-before-findings", index)
        if document["checkpoint_size"] > index:
            self._broken("finding-from-the-future", index)
        name = f"{document['consultation']}/{document['list']}"
        if name in self.found:
            self._broken("private-twice", index)
            return
        self.found[name] = LoggedList(document, index)


def check_private(
    data: bytes, logged: LoggedList, rounds: Mapping[str, Round], asked: Asked, *, name_of: NameOf
) -> tuple[Release | None, list[str]]:
    """The list (None when it cannot be read), and the names of what is wrong with its file."""
    file, failures = open_file(data, parse_private_json, logged.leaf, asked, name_of=name_of)
    if file is None:
        return None, failures
    release, current = parse_release(dump_canonical(file.publication)), rounds[logged.document["consultation"]]
    if hashlib.sha256(release.to_bytes()).hexdigest() != logged.document["publication_sha256"]:
        failures.append("publication-not-as-logged")
    if json.loads(file.leaf) != logged.document:
        failures.append("publication-leaf-not-as-logged")
    # What everybody can see without an opening: how many ballots a person had, and how many comments there are.
    if (release.plan.each, release.ballots) != (current.opening.get("each"), len(current.submissions)):
        failures.append("private-of-other-ballots")
    return release, failures


def check_opening(release: Release, logged: LoggedList, current: Round, openings: Openings) -> list[str]:
    """Names of what does not follow: settings -> plan, codings -> counts -> commitment, and counts -> rows, nearly."""
    name, plan = release.consultation, release.plan
    opening, stated = openings.rounds[name], openings.private[f"{name}/{plan.listed}"]
    counts = stated["counts"]
    said = {"consultation": name, "list": plan.listed, "lot": stated["lot"], "counts": counts}
    far = plan.margin(CHANCE)
    checks = {
        "published-rule-not-of-settings": plan == _promised(plan.listed, opening["settings"]),
        "counts-commitment-does-not-open": commit(bytes.fromhex(stated["salt"]), said).hex()
        == logged.document["counts_commitment"],
        "counts-not-of-codings": _recounted(name, plan, current, opening, stated["lot"]) == counts,
        "published-rows-not-of-counts": set(release.rows) == set(counts)
        and all(abs(count - counts[code]) <= far for code, count in release.rows.items()),
    }
    return [failure for failure, holds in checks.items() if not holds]


def _promised(listed: str, settings: Mapping[str, Any]) -> Plan | None:
    try:
        return Plan.of_settings(listed, settings)
    except (KeyError, DisclosureError):
        return None


def _recounted(name: str, plan: Plan, current: Round, opening: Mapping[str, Any], lot: str) -> dict[str, int]:
    codings, _ = counted_codings(name, current, opening)
    taxonomy = parse_taxonomy(opening["taxonomy"].encode())
    units = [unit["code"] for unit in opening["settings"]["units"]]
    codes = units if plan.listed == "units" else [item.code for item in taxonomy.categories]
    uncoded = (UNCODED for _ in range(current.uncoded))
    return bounded([*codings, *uncoded], plan, codes, lot=bytes.fromhex(lot))


def overspent(settings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Years, as ``2026``, whose consultations together promised more than a person may lose in one."""
    spent: Counter[str] = Counter()
    for one in settings:
        promised = one.get("private", {})
        spent[one["opens"][:4]] += promised.get("categories", 0) + promised.get("units", 0)
    return sorted(year for year, cost in spent.items() if cost > EPSILON_MOST)
