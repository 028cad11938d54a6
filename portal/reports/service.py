"""The report of a published consultation on its desk: drafted from published rows, edited beside its draft.

What was approved stands in :mod:`portal.reports.approval`; a new draft under an edited text in
:mod:`portal.reports.redraft`; decisions about points in :mod:`portal.reports.decisions`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.consultations.service import taxonomy_of
from portal.crypto.atrest import AtRest
from portal.errors import Conflict, Invalid, NotFound
from portal.findings.models import Publication
from portal.findings.service import document_of
from portal.ledger.turns import take_turn
from portal.reports import profiles
from portal.reports.draft import draft_report
from portal.reports.edit import revise, rewrite
from portal.reports.merge import FIELDS, with_field
from portal.reports.model import Block, Document, Heading, dump_document, parse_document
from portal.reports.models import ApprovedReport, Report, ReportAct
from portal.reports.notes import Hand, Notes, digest_of_words, dump_notes, parse_notes
from portal.reports.phrases import load_phrases
from portal.reports.profile import OfficeProfile
from portal.reports.style import NAMES as STYLES

PURPOSE, NOTES_PURPOSE = "report", "report-notes"
profile, save_profile = profiles.current, profiles.save


@dataclass(frozen=True)
class Drafted:
    """A report's row with its two texts, the machine's draft and the drafter's, and the notes that go with them."""

    row: Report
    draft: Document
    document: Document
    notes: Notes

    @property
    def digest(self) -> str:
        """SHA-256 of the drafter's text in its canonical form (hex): what two people approve, and the log keeps."""
        return hashlib.sha256(dump_document(self.document)).hexdigest()


@dataclass(frozen=True)
class Spot:
    """Where somebody saw words, and their digest (:func:`portal.reports.notes.digest_of_words`)."""

    place: int
    position: int
    seen: str


def drafted_now(session: Session, row: Consultation, publication: Publication) -> tuple[Document, int]:
    """What the machine drafts today, and the version of the office's profile it used.

    :raises Conflict: while there is no profile.
    """
    office = profiles.newest(session)
    if office is None:
        raise Conflict("profile-missing")
    return _drafted(profiles.read(office), row, publication), office.id


def _drafted(office: OfficeProfile, row: Consultation, publication: Publication) -> Document:
    return draft_report(office, document_of(publication), taxonomy_of(row), load_phrases())


def start(
    session: Session, atrest: AtRest, row: Consultation, publication: Publication, hand: Hand | None = None
) -> Drafted:
    """The report, drafted from published rows when it does not exist yet; ``hand`` None: the machine by itself."""
    existing = session.get(Report, row.id)
    if existing is not None:
        return opened(atrest, existing)
    document, version = drafted_now(session, row, publication)
    sealed = atrest.seal(PURPOSE, dump_document(document))
    report = Report(
        consultation_id=row.id,
        style=document.style,
        draft_sealed=sealed,
        document_sealed=sealed,
        profile_version=version,
        version=1,
    )
    session.add(report)
    session.flush()
    if hand is not None:
        note_act(session, report, "started", hand)
    return Drafted(report, document, document, Notes())


def get(session: Session, consultation_id: str) -> Report:
    """The report's row, or :class:`NotFound`."""
    found = session.get(Report, consultation_id)
    if found is None:
        raise NotFound("report-unknown")
    return found


def listing(session: Session) -> dict[str, Report]:
    """Reports by consultation."""
    return {row.consultation_id: row for row in session.scalars(select(Report))}


def read(session: Session, atrest: AtRest, consultation_id: str) -> Drafted:
    """The report with its texts, or :class:`NotFound`."""
    return opened(atrest, get(session, consultation_id))


def hold(session: Session, atrest: AtRest, consultation_id: str) -> Drafted:
    """The report with its texts, for whoever is about to change it: until the transaction ends nobody else does.

    :raises NotFound: when it was not started.
    """
    row = get(session, consultation_id)
    take_turn(session, row)
    return opened(atrest, row)


def approved_text(session: Session, atrest: AtRest, consultation_id: str) -> str | None:
    """The newest approved report's document as JSON, whose digest its leaf holds; None while none is approved."""
    query = select(ApprovedReport).where(ApprovedReport.consultation_id == consultation_id)
    row = session.scalar(query.order_by(ApprovedReport.version.desc()).limit(1))
    return atrest.open(PURPOSE, row.document_sealed).decode() if row else None


def opened(atrest: AtRest, row: Report) -> Drafted:
    """A row with its texts."""
    draft, document = (parse_document(atrest.open(PURPOSE, data)) for data in (row.draft_sealed, row.document_sealed))
    notes = parse_notes(atrest.open(NOTES_PURPOSE, row.notes_sealed)) if row.notes_sealed else Notes()
    return Drafted(row, draft, document, notes)


def note_act(session: Session, row: Report, act: str, hand: Hand, detail: str = "") -> None:
    """Note what a member of the committee did with this version, to the day."""
    values = {"account_id": hand.account, "day": hand.day, "detail": detail}
    session.add(ReportAct(consultation_id=row.consultation_id, version=row.version, act=act, **values))
    session.flush()


def acts(session: Session, consultation_id: str) -> list[ReportAct]:
    """What was done, the latest first."""
    query = select(ReportAct).where(ReportAct.consultation_id == consultation_id)
    return list(session.scalars(query.order_by(ReportAct.id.desc())))


def save(
    session: Session, atrest: AtRest, held: Drafted, document: Document, *, notes: Notes | None = None, hand: Hand
) -> Drafted:
    """Keep the drafter's text and notes. Whatever changes after the text was handed over makes that void.

    Sentences that stood neither in the draft nor in the text before are the hand's own.

    :raises Conflict: for an approved report.
    """
    row = held.row
    if row.state == "approved":
        raise Conflict("report-approved")
    if row.state == "handed":
        note_act(session, row, "voided", hand, row.handed_sha256 or "")
        row.state, row.handed_by, row.handed_sha256 = "draft", None, None
    known = words_of(held.draft) | words_of(held.document)
    notes = (held.notes if notes is None else notes).wrote(words_of(document) - known, hand)
    row.document_sealed = atrest.seal(PURPOSE, dump_document(document))
    row.notes_sealed = atrest.seal(NOTES_PURPOSE, dump_notes(notes))
    row.style, row.edited_by = document.style, hand.account
    session.flush()
    return replace(held, document=document, notes=notes)


def words_of(document: Document) -> set[str]:
    """Every heading and sentence of the body."""
    return {text for block in document.blocks for text in words_in(block)}


def words_in(block: Block) -> list[str]:
    """A heading's words, or a paragraph's by sentence."""
    return [block.text] if isinstance(block, Heading) else [sentence.text for sentence in block.sentences]


def find(document: Document, spot: Spot) -> tuple[int, int]:
    """Where the words that somebody saw stand now: other edits may have moved them.

    :raises Conflict: when they are gone, changed, or stand in several places, none of which is the one that was seen.
    """
    places = [
        (place, position)
        for place, block in enumerate(document.blocks)
        for position, text in enumerate(words_in(block))
        if digest_of_words(text) == spot.seen
    ]
    if (spot.place, spot.position) in places:
        return spot.place, spot.position
    if len(places) != 1:
        raise Conflict("report-changed")
    return places[0]


def edit(
    session: Session, atrest: AtRest, held: Drafted, spot: Spot, *, text: str, refs: Collection[str] | None, hand: Hand
) -> tuple[Drafted, int]:
    """New words for a sentence or a heading, and where they stand; ``refs`` None: a sentence keeps its findings.

    :raises Conflict: when somebody else has changed these very words; other words may have changed.
    :raises BadDocument: when the document cannot hold the new words.
    """
    place, position = find(held.document, spot)
    block = held.document.blocks[place]
    if isinstance(block, Heading):
        document = revise(held.document, {place: text})
    else:
        kept = block.sentences[position].finding_refs if refs is None else tuple(dict.fromkeys(refs))
        document = rewrite(held.document, place, position, text, kept)
    if document == held.document:
        return held, place
    return save(session, atrest, held, document, hand=hand), place


def set_around(
    session: Session, atrest: AtRest, held: Drafted, values: Iterable[Any], *, seen: str, hand: Hand
) -> None:
    """What stands around the body, in the order of :data:`portal.reports.merge.FIELDS`; ``seen``: of which text.

    :raises Conflict: when the text has changed meanwhile.
    """
    if held.digest != seen:
        raise Conflict("report-changed")
    document = held.document
    for name, value in zip(FIELDS, values, strict=True):
        document = with_field(document, name, value)
    if document.style not in STYLES:
        raise Invalid("report-malformed")
    save(session, atrest, held, document, hand=hand)
