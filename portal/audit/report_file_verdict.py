"""The verdict on a report's file, and the comparison of what can be read in it with what it is to say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from portal.audit.report_file_read import Read
from portal.audit.report_file_words import Difference, alternative_texts, differences, lines_of
from portal.audit.verdict import Failure, Outcome
from portal.reports.annex import Annex
from portal.reports.model import Document

VERSION = 1
Text = Literal["approved", "draft", "edited", "unknown"]
SHOWN = 20


@dataclass
class ReportVerdict(Outcome):
    """What was checked of a file. ``text``: "approved" when every readable word is the approved report's.

    The document of :meth:`as_document` is a stored format: version 1 gets no other meaning, and only grows.
    """

    kind: str
    consultation: str = ""
    vkey: str = ""
    text: Text = "unknown"
    checked: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def as_document(self) -> dict[str, Any]:
        """The verdict as JSON, version 1 (``docs/verify.md``)."""
        return {
            "v": VERSION,
            "ok": self.ok,
            "kind": self.kind,
            "consultation": self.consultation,
            "vkey": self.vkey,
            "text": self.text,
            "checked": self.checked,
            "skipped": self.skipped,
            "notices": self.notices,
            "failures": [{"name": item.name, "where": item.where} for item in self.failures],
        }


def hold_against(read: Read, document: Document, annex: Annex, verdict: ReportVerdict) -> bool:
    """Name what a reader of the file sees beside that document and annex; whether there is nothing of the kind."""
    # A DOCX holds its charts as pictures, whose words are read apart; elsewhere they stand among the lines.
    meant = lines_of(document, annex, within=read.kind != "docx", apart=bool(read.charts))
    found = list(differences(meant, [*read.lines, *read.charts]))
    found += alternative_texts(annex, read.alternatives)
    name_figures(found, verdict)
    verdict.checked.append("the figures that can be read in the file")
    words = [item for item in found if not item.figures]
    verdict.notices += [f"changed words, {item}" for item in words[:SHOWN]]
    if len(words) > SHOWN:
        verdict.notices.append(f"{len(words) - SHOWN} more places have changed words")
    drawn = sum(bool(listing.alt) for listing in annex.listings) + bool(annex.address)
    if read.pictures > drawn:
        verdict.notices.append(f"{read.pictures} pictures where the report has {drawn}")
    return not (found or read.doubts or read.pictures > drawn)


def name_figures(found: list[Difference], verdict: ReportVerdict) -> None:
    """Name each place where a number differs."""
    verdict.failures += [Failure("report-figure-changed", str(item)) for item in found if item.figures]
