"""What a drafter decides about a point, kept with its reason: nothing is decided by silence."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

from portal.consultations.taxonomy import Taxonomy
from portal.crypto.atrest import AtRest
from portal.errors import Invalid, NotFound
from portal.reports.approval import checked
from portal.reports.draft import draft_note
from portal.reports.model import Document, Paragraph
from portal.reports.notes import CHOICES, Decision, Hand
from portal.reports.phrases import load_phrases
from portal.reports.review import Point
from portal.reports.service import Drafted, save


def decide(
    session: Session,
    atrest: AtRest,
    held: Drafted,
    point: Point | None,
    hand: Hand,
    *,
    choice: str,
    reason: str,
    taxonomy: Taxonomy,
) -> Drafted:
    """Keep a decision about ``point``. "note" puts a sentence after the point's own, so that the reader hears both.

    :raises NotFound: for a point that is none (any more).
    :raises Invalid: for a choice that this kind of point does not have, or without a reason.
    """
    if point is None:
        raise NotFound
    if choice not in CHOICES[point.kind] or choice == "change":
        raise Invalid("report-choice")
    words = "" if choice == "note" else checked(reason)
    notes = held.notes.decided(_decision(point, choice, words, hand))
    document = _with_note(held.document, point, taxonomy) if choice == "note" else held.document
    return save(session, atrest, held, document, notes=notes, hand=hand)


def changed(held: Drafted, point: Point, hand: Hand) -> Drafted:
    """The same report with the note that a sentence which findings deny was put in other words."""
    return replace(held, notes=held.notes.decided(_decision(point, "change", "", hand)))


def reopen(session: Session, atrest: AtRest, held: Drafted, digest: str, hand: Hand) -> Drafted:
    """Take a decision back: its point waits again.

    :raises NotFound: for a point about which nothing was decided.
    """
    notes = held.notes.reopened(digest)
    if notes == held.notes:
        raise NotFound
    return save(session, atrest, held, held.document, notes=notes, hand=hand)


def _decision(point: Point, choice: str, reason: str, hand: Hand) -> Decision:
    return Decision(point.kind, point.digest, choice, reason, point.about, point.words, hand.account, hand.day)


def _with_note(document: Document, point: Point, taxonomy: Taxonomy) -> Document:
    block = document.blocks[point.block]
    assert isinstance(block, Paragraph)
    at = point.position + 1
    note = draft_note(point.about, taxonomy, load_phrases())
    told = replace(block, sentences=(*block.sentences[:at], note, *block.sentences[at:]))
    return replace(document, blocks=(*document.blocks[: point.block], told, *document.blocks[point.block + 1 :]))
