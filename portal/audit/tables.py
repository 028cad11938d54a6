"""Tables beside the one-way lists: their leaves, their files, and the counts that they must follow from.

Whether the gate was right to withhold a table is not asked here: a table without cells is always allowed, and nothing
in a verdict tells whether its cells were withheld or were none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal.audit.codings import counted_codings
from portal.audit.openings import Openings
from portal.audit.publications import Asked, NameOf, open_file
from portal.audit.rounds import Document, Round
from portal.consultations.taxonomy import parse_taxonomy
from portal.crypto.canonical import dump_canonical
from portal.crypto.commitment import commit
from portal.findings.counts import UNCODED
from portal.findings.publication import parse_publication
from portal.findings.tables import Table, parse_table
from portal.findings.tables_figures import Cross, Surveyed, count, cross, shown
from portal.reports.findings_file import parse_table_json

# Takes a broken rule's name and the leaf that broke it.
Broken = Callable[[str, int], None]


@dataclass(frozen=True)
class LoggedTable:
    """A table's leaf and where it stands."""

    document: Document
    leaf: int


class TableRules:
    """The rules on the leaves. ``found``: the tables by name."""

    def __init__(self, broken: Broken, rounds: Mapping[str, Round]) -> None:
        self._broken, self._rounds = broken, rounds
        self.found: dict[str, LoggedTable] = {}

    def table(self, index: int, document: Document) -> None:
        """A table counts consultations whose findings are published, and is published once."""
        members = [self._rounds.get(name) for name in document["consultations"]]
        counted = [one.finding_leaf for one in members if one is not None and one.finding is not None]
        if len(counted) < len(members) or document["checkpoint_size"] <= max(counted):
            self._broken("table-before-findings", index)
        if document["checkpoint_size"] > index:
            self._broken("finding-from-the-future", index)
        if document["table"] in self.found:
            self._broken("table-twice", index)
            return
        self.found[document["table"]] = LoggedTable(document, index)


def check_table(
    data: bytes, logged: LoggedTable, rounds: Mapping[str, Round], asked: Asked, *, name_of: NameOf
) -> tuple[Table | None, list[str]]:
    """The table (None when it cannot be read), and the names of what is wrong with its file."""
    file, failures = open_file(data, parse_table_json, logged.leaf, asked, name_of=name_of)
    if file is None:
        return None, failures
    table = parse_table(dump_canonical(file.publication))
    if hashlib.sha256(table.to_bytes()).hexdigest() != logged.document["publication_sha256"]:
        failures.append("publication-not-as-logged")
    if json.loads(file.leaf) != logged.document:
        failures.append("publication-leaf-not-as-logged")
    if not all(_member_holds(one, rounds.get(one["id"])) for one in file.publication["consultations"]):
        failures.append("table-of-other-findings")
    first = rounds.get(table.members[0].consultation)
    if first is not None and first.taxonomy_sha256 != table.taxonomy_sha256:
        failures.append("publication-of-other-taxonomy")
    return table, failures


def _member_holds(member: Mapping[str, Any], current: Round | None) -> bool:
    if current is None or current.finding is None:
        return False
    return member["publication_sha256"] == current.finding["publication_sha256"] and member["period"] == current.period


@dataclass(frozen=True)
class Counted:
    """A consultation as its opening shows it: what everybody knows of it, and its counts by part."""

    known: Surveyed
    cross: Cross


def counted_of(name: str, current: Round, opening: Mapping[str, Any], publication: bytes) -> Counted:
    """Counted again from the codings that open the commitments."""
    units, found = opening["settings"]["units"], parse_publication(publication)
    taxonomy = parse_taxonomy(opening["taxonomy"].encode())
    codings, _ = counted_codings(name, current, opening)
    uncoded = (UNCODED for _ in range(current.uncoded))
    known = Surveyed(
        name=name,
        ballots=len(current.submissions),
        theme_of=taxonomy.counted_themes,
        levels={unit["code"]: unit["level"] for unit in units},
        headcounts={unit["code"]: unit["headcount"] for unit in units},
        rule=found.rule,
        rows=found.rows,
    )
    return Counted(known, cross([*codings, *uncoded], taxonomy, known.headcounts))


def check_opening(
    table: Table,
    logged: LoggedTable,
    rounds: Mapping[str, Round],
    openings: Openings,
    publications: Mapping[str, bytes],
) -> list[str]:
    """Names of what does not follow: codings -> counts -> commitment, and counts -> cells, unless there are none."""
    names = [member.consultation for member in table.members]
    counted = {name: counted_of(name, rounds[name], openings.rounds[name], publications[name]) for name in names}
    opening, members = openings.tables[table.table], [counted[name].known for name in names]
    counts = count(table.kind, members, {name: one.cross for name, one in counted.items()})
    cells = [{"row": row, "column": column, "count": many} for (row, column), many in sorted(counts.items())]
    commitment = commit(bytes.fromhex(opening["salt"]), {"table": table.table, "cells": opening["cells"]})
    given = {(cell.row, cell.column): cell.band for cell in table.cells}
    checks = {
        "counts-commitment-does-not-open": commitment.hex() == logged.document["counts_commitment"],
        "counts-not-of-codings": cells == opening["cells"],
        "published-rows-not-of-counts": not given or given == shown(table.kind, members, counts),
        "published-rule-not-of-settings": table.rule == members[0].rule,
    }
    return [failure for failure, holds in checks.items() if not holds]
