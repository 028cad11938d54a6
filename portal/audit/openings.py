"""Openings of commitments: what only an auditor is given, and what follows from them.

An openings file is JSON: ``{"v": 1, "consultations": {id: {"codings": [{"submission", "salt", "coding"}],
"counts": {...}, "counts_salt", "taxonomy", "settings": {...}}}}``. ``taxonomy`` is its document's text, ``settings``
are those whose digest was logged at opening. It holds no comment and no moderator's name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from portal.audit.invariants import Round
from portal.consultations.taxonomy import Taxonomy, parse_taxonomy, taxonomy_sha256
from portal.crypto.canonical import dump_canonical
from portal.crypto.commitment import commit
from portal.findings.counts import UNCODED, Counts, tally
from portal.findings.disclosure import publish
from portal.findings.publication import parse_publication
from portal.findings.rule import Rule


class OpeningsMalformed(ValueError):
    """The openings file cannot be read."""


def parse_openings(data: bytes) -> dict[str, Any]:
    """The consultations of an openings file."""
    try:
        document = json.loads(data)
        if document["v"] != 1 or not isinstance(document["consultations"], dict):
            raise KeyError("consultations")
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OpeningsMalformed("not an openings file of version 1") from error
    return dict(document["consultations"])


def check_round(name: str, current: Round, opening: dict[str, Any], publication: bytes) -> list[str]:
    """Names of what does not follow: commitments -> codings -> counts -> published rows."""
    if current.finding is None:
        return []
    failures: list[str] = []
    codings = _opened_codings(name, current, opening, failures)
    taxonomy, settings = parse_taxonomy(opening["taxonomy"].encode()), opening["settings"]
    if hashlib.sha256(dump_canonical(settings)).hexdigest() != current.settings_sha256:
        failures.append("settings-not-as-logged")
    if not _opening_follows(settings, current.opening):
        failures.append("settings-not-of-opening")
    counted = tally(codings, taxonomy, {unit["code"]: unit["headcount"] for unit in settings["units"]})
    salt = bytes.fromhex(opening["counts_salt"])
    stated = {"consultation": name, "counts": opening["counts"]}
    if commit(salt, stated).hex() != current.finding["counts_commitment"]:
        failures.append("counts-commitment-does-not-open")
    if counted.as_document() != opening["counts"]:
        failures.append("counts-not-of-codings")
    if not _rows_follow(counted, taxonomy, publication):
        failures.append("published-rows-not-of-counts")
    if not _rule_follows(settings, publication):
        failures.append("published-rule-not-of-settings")
    return failures


def _opening_follows(settings: Mapping[str, Any], opening: Mapping[str, Any]) -> bool:
    """What the settings froze of ballots is what the opening's leaf says, and issuers' terms are signed for."""
    if settings["ballot_mode"] != ("ballots" if opening["v"] == 2 else "open"):
        return False
    frozen = settings.get("ballots")
    if opening["v"] == 1 or frozen is None:
        return opening["v"] == 1 and frozen is None
    days = all(frozen[name] == opening[name] for name in ("each", "collect_from", "collect_until"))
    return days and [one["issuer"] for one in frozen["issuers"]] == opening["issuers"]


def _opened_codings(name: str, current: Round, opening: dict[str, Any], failures: list[str]) -> list[Mapping[str, Any]]:
    """The codings whose commitment is the newest one in the log; a ballot without any says nothing."""
    opened = {}
    for item in opening["codings"]:
        document = {"coding": item["coding"], "consultation": name, "submission": item["submission"]}
        _, logged = current.codings.get(item["submission"], (0, ""))
        if commit(bytes.fromhex(item["salt"]), document).hex() != logged:
            failures.append("coding-commitment-does-not-open")
        opened[item["submission"]] = item["coding"]
    if set(opened) != set(current.codings) or len(opened) != len(opening["codings"]):
        failures.append("coding-opening-missing")
    return [*opened.values(), *(UNCODED for _ in range(current.uncoded))]


def _rows_follow(counts: Counts, taxonomy: Taxonomy, publication: bytes) -> bool:
    stated = parse_publication(publication)
    known = (stated.taxonomy_version, stated.taxonomy_sha256) == (taxonomy.version, taxonomy_sha256(taxonomy))
    return known and publish(counts, stated.rule) == stated.rows


def _rule_follows(settings: Mapping[str, Any], publication: bytes) -> bool:
    """Thresholds cannot be lowered between opening and publishing."""
    stated = parse_publication(publication).rule
    return stated == Rule(k=settings["k"], k_paraphrase=settings["k_paraphrase"])
