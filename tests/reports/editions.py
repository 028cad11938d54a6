"""Editions for the tests of outputs: the usual publication, logged in a log of its own, and the report on it."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import date
from typing import Any

import rfc8785

from portal.consultations.taxonomy import taxonomy_sha256
from portal.ledger.log import Log
from portal.reports.edition import Approval, Edition
from portal.reports.findings_file import findings_json
from portal.reports.model import Document, dump_document
from portal.tlog.merkle import leaf_hashes
from portal.tlog.note import parse_note
from portal.tlog.proof import LogProof
from portal.tlog.tiles import TileTree
from tests.audit.support import Memory, log_files
from tests.reports.support import TAXONOMY, USUAL, publication, report

LOG = Log.from_seed("log.example.org/gop-y", b"\7" * 32)
ADDRESS = "https://gop-y.example.vn/results/gop-y-quy-ba"


def published(categories: dict[str, str] | None = None, **tables: Any) -> dict[str, Any]:
    """A publication of the default taxonomy."""
    found = publication(USUAL if categories is None else categories, **tables)
    return found | {"taxonomy": {"version": TAXONOMY.version, "sha256": taxonomy_sha256(TAXONOMY)}}


def dated(document: Document) -> Document:
    """The same report with a number and a day."""
    return dataclasses.replace(document, head=dataclasses.replace(document.head, number=7, issued=date(2023, 9, 5)))


def leaves(found: dict[str, Any], document: Document) -> tuple[bytes, bytes]:
    """The finding leaf of that publication and the report leaf of that document."""
    name, digest = found["consultation"], hashlib.sha256(rfc8785.dumps(found)).hexdigest()
    finding = {"type": "finding", "v": 1, "consultation": name, "publication_sha256": digest}
    finding |= {"counts_commitment": "cd" * 32, "checkpoint_size": 2}
    said = {"type": "report", "v": 1, "consultation": name, "publication_sha256": digest}
    said |= {"document_sha256": hashlib.sha256(dump_document(document)).hexdigest()}
    return rfc8785.dumps(finding), rfc8785.dumps(said)


def edition(
    document: Document | None = None,
    found: dict[str, Any] | None = None,
    *,
    approved: bool = True,
    address: str = ADDRESS,
) -> Edition:
    """That report on that publication, proven in a log of four leaves."""
    document = document or dated(report())
    found = found or published()
    finding, said = leaves(found, document)
    entries = [b"{}", b"[]", finding, said]
    note = parse_note(log_files(entries, LOG)["log/checkpoint"])
    hashes = leaf_hashes(entries)
    tree = TileTree(4, lambda _level, _index, width: b"".join(hashes)[: width * 32])
    proofs = [str(LogProof(index, tuple(tree.inclusion_proof(index)), note)) for index in (2, 3)]
    return Edition(
        document=document,
        taxonomy=TAXONOMY,
        findings=findings_json(found, finding, proofs[0], str(note)),
        approval=Approval(said.decode(), proofs[1]) if approved else None,
        address=address,
    )


def source(made: Edition) -> Memory:
    """The log of that edition with its publication, as an export or a bundle holds them."""
    finding, said = leaves(dict(made.file.publication), made.document)
    files = log_files([b"{}", b"[]", finding, said], LOG)
    name = made.publication.consultation
    return Memory({**files, f"results/{name}/findings.json": made.findings})
