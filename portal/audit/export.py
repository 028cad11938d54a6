"""Writing what a verifier reads: static files, and the openings only where an auditor is to get them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import rfc8785
from sqlalchemy.orm import Session

from portal.concerns import service as concerns
from portal.concerns import steps
from portal.consultations import service as consultations
from portal.consultations.frozen import frozen_settings
from portal.crypto.atrest import AtRest
from portal.findings import private_service as private
from portal.findings import service as findings
from portal.findings import tables_service as tables
from portal.findings.models import FindingTable, PrivateList
from portal.ledger import log as ledger
from portal.ledger.log import Log
from portal.moderation import readable
from portal.reports import service as reports
from portal.reports.findings_file import findings_json, private_json, table_json
from portal.tlog.note import Note
from portal.tlog.proof import LogProof
from portal.tlog.tiles import bundle_paths, tile_paths


def findings_file(session: Session, log: Log, consultation_id: str, note: Note | None = None) -> bytes:
    """The ``findings.json`` of a published consultation, proven against that checkpoint (by default the newest)."""
    publication = findings.get(session, consultation_id)
    proof = log.proof(session, publication.finding_leaf, note)
    return findings_json(
        findings.document_of(publication),
        ledger.read_leaf(session, publication.finding_leaf),
        proof,
        str(LogProof.parse(proof).checkpoint),  # not read again: the log may have grown since
    )


def table_file(session: Session, log: Log, name: str, note: Note | None = None) -> bytes:
    """The same for a table beside the one-way lists."""
    row = tables.get(session, name)
    leaf = row.finding_leaf or 0
    proof = log.proof(session, leaf, note)
    document = tables.document_of(row).as_document()
    return table_json(document, ledger.read_leaf(session, leaf), proof, str(LogProof.parse(proof).checkpoint))


def private_file(session: Session, log: Log, row: PrivateList, note: Note | None = None) -> bytes:
    """The same for a differentially private list."""
    proof = log.proof(session, row.finding_leaf, note)
    leaf, document = ledger.read_leaf(session, row.finding_leaf), private.document_of(row).as_document()
    return private_json(document, leaf, proof, str(LogProof.parse(proof).checkpoint))


def private_path(row: PrivateList) -> str:
    """Where that file stands, from the public root."""
    return f"results/{row.consultation_id}/private-{row.listed}.json"


def public_files(session: Session, log: Log, static: Path) -> Iterator[tuple[str, bytes]]:
    """Relative names and bytes of everything public: log, publications, the files served to browsers."""
    size = ledger.size(session)
    yield "log/vkey", log.vkey.encode() + b"\n"
    yield "log/checkpoint", ledger.newest_checkpoint(session).encode()
    if log.policy.witnesses:
        yield "log/policy", bytes(log.policy)
    for tile in tile_paths(size):
        yield f"log/{tile}", ledger.read_tile(session, tile.level, tile.index, tile.width)
    for bundle in bundle_paths(size):
        yield f"log/{bundle}", ledger.read_bundle(session, bundle.index, bundle.width)
    for name in findings.published_ids(session):
        yield f"results/{name}/findings.json", findings_file(session, log, name)
    for table in tables.decided(session):
        yield f"tables/{table.id}/findings.json", table_file(session, log, table.id)
    for drawn in private.drawn_lists(session):
        yield private_path(drawn), private_file(session, log, drawn)
    yield from static_files(static)


def static_files(static: Path) -> Iterator[tuple[str, bytes]]:
    """The files served to browsers."""
    for path in sorted(static.iterdir()):
        if path.is_file():
            yield f"static/{path.name}", path.read_bytes()


def openings(session: Session, atrest: AtRest) -> bytes:
    """The openings of every published consultation's commitments: for auditors only."""
    rounds = {name: _opening(session, atrest, name) for name in findings.published_ids(session)}
    opened = {row.id: _table_opening(atrest, row) for row in tables.decided(session)}
    lots = {f"{row.consultation_id}/{row.listed}": _list_opening(atrest, row) for row in private.drawn_lists(session)}
    return rfc8785.dumps({"v": 5, "consultations": rounds, "tables": opened, "private": lots})


def _list_opening(atrest: AtRest, row: PrivateList) -> dict[str, Any]:
    found = private.opening_of(atrest, row)
    return {"counts": found["counts"], "lot": found["lot"], "salt": found["salt"]}


def _table_opening(atrest: AtRest, row: FindingTable) -> dict[str, Any]:
    found = tables.opening_of(atrest, row)
    return {"cells": found["cells"], "salt": found["salt"]}


def _opening(session: Session, atrest: AtRest, name: str) -> dict[str, Any]:
    row = consultations.get(session, name)
    counts = findings.opening_of(atrest, findings.get(session, name))
    return {
        "codings": [
            {key: value for key, value in item.items() if key != "consultation"}
            for item in readable.openings(session, atrest, row)
        ],
        "counts": counts["counts"],
        "counts_salt": counts["salt"],
        "taxonomy": row.taxonomy.document,
        "settings": frozen_settings(row),
        "report": reports.approved_text(session, atrest, name),
        "answers": steps.openings(session, concerns.listing(session, name)),
    }


def write(folder: Path, files: Iterator[tuple[str, bytes]]) -> int:
    """Write the files below ``folder``; returns how many."""
    count = 0
    for name, data in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        count += 1
    return count
