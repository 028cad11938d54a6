"""``findings.json``: a publication with the proof that it stands in the log, for an upper-level office to import.

Version 1, canonical JSON (RFC 8785)::

    {"v":1, "publication":{...}, "leaf":"<canonical JSON of the finding leaf>", "proof":"<tlog-proof>",
     "checkpoint":"<signed note>"}

This module checks that the parts belong together; that the proof and the checkpoint hold is for ``tlog`` to say.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from portal.errors import PortalError
from portal.findings.publication import parse_publication
from portal.reports.errors import BadFindingsFile

VERSION = 1
KEYS = {"v", "publication", "leaf", "proof", "checkpoint"}


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
    try:
        text = leaf.decode() if isinstance(leaf, bytes) else leaf
        _check(dict(publication), text, proof_text, checkpoint)
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
    try:
        table = json.loads(data)
        if set(table) != KEYS or type(table["v"]) is not int or table["v"] != VERSION:
            raise BadFindingsFile
        found = FindingsFile(table["publication"], table["leaf"].encode(), table["proof"], table["checkpoint"])
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise BadFindingsFile from error
    if findings_json(found.publication, found.leaf, found.proof_text, found.checkpoint) != data:
        raise BadFindingsFile
    return found


def _check(publication: dict[str, Any], leaf: str, proof_text: str, checkpoint: str) -> None:
    document = rfc8785.dumps(publication)
    parse_publication(document)
    said = json.loads(leaf)
    if rfc8785.dumps(said).decode() != leaf or (said["type"], said["v"]) != ("finding", 1):
        raise BadFindingsFile
    digest = hashlib.sha256(document).hexdigest()
    if (said["publication_sha256"], said["consultation"]) != (digest, publication["consultation"]):
        raise BadFindingsFile
    if not (isinstance(proof_text, str) and proof_text and isinstance(checkpoint, str) and checkpoint):
        raise BadFindingsFile
