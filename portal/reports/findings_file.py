"""``findings.json``: a publication with the proof that it stands in the log, for an upper-level office to import.

Version 1, canonical JSON (RFC 8785)::

    {"v":1, "publication":{...}, "leaf":"<canonical JSON of the finding leaf>", "proof":"<tlog-proof>",
     "checkpoint":"<signed note>"}

A table beside the one-way lists has a file of the same shape (:func:`table_json`), whose leaf is of version 2, and a
differentially private list has one (:func:`private_json`), whose leaf is of version 3.

This module checks that the parts belong together; that the proof and the checkpoint hold is for ``tlog`` to say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from portal.errors import PortalError
from portal.findings.private import parse_release
from portal.findings.publication import parse_publication
from portal.findings.tables import parse_table
from portal.reports.errors import BadFindingsFile

VERSION = 1
KEYS = {"v", "publication", "leaf", "proof", "checkpoint"}
# Takes the document's canonical bytes and what its leaf says; refuses what does not belong together.
Check = Callable[[bytes, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class FindingsFile:
    """What a file holds: the publication, its leaf as logged, the C2SP tlog-proof and the signed checkpoint."""

    publication: Mapping[str, Any]
    leaf: bytes
    proof_text: str
    checkpoint: str


def findings_json(publication: Mapping[str, Any], leaf: bytes | str, proof_text: str, checkpoint: str) -> bytes:
    """The canonical bytes of the file; :func:`parse_findings_json` is the inverse.

    ``leaf`` is the leaf's data as logged (canonical JSON), ``proof_text`` a C2SP tlog-proof, ``checkpoint`` a signed
    note.

    :raises BadFindingsFile: when the leaf is not the finding leaf of this publication, or a part is empty.
    """
    return _written(publication, leaf, proof_text, checkpoint, _check_publication)


def table_json(table: Mapping[str, Any], leaf: bytes | str, proof_text: str, checkpoint: str) -> bytes:
    """The same file for a table (:mod:`portal.findings.tables`); :func:`parse_table_json` is the inverse."""
    return _written(table, leaf, proof_text, checkpoint, _check_table)


def private_json(release: Mapping[str, Any], leaf: bytes | str, proof_text: str, checkpoint: str) -> bytes:
    """The same file for a private list (:mod:`portal.findings.private`); :func:`parse_private_json` is the inverse."""
    return _written(release, leaf, proof_text, checkpoint, _check_private)


def _written(
    publication: Mapping[str, Any], leaf: bytes | str, proof_text: str, checkpoint: str, check: Check
) -> bytes:
    try:
        text = leaf.decode() if isinstance(leaf, bytes) else leaf
        check(rfc8785.dumps(dict(publication)), _leaf(text))
        if not (isinstance(proof_text, str) and proof_text and isinstance(checkpoint, str) and checkpoint):
            raise BadFindingsFile
        return rfc8785.dumps(
            {
                "v": VERSION,
                "publication": dict(publication),
                "leaf": text,
                "proof": proof_text,
                "checkpoint": checkpoint,
            }
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, PortalError) as error:
        raise BadFindingsFile from error


def parse_findings_json(data: bytes) -> FindingsFile:
    """Read what :func:`findings_json` wrote, and nothing else.

    :raises BadFindingsFile: for another version or key, parts that do not belong together, or non-canonical bytes.
    """
    return _read(data, _check_publication)


def parse_table_json(data: bytes) -> FindingsFile:
    """Read what :func:`table_json` wrote, and nothing else; the same refusals."""
    return _read(data, _check_table)


def parse_private_json(data: bytes) -> FindingsFile:
    """Read what :func:`private_json` wrote, and nothing else; the same refusals."""
    return _read(data, _check_private)


def _read(data: bytes, check: Check) -> FindingsFile:
    try:
        table = json.loads(data)
        if set(table) != KEYS or type(table["v"]) is not int or table["v"] != VERSION:
            raise BadFindingsFile
        found = FindingsFile(table["publication"], table["leaf"].encode(), table["proof"], table["checkpoint"])
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadFindingsFile from error
    if _written(found.publication, found.leaf, found.proof_text, found.checkpoint, check) != data:
        raise BadFindingsFile
    return found


def _leaf(text: str) -> dict[str, Any]:
    said = json.loads(text)
    if rfc8785.dumps(said).decode() != text or said["type"] != "finding":
        raise BadFindingsFile
    return dict(said)


def _check_publication(document: bytes, said: Mapping[str, Any]) -> None:
    found = parse_publication(document)
    if (said["v"], said["consultation"]) != (1, found.consultation) or said["publication_sha256"] != _digest(document):
        raise BadFindingsFile


def _check_table(document: bytes, said: Mapping[str, Any]) -> None:
    found = parse_table(document)
    names = [member.consultation for member in found.members]
    if (said["v"], said["table"], said["consultations"]) != (2, found.table, names):
        raise BadFindingsFile
    if said["publication_sha256"] != _digest(document):
        raise BadFindingsFile


def _check_private(document: bytes, said: Mapping[str, Any]) -> None:
    found = parse_release(document)
    if (said["v"], said["consultation"], said["list"]) != (3, found.consultation, found.plan.listed):
        raise BadFindingsFile
    if said["publication_sha256"] != _digest(document):
        raise BadFindingsFile


def _digest(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()
