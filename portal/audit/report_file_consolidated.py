"""A consolidated report's file: each office's publication by its own log, the sum, and the upper office's approval.

The keys of the offices' logs are those that the upper office pinned: they stand in the table whose digest its
``report`` leaf names, so that they are the upper office's word. Whoever knows an office's key from elsewhere compares.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import rfc8785

from portal.audit.report_file_claims import AskedLog, Claims, naming, open_log
from portal.audit.report_file_read import Read, as_object
from portal.audit.report_file_verdict import ReportVerdict, hold_against
from portal.audit.report_file_words import NUMBER
from portal.audit.source import Source
from portal.audit.verdict import Failure, name_of
from portal.consolidation.edition import KEYS, ConsolidatedEdition, annex_of, parse_edition
from portal.consolidation.figures import SourceLine
from portal.consultations.taxonomy import taxonomy_sha256
from portal.crypto.canonical import dump_canonical
from portal.errors import PortalError
from portal.reports.findings_file import parse_findings_json
from portal.tlog.errors import TlogError
from portal.tlog.merkle import leaf_hash
from portal.tlog.policy import parse_log_key
from portal.tlog.proof import verify_proof

Parts = Mapping[str, Any]


def consolidated_parts(read: Read) -> Parts | None:
    """What the file carries, if it carries a consolidated report; none of it is believed."""
    parts = as_object(read.data) if read.data is not None else None
    return parts if parts is not None and set(parts) == KEYS else None


def verify_consolidated(read: Read, parts: Parts, vkey: str | None, source: Source | None) -> ReportVerdict:
    """The verdict on such a file; ``vkey`` and ``source`` are of the upper office's log.

    Raises ValueError when there is neither a key nor a source.
    """
    claims, edition, approved = Claims(), None, False
    with naming(claims):
        log = open_log(claims, vkey, source)
        edition = _edition(parts, claims)
        if edition is not None:
            _sources(edition, claims)
            approved = _approved(edition, log, claims)
    verdict = ReportVerdict(read.kind, vkey=claims.vkey, checked=claims.checked, skipped=claims.skipped)
    verdict.failures, verdict.notices = claims.failures, [*read.notices, *read.doubts, *claims.notices]
    if edition is None:
        return verdict
    verdict.consultation = edition.figures.consolidation
    whole = read.kind == "json" or hold_against(read, edition.document, annex_of(edition), verdict)
    if not whole or not (approved or claims.draft):
        verdict.text = "edited"
    else:
        verdict.text = "approved" if approved else "draft"
    if claims.draft:
        verdict.failures += [Failure("report-figure-not-published", text) for text in _unpublished(edition)]
    return verdict


def _edition(parts: Parts, claims: Claims) -> ConsolidatedEdition | None:
    """What the file carries, as far as its table is what its publications add up to."""
    try:
        edition = parse_edition(rfc8785.dumps(dict(parts)))
        holds = edition.adds_up
        annex_of(edition)
    except (PortalError, ValueError, KeyError, RecursionError):
        claims.fail("report-data-malformed")
        return None
    if not holds:
        claims.fail("consolidated-figures-do-not-add-up", edition.figures.consolidation)
    if taxonomy_sha256(edition.taxonomy) != edition.figures.taxonomy_sha256:
        claims.fail("report-taxonomy-not-as-published")
    claims.checked.append(f"the sum of {len(edition.sources)} publications")
    return edition


def _unpublished(edition: ConsolidatedEdition) -> Iterator[str]:
    """A draft's digest is not in the log: each figure among the difficulties must be one of the table."""
    rows = edition.figures.rows
    ends = [end for line in (*rows.categories, *rows.themes) for end in (line.low, line.high, line.offices, line.asked)]
    known = {str(end) for end in ends if end is not None}
    for block in edition.document.problem_section():
        for sentence in block.sentences:
            yield from (f"the problem section: {said}" for said in NUMBER.findall(sentence.text) if said not in known)


def _sources(edition: ConsolidatedEdition, claims: Claims) -> None:
    """Each publication, by the key that the table names for its office."""
    for line, data in zip(edition.figures.sources, edition.sources, strict=True):
        if wrong := _source(line, data):
            claims.fail(f"consolidated-source-{wrong}", f"{line.office}, {line.consultation}")
    claims.checked.append("each publication's place in its own office's log")
    claims.notices.append("the offices' log keys are the upper office's word: compare those that you know")


def _source(line: SourceLine, data: bytes) -> str:
    file = parse_findings_json(data)
    digest = json.loads(file.leaf)["publication_sha256"]
    if (file.publication["consultation"], digest) != (line.consultation, line.publication_sha256):
        return "of-other-publication"
    try:
        verify_proof(file.proof_text, leaf_hash(file.leaf), parse_log_key(line.vkey))
    except TlogError as error:
        return name_of(error)
    return ""


def _approved(edition: ConsolidatedEdition, log: AskedLog, claims: Claims) -> bool:
    """Whether a ``report`` leaf of the upper office's log names this document and this table."""
    approval = edition.approval
    if edition.address:
        claims.notices.append(f"the address for readers is the file's own word: {edition.address}")
    if approval is None:
        claims.draft = True
        return False
    before = len(claims.failures)
    try:
        said = json.loads(approval.leaf)
        named = (said["type"], said["v"], said["consolidation"], said["figures_sha256"])
        canonical = dump_canonical(said) == approval.leaf.encode()
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        claims.fail("report-approval-malformed")
        return False
    if wrong := log.refuses(approval.leaf.encode(), approval.proof):
        claims.fail(f"report-approval-{wrong}")
    if not canonical or named != ("report", 3, edition.figures.consolidation, edition.figures.digest):
        claims.fail("report-of-other-publication", "the approval")
    if said.get("document_sha256") != edition.document_sha256:
        claims.fail("report-document-not-as-logged")
    claims.checked.append("the approval's place in the log, and the digests of the document and of its table")
    return len(claims.failures) == before
