"""Deciding a table: counting, the gate, and the publication. It needs SciPy; pages do not import it.

A decision takes seconds of solving and how long depends on exact counts, so that no page waits for it. It comes in two
steps: :func:`weigh` reads and solves and holds no lock, :func:`settle` writes, unless something was decided meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import rfc8785
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.consultations.service import list_all, taxonomy_of
from portal.consultations.taxonomy import taxonomy_sha256
from portal.crypto.atrest import AtRest
from portal.crypto.commitment import commit
from portal.crypto.padding import rounded
from portal.errors import NotFound
from portal.findings import service
from portal.findings.gate import Release, decide
from portal.findings.models import FindingCross, FindingTable, Publication
from portal.findings.publication import parse_publication
from portal.findings.rule import Band
from portal.findings.tables import Member, Table, TableCell
from portal.findings.tables_figures import Cross, Place, Surveyed, count, cross
from portal.findings.tables_service import PURPOSE, decided, document_of, members_of
from portal.ledger import events
from portal.ledger.log import Log, append, lock, size
from portal.ledger.turns import take_turn

CROSS = "finding-cross"
CROSS_STEP = 1 << 16


@dataclass(frozen=True)
class Weighed:
    """A decision that is not written yet. ``after``: the tables that had been decided when it was taken; ``counted``:
    consultations that were counted for it."""

    table: Table
    counts: Mapping[Place, int]
    after: tuple[str, ...]
    counted: Mapping[str, Cross]


def weigh(session: Session, atrest: AtRest, name: str, *, today: date) -> Weighed | None:
    """Count and let the gate decide; None where the table is not waiting."""
    asked = session.get(FindingTable, name)
    if asked is None or asked.document is not None:
        return None
    rows = members_of(session, asked.kind, asked.subject, today=today)
    known = {row.id: _surveyed(session, atrest, row) for row in list_all(session, ("published",))}
    crosses, counted = _crosses(session, atrest, rows)
    names, before = [row.id for row in rows], decided(session)
    counts = count(asked.kind, [known[one] for one in names], crosses)
    release = decide(asked.kind, names, counts, known, [_release(document_of(one)) for one in before])
    return Weighed(_table(session, name, rows, release), counts, tuple(one.id for one in before), counted)


def settle(session: Session, log: Log, atrest: AtRest, weighed: Weighed) -> bool:
    """Log and freeze a decision; False when others were taken meanwhile, on which it would have to rest."""
    row = session.get(FindingTable, weighed.table.table)
    if row is None:
        raise NotFound("table-unknown")
    take_turn(session, row)
    lock(session)  # only now is it certain which tables were decided before, and how large the log is
    if row.document is not None or tuple(one.id for one in decided(session)) != weighed.after:
        return False
    for name, crossed in weighed.counted.items():
        if session.get(FindingCross, name) is None:
            sealed = atrest.seal(CROSS, rounded(rfc8785.dumps(crossed.as_document()), CROSS_STEP))
            session.add(FindingCross(consultation_id=name, sealed=sealed))
    _freeze(session, log, atrest, row, weighed)
    session.flush()
    return True


def _freeze(session: Session, log: Log, atrest: AtRest, row: FindingTable, weighed: Weighed) -> None:
    salt, data = secrets.token_bytes(32), weighed.table.to_bytes()
    cells = [{"row": place[0], "column": place[1], "count": many} for place, many in sorted(weighed.counts.items())]
    opening: dict[str, Any] = {"table": row.id, "cells": cells}
    commitment = commit(salt, opening)
    leaf = events.encode(
        "finding",
        version=2,
        table=row.id,
        consultations=[member.consultation for member in weighed.table.members],
        publication_sha256=hashlib.sha256(data).hexdigest(),
        counts_commitment=commitment.hex(),
        checkpoint_size=size(session),
    )
    index = append(session, log, [leaf])  # before the row is touched, whose columns are set all at once or not at all
    row.document = data
    row.counts_sealed = atrest.seal(PURPOSE, rounded(rfc8785.dumps({**opening, "salt": salt.hex()})))
    row.counts_commitment = commitment
    row.finding_leaf = index


def _surveyed(session: Session, atrest: AtRest, row: Consultation) -> Surveyed:
    publication = service.get(session, row.id)
    found = parse_publication(publication.document)
    return Surveyed(
        name=row.id,
        ballots=service.opening_of(atrest, publication)["counts"]["ballots"],  # as many as the log has of it
        theme_of=taxonomy_of(row).counted_themes,
        levels={unit.code: unit.level for unit in row.units},
        headcounts={unit.code: unit.headcount for unit in row.units},
        rule=found.rule,
        rows=found.rows,
    )


def _crosses(
    session: Session, atrest: AtRest, rows: Iterable[Consultation]
) -> tuple[dict[str, Cross], dict[str, Cross]]:
    """Each consultation's counts by part, and those of them that are not kept yet."""
    found, counted = {}, {}
    for row in rows:
        kept = session.get(FindingCross, row.id)
        if kept is None:
            counted[row.id] = cross(
                service.counted_codings(session, atrest, row), taxonomy_of(row), [unit.code for unit in row.units]
            )
        else:
            found[row.id] = Cross.from_document(json.loads(atrest.open(CROSS, kept.sealed)))
    return found | counted, counted


def _release(table: Table) -> Release:
    floor = None if table.floor is None else _bands(table.floor)
    return Release(table.kind, tuple(member.consultation for member in table.members), floor, _bands(table.cells))


def _bands(cells: Iterable[TableCell]) -> dict[Place, Band]:
    return {(cell.row, cell.column): cell.band for cell in cells}


def _cells(bands: Mapping[Place, Band]) -> tuple[TableCell, ...]:
    return tuple(TableCell(row, column, band) for (row, column), band in sorted(bands.items()))


def _table(session: Session, name: str, rows: Sequence[Consultation], release: Release) -> Table:
    taxonomy, first = taxonomy_of(rows[0]), rows[0]
    return Table(
        table=name,
        kind=release.kind,
        members=tuple(_member(row, service.get(session, row.id)) for row in rows),
        taxonomy_version=taxonomy.version,
        taxonomy_sha256=taxonomy_sha256(taxonomy),
        rule=service.rule_of(first),
        floor=None if release.floor is None else _cells(release.floor),
        cells=_cells(release.cells),
    )


def _member(row: Consultation, publication: Publication) -> Member:
    return Member(row.id, row.opens, row.closes, hashlib.sha256(publication.document).hexdigest())
