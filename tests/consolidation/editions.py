"""A consolidated edition of three offices, approved in the log of an upper office."""

from __future__ import annotations

import json
from typing import Any

from portal.consolidation.drafting import draft
from portal.consolidation.edition import ConsolidatedEdition
from portal.consolidation.figures import Figures, SourceLine
from portal.consolidation.sums import Joined, JoinRule, consolidate
from portal.consultations.taxonomy import taxonomy_sha256
from portal.ledger import events
from portal.ledger.log import Log
from portal.reports.edition import Approval
from portal.reports.model import Document
from portal.reports.phrases import load_phrases
from portal.reports.profile import demo_profile
from portal.tlog.merkle import leaf_hashes
from portal.tlog.note import parse_note
from portal.tlog.proof import LogProof
from portal.tlog.tiles import TileTree
from tests.audit.support import log_files
from tests.consolidation.offices import CLOSES, OPENS, TAXONOMY, Sender, document, publication, sender

LOG = Log.from_seed("log.example.org/tinh", b"\7" * 32)
SIZES = (60, 90, 12)


def sources(*sizes: int) -> list[tuple[Sender, bytes, dict[str, Any]]]:
    """So many offices with their files and documents; 12 comments are a small office that shows themes only."""
    made = []
    for number, ballots in enumerate(sizes or SIZES, start=1):
        one, found = sender(number), document(number, ballots=ballots)
        made.append((one, one.file(found), found))
    return made


def figures(made: list[tuple[Sender, bytes, dict[str, Any]]], **over: Any) -> Figures:
    """The table of those."""
    parts = [Joined(one.id, publication(found), TAXONOMY) for one, _, found in made]
    values: dict[str, Any] = {
        "consolidation": "quy-ba-2026",
        "title_vi": "Tổng hợp góp ý quý ba",
        "title_en": "Third quarter",
        "opens": OPENS,
        "closes": CLOSES,
        "taxonomy_version": TAXONOMY.version,
        "taxonomy_sha256": taxonomy_sha256(TAXONOMY),
        "rule": JoinRule(),
        "rows": consolidate(parts, JoinRule()),
        "sources": tuple(
            SourceLine(part.office, part.publication.consultation, one.name, one.vkey, _digest(data))
            for part, (one, data, _) in zip(parts, made, strict=True)
        ),
    }
    return Figures(**{**values, **over})


def _digest(data: bytes) -> str:
    return str(json.loads(json.loads(data)["leaf"])["publication_sha256"])


def approved_leaf(found: Figures, digest: str, **over: Any) -> bytes:
    """The ``report`` leaf of that table and that document."""
    values = {"consolidation": found.consolidation, "document_sha256": digest, "figures_sha256": found.digest}
    return events.encode("report", version=3, revision=1, approvals=2, **{**values, **over})


def edition(
    *sizes: int, approved: bool = True, text: Document | None = None, found: Figures | None = None, **leaf: Any
) -> ConsolidatedEdition:
    """The report on those offices, with its approval proven in a log of three leaves."""
    made = sources(*sizes)
    table = found or figures(made)
    values: dict[str, Any] = {
        "document": text or draft(demo_profile(), table, TAXONOMY, load_phrases()),
        "taxonomy": TAXONOMY,
        "taxonomies": (),
        "figures": table,
        "sources": tuple(data for _, data, _ in made),
        "address": "https://gop-y.example.vn/log",
    }
    bare = ConsolidatedEdition(**values)
    if not approved:
        return bare
    said = approved_leaf(table, bare.document_sha256, **leaf)
    entries = [b"{}", b"[]", said]
    note, hashes = parse_note(log_files(entries, LOG)["log/checkpoint"]), leaf_hashes(entries)
    tree = TileTree(3, lambda _level, _index, width: b"".join(hashes[:width]))
    proof = str(LogProof(2, tuple(tree.inclusion_proof(2)), note))
    return ConsolidatedEdition(**{**values, "approval": Approval(said.decode(), proof)})
