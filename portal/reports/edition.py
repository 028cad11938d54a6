"""An edition of a report: its text, the findings it stands on, and where both stand in the log.

Every file that leaves the house carries its edition as one canonical JSON text (RFC 8785), version 1, so that
``portal audit verify-report`` can tell offline whether its figures are those committed in the log::

    {"v":1, "document":{...}, "taxonomy":{...}, "findings":{...findings.json...},
     "approval":{"leaf":"<the report leaf as logged>","proof":"<tlog-proof>"} | null, "address":"https://..." | ""}

``document`` is the document model as it is stored, so that its SHA-256 is the one in the ``report`` leaf; ``taxonomy``
is the version whose SHA-256 stands in the publication. ``address`` is where readers find the published results.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import rfc8785

from portal.consultations.taxonomy import Taxonomy, dump_taxonomy, parse_taxonomy
from portal.errors import PortalError
from portal.findings.publication import Publication, parse_publication
from portal.reports.errors import BadEdition
from portal.reports.findings_file import FindingsFile, parse_findings_json
from portal.reports.model import Document, dump_document, parse_document

VERSION = 1
ADDRESS = re.compile(r"(https?://[!-~]{1,200})?")
KEYS = {"v", "document", "taxonomy", "findings", "approval", "address"}


@dataclass(frozen=True, slots=True)
class Approval:
    """The ``report`` leaf as logged, and a C2SP tlog-proof of it."""

    leaf: str
    proof: str


@dataclass(frozen=True, slots=True)
class Edition:
    """``findings``: the bytes of a ``findings.json``; ``approval`` is None while the report is a draft.

    Raises :class:`BadEdition` for findings that cannot be read, an empty approval, or an address that is none.
    """

    document: Document
    taxonomy: Taxonomy
    findings: bytes
    approval: Approval | None = None
    address: str = ""

    def __post_init__(self) -> None:
        if not ADDRESS.fullmatch(self.address):
            raise BadEdition(where="address")
        if self.approval is not None and not (self.approval.leaf and self.approval.proof):
            raise BadEdition(where="approval")
        try:
            parse_findings_json(self.findings)
        except PortalError as error:
            raise BadEdition(where="findings") from error

    @property
    def file(self) -> FindingsFile:
        """The findings with their leaf and proof."""
        return parse_findings_json(self.findings)

    @property
    def publication(self) -> Publication:
        """What was published."""
        return parse_publication(rfc8785.dumps(dict(self.file.publication)))

    @property
    def document_sha256(self) -> str:
        """The digest (hex) that the ``report`` leaf names."""
        return sha256(dump_document(self.document)).hexdigest()

    @property
    def publication_sha256(self) -> str:
        """The digest (hex) that the ``finding`` leaf names."""
        return sha256(rfc8785.dumps(dict(self.file.publication))).hexdigest()


def dump_edition(edition: Edition) -> bytes:
    """Canonical JSON, version 1; :func:`parse_edition` is the inverse."""
    approval = edition.approval
    return rfc8785.dumps(
        {
            "v": VERSION,
            "document": json.loads(dump_document(edition.document)),
            "taxonomy": json.loads(dump_taxonomy(edition.taxonomy)),
            "findings": json.loads(edition.findings),
            "approval": {"leaf": approval.leaf, "proof": approval.proof} if approval else None,
            "address": edition.address,
        }
    )


def parse_edition(data: bytes) -> Edition:
    """Read what :func:`dump_edition` wrote, and nothing else. That proofs and digests hold is for the verifier to say.

    :raises BadEdition: for another version or key, parts that cannot be read, or non-canonical bytes.
    """
    try:
        table: dict[str, Any] = json.loads(data)
        if set(table) != KEYS:
            raise BadEdition(where="keys")
        approval = table["approval"]
        edition = Edition(
            document=parse_document(rfc8785.dumps(table["document"])),
            taxonomy=parse_taxonomy(rfc8785.dumps(table["taxonomy"])),
            findings=rfc8785.dumps(table["findings"]),
            approval=Approval(**approval) if approval is not None else None,
            address=table["address"],
        )
        again = dump_edition(edition)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, PortalError) as error:
        raise BadEdition(where="json") from error
    # Written again from what was understood: another version or another layout shows here.
    if again != data:
        raise BadEdition(where="canonical")
    return edition
