"""One ``findings.json`` against the log: the document, its leaf, its proof, and the opening it must answer to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portal.audit.rounds import Round
from portal.audit.source import Missing, Source, Unusable
from portal.audit.standing import false_cosigners
from portal.crypto.canonical import dump_canonical
from portal.errors import PortalError
from portal.reports.findings_file import FindingsFile, parse_findings_json
from portal.tlog.checkpoint import Checkpoint
from portal.tlog.errors import TlogError
from portal.tlog.merkle import leaf_hash, verify_consistency
from portal.tlog.paths import TilePath
from portal.tlog.policy import LogKey, Policy
from portal.tlog.proof import LogProof, verify_proof
from portal.tlog.tiles import TileTree, width_at

# The name of a tlog refusal, such as ``inclusion-error``.
NameOf = Callable[[Exception], str]


def read_tiles(source: Source, size: int) -> Callable[[int, int, int], bytes]:
    """Tiles of a tree, cut from those that ``source`` has of the tree of ``size`` leaves."""

    def read(level: int, index: int, width: int) -> bytes:
        full = max(width, width_at(level, index, size))
        return source.read(f"log/{TilePath(level, index, full)}")[: width * 32]

    return read


def same_log(source: Source, one: Checkpoint, other: Checkpoint) -> bool:
    """Whether the smaller of two trees is a prefix of the larger one, recomputed from the source's tiles."""
    small, large = sorted((one, other), key=lambda checkpoint: checkpoint.size)
    try:
        proof = TileTree(large.size, read_tiles(source, large.size)).consistency_proof(small.size)
        verify_consistency(small.size, small.root, large.size, large.root, proof)
    except Unusable:
        raise
    except (TlogError, Missing):
        return False
    return True


@dataclass(frozen=True)
class Asked:
    """What a publication is held against: the log by its key, and ``now``, the checkpoint that was replayed."""

    source: Source
    key: LogKey
    now: Checkpoint
    policy: Policy | None


def check_publication(data: bytes, current: Round, asked: Asked, *, name_of: NameOf) -> tuple[bytes, list[str]]:
    """The publication's canonical bytes (empty when it cannot be read), and the names of what is wrong."""
    file, failures = open_file(data, parse_findings_json, current.finding_leaf, asked, name_of=name_of)
    if file is None:
        return b"", failures
    return dump_canonical(file.publication), [*_document(file, current), *failures]


def open_file(
    data: bytes, parse: Callable[[bytes], FindingsFile], leaf: int, asked: Asked, *, name_of: NameOf
) -> tuple[FindingsFile | None, list[str]]:
    """A file that says to stand in the log at ``leaf``, and the names of what is wrong with its proof.

    The proof must be of the same log as the checkpoint that was replayed, be it older or newer. It may have fewer
    cosignatures than the policy demands; false ones it may not have.
    """
    try:
        file = parse(data)
        proven = verify_proof(file.proof_text, leaf_hash(file.leaf), asked.key).checkpoint
    except PortalError:
        return None, ["publication-malformed"]
    except TlogError as error:
        return None, [f"publication-{name_of(error)}"]
    failures, note = [], LogProof.parse(file.proof_text).checkpoint
    if str(note) != file.checkpoint:
        failures.append("publication-checkpoint-differs")
    if LogProof.parse(file.proof_text).index != leaf:
        failures.append("publication-proof-of-another-leaf")
    if asked.policy is not None and false_cosigners(asked.policy, note):
        failures.append("publication-cosignature-wrong")
    if not same_log(asked.source, proven, asked.now):
        failures.append("publication-proof-of-another-log")
    return file, failures


def _document(file: FindingsFile, current: Round) -> list[str]:
    """What the document says against its leaf and against what was frozen at opening."""
    finding: dict[str, Any] = current.finding or {}
    digest = hashlib.sha256(dump_canonical(file.publication)).hexdigest()
    checks = {
        "publication-not-as-logged": digest == finding.get("publication_sha256"),
        "publication-leaf-not-as-logged": json.loads(file.leaf) == finding,
        "publication-of-other-taxonomy": file.publication["taxonomy"]["sha256"] == current.taxonomy_sha256,
        "publication-of-other-period": file.publication["period"] == current.period,
    }
    return [name for name, holds in checks.items() if not holds]
