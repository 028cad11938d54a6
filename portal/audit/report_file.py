"""Is a report's file what the log commits to? Figures first, then the text; offline, from a file and a log's key.

What must hold
    A file that this finds nothing against shows, in tables, charts' words, alternative texts and running text, only
    figures of the publication whose digest stands in the log. Its whole text is vouched for only when the document in
    it has the digest of the ``report`` leaf and every word that can be read is that document's.

A file that a person edited keeps its figures or does not; other words may change, and then the verdict says that the
text is not vouched for. Pictures made of pixels are not read: see ``docs/verify.md``, "What this cannot show".
"""

from __future__ import annotations

from collections.abc import Iterator

from portal.audit.report_file_claims import Claims, Held, check_claims
from portal.audit.report_file_consolidated import consolidated_parts, verify_consolidated
from portal.audit.report_file_read import Read, read_file
from portal.audit.report_file_verdict import ReportVerdict, Text, hold_against, name_figures
from portal.audit.report_file_words import Difference, loose_figures
from portal.audit.source import Source
from portal.audit.verdict import Failure
from portal.reports.annex import annex_of
from portal.reports.edition import Edition

__all__ = ["ReportVerdict", "verify_report"]


def verify_report(data: bytes, vkey: str | None, source: Source | None) -> ReportVerdict:
    """The verdict on a file's bytes. ``vkey``: the log's verifier key, or None to take it from ``source``.

    Raises :class:`portal.audit.report_file_read.Unreadable` for a file of no known kind, and ValueError when there is
    neither a key nor a source.
    """
    read = read_file(data)
    if (parts := consolidated_parts(read)) is not None:
        return verify_consolidated(read, parts, vkey, source)
    claims = check_claims(read, vkey, source)
    verdict = ReportVerdict(read.kind, vkey=claims.vkey, checked=claims.checked, skipped=claims.skipped)
    verdict.failures, verdict.notices = claims.failures, [*read.notices, *read.doubts, *claims.notices]
    held = claims.held
    if held is None:
        return verdict
    verdict.consultation = held.publication.consultation
    if read.kind != "json":
        _visible(read, held, claims, verdict)
    elif held.document is not None:
        verdict.text = _text(held, claims, whole=True)
    return verdict


def _visible(read: Read, held: Held, claims: Claims, verdict: ReportVerdict) -> None:
    """What a reader of the file sees, against the document and the rows that the log commits to."""
    if held.document is None or held.taxonomy is None:
        verdict.skipped.append("the text: the file carries no report to hold it against")
        name_figures(loose_figures(read.lines, held.publication), verdict)
        return
    edition = Edition(held.document, held.taxonomy, held.findings, claims.approval, claims.address)
    whole = hold_against(read, held.document, annex_of(edition), verdict)
    verdict.text = _text(held, claims, whole=whole)
    if claims.draft:
        verdict.failures += [Failure("report-figure-not-published", str(one)) for one in _unpublished(held)]


def _text(held: Held, claims: Claims, *, whole: bool) -> Text:
    """What can be said of the text; ``whole``: every word that can be read is the carried document's."""
    if not whole or not (held.approved or claims.draft):
        return "edited"
    return "approved" if held.approved else "draft"


def _unpublished(held: Held) -> Iterator[Difference]:
    """A draft's digest is not in the log: each figure beside a finding must be the end of a published band."""
    if held.document is not None:
        sentences = (one.text for block in held.document.problem_section() for one in block.sentences)
        yield from loose_figures([("the problem section", text) for text in sentences], held.publication, every=True)
