"""Openings of commitments: what only an auditor is given, and what follows from them.

An openings file is canonical JSON (RFC 8785)::

    {"v": 5, "consultations": {id: {"codings": [{"submission", "salt", "coding"}], "counts": {...}, "counts_salt",
     "taxonomy", "settings": {...}, "report", "answers": [{"concern", "code", "state", "text", "salt"}]}},
     "tables": {id: {"cells": [{"row", "column", "count"}], "salt"}},
     "private": {"id/list": {"counts": {code: count}, "lot", "salt"}}}

``codings`` stand in the log's order; ``taxonomy`` is its document's text, ``settings`` are those whose digest was
logged at opening, ``report`` is the approved report's document or null. It holds no comment and no moderator's name.
Where two people read each comment, a coding has ``slot`` and ``coder`` as well (:mod:`portal.audit.codings`). Versions
before 5 had no ``private``, those before 4 no ``tables``, versions 1 and 2 knew no codings of two readers, and version
1 had neither ``report`` nor ``answers``. From version 4 on, ``answers`` are all public steps on each concern in the
log's order (one without text took the earlier ones back), with their ``day`` and the day promised (``due``) where those
were kept; versions 2 and 3 held the newest alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from portal.audit.codings import counted_codings, is_opening
from portal.audit.rounds import Round
from portal.consultations.taxonomy import Taxonomy, parse_taxonomy, taxonomy_sha256
from portal.crypto.canonical import dump_canonical
from portal.crypto.commitment import commit
from portal.findings.counts import UNCODED, Counts, tally
from portal.findings.disclosure import publish
from portal.findings.publication import parse_publication
from portal.findings.rule import rule_of_settings

KEYS_1 = frozenset({"codings", "counts", "counts_salt", "taxonomy", "settings"})
KEYS_2 = KEYS_1 | {"report", "answers"}
KEYS = {1: KEYS_1, 2: KEYS_2, 3: KEYS_2, 4: KEYS_2, 5: KEYS_2}
TABLES_SINCE, PRIVATE_SINCE = 4, 5
"""The versions of openings files from which on tables beside the one-way lists, and private lists, are opened."""


class OpeningsMalformed(ValueError):
    """The openings file cannot be read."""


@dataclass(frozen=True)
class Openings:
    """The openings of each consultation and of each table by its id, and of each private list by ``id/list``."""

    version: int
    rounds: Mapping[str, dict[str, Any]]
    tables: Mapping[str, dict[str, Any]]
    private: Mapping[str, dict[str, Any]]


def parse_openings(data: bytes) -> Openings:
    """An openings file, of exactly the keys of its version and in its only spelling."""
    try:
        document = json.loads(data)
        version, rounds = document["v"], document["consultations"]
        later = {"tables": TABLES_SINCE, "private": PRIVATE_SINCE}
        opened = {name for name, since in later.items() if version >= since}
        if type(version) is not int or set(document) != {"v", "consultations"} | opened:
            raise KeyError("v")
        tables, private = document.get("tables", {}), document.get("private", {})
        if any(set(opening) != {"cells", "salt"} for opening in tables.values()):
            raise KeyError("tables")
        if any(set(opening) != {"counts", "lot", "salt"} for opening in private.values()):
            raise KeyError("private")
        if any(set(opening) != KEYS[version] for opening in rounds.values()) or rfc8785.dumps(document) != data:
            raise KeyError("consultations")
        if not all(is_opening(item, version) for opening in rounds.values() for item in opening["codings"]):
            raise KeyError("codings")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise OpeningsMalformed("not an openings file") from error
    return Openings(version, rounds, tables, private)


def check_round(name: str, current: Round, opening: dict[str, Any], publication: bytes) -> list[str]:
    """Names of what does not follow: commitments -> codings -> counts -> published rows; the report and the answers."""
    if current.finding is None:
        return []
    failures: list[str] = []
    codings, found = counted_codings(name, current, opening)
    failures += found
    taxonomy, settings = parse_taxonomy(opening["taxonomy"].encode()), opening["settings"]
    uncoded = (UNCODED for _ in range(current.uncoded))  # a ballot without a coding says nothing
    counted = tally([*codings, *uncoded], taxonomy, {unit["code"]: unit["headcount"] for unit in settings["units"]})
    salt = bytes.fromhex(opening["counts_salt"])
    stated = {"consultation": name, "counts": opening["counts"]}
    shown = parse_publication(publication)
    checks = {
        "settings-not-as-logged": _digest(settings) == current.settings_sha256,
        "settings-not-of-opening": _opening_follows(settings, current.opening, taxonomy),
        "taxonomy-not-as-logged": taxonomy_sha256(taxonomy) == current.taxonomy_sha256,
        "counts-commitment-does-not-open": commit(salt, stated).hex() == current.finding["counts_commitment"],
        "counts-not-of-codings": counted.as_document() == opening["counts"],
        "published-rows-not-of-counts": _rows_follow(counted, taxonomy, publication),
        # Thresholds cannot be lowered between opening and publishing.
        "published-rule-not-of-settings": shown.rule == rule_of_settings(settings),
        "published-title-not-of-settings": shown.title_vi == settings["title"],
    }
    failures += [failure for failure, holds in checks.items() if not holds]
    if "report" in opening:
        failures += [*_report(current, opening["report"]), *_answers(current, opening["answers"])]
    return failures


def _digest(document: Mapping[str, Any]) -> str:
    return hashlib.sha256(dump_canonical(document)).hexdigest()


def _opening_follows(settings: Mapping[str, Any], opening: Mapping[str, Any], taxonomy: Taxonomy) -> bool:
    """What the settings froze is what the opening's leaf says; of ballots, issuers' terms are signed for."""
    names = ("consultation", "opens", "closes")
    if any(settings[name] != opening[name] for name in names) or settings["taxonomy"] != taxonomy.version:
        return False
    if settings["ballot_mode"] != ("ballots" if opening["v"] == 2 else "open"):
        return False
    frozen = settings.get("ballots")
    if opening["v"] == 1 or frozen is None:
        return opening["v"] == 1 and frozen is None
    days = all(frozen[name] == opening[name] for name in ("each", "collect_from", "collect_until"))
    return days and [one["issuer"] for one in frozen["issuers"]] == opening["issuers"]


def _rows_follow(counts: Counts, taxonomy: Taxonomy, publication: bytes) -> bool:
    stated = parse_publication(publication)
    known = (stated.taxonomy_version, stated.taxonomy_sha256) == (taxonomy.version, taxonomy_sha256(taxonomy))
    return known and publish(counts, stated.rule) == stated.rows


def _report(current: Round, text: str | None) -> list[str]:
    """The report that was approved is the one that was given to the auditor."""
    if current.report is None or text is None:
        if current.report is None and text is None:
            return []
        return ["report-opening-missing" if text is None else "report-not-logged"]
    same = hashlib.sha256(text.encode()).hexdigest() == current.report["document_sha256"]
    return [] if same else ["report-not-as-logged"]


def _answers(current: Round, answers: Iterable[Mapping[str, Any]]) -> list[str]:
    """Each public step was committed to for its concern, in the log's order, and none keeps a newer one back."""
    failures = []
    last = (-1, -1)
    newest: dict[int, int] = {}
    for item in answers:
        concern, logged = item["concern"], current.answers.get(item["concern"], [])
        shown = {name: value for name, value in item.items() if name not in {"concern", "salt"}}
        commitment = commit(bytes.fromhex(item["salt"]), shown).hex()
        if commitment not in logged:
            failures.append("answer-commitment-does-not-open" if logged else "answer-not-logged")
            continue
        place = (concern, logged.index(commitment))
        if place <= last:
            failures.append("answer-opening-twice")
        last = place
        newest[concern] = place[1]
    if any(place != len(current.answers[concern]) - 1 for concern, place in newest.items()):
        failures.append("answer-opening-missing")
    return failures
