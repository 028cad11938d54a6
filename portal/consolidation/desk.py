"""The consolidated report on its desk: drafted from the table, edited beside its draft."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy.orm import Session

from portal.accounts.hand import Hand
from portal.consolidation import drafting
from portal.consolidation.models import Consolidation
from portal.consolidation.service import figures_of, refuse_unless_draft
from portal.consultations.service import get_taxonomy
from portal.crypto.atrest import AtRest
from portal.errors import Conflict, NotFound
from portal.ledger.turns import take_turn
from portal.reports import edit, profiles
from portal.reports.figures import said_in
from portal.reports.model import Document, Heading, dump_document, parse_document
from portal.reports.phrases import load_phrases
from portal.reports.service import Spot, find, words_of

PURPOSE = "consolidated-report"


@dataclass(frozen=True)
class Desk:
    """The report's two texts, the machine's and the drafter's. ``behind``: the table has changed since the draft."""

    row: Consolidation
    draft: Document
    document: Document
    behind: bool

    @property
    def digest(self) -> str:
        """SHA-256 of the drafter's text in its canonical form (hex): what two people approve, and the log keeps."""
        return sha256(dump_document(self.document)).hexdigest()

    @property
    def strange(self) -> list[str]:
        """Sentences with figures that the draft does not have: no consolidated row stands behind them."""
        known = {figure for text in words_of(self.draft) for figure in said_in(text)}
        return sorted(text for text in words_of(self.document) if set(said_in(text)) - known)


def start(session: Session, atrest: AtRest, row: Consolidation, hand: Hand, *, anew: bool = False) -> Desk:
    """Draft the report from the table as it stands, when there is none yet, or ``anew`` over the text that is there.

    :raises Conflict: without a profile of the office or without any file, or when the text is in other hands.
    """
    take_turn(session, row)
    refuse_unless_draft(row)
    if row.draft_sealed is None or anew:
        office, figures = profiles.current(session), figures_of(session, row)
        if office is None:
            raise Conflict("profile-missing")
        if not figures.sources:
            raise Conflict("consolidation-empty")
        taxonomy = get_taxonomy(session, row.taxonomy_version)
        document = drafting.draft(office, figures, taxonomy, load_phrases())
        sealed = atrest.seal(PURPOSE, dump_document(document))
        row.draft_sealed = row.document_sealed = sealed
        row.drafted_figures, row.edited_by = figures.digest, hand.account
        session.flush()
    return desk(session, atrest, row)


def desk(session: Session, atrest: AtRest, row: Consolidation) -> Desk:
    """The report with its texts, or :class:`NotFound` while there is none."""
    if row.draft_sealed is None or row.document_sealed is None:
        raise NotFound("report-unknown")
    draft, document = (parse_document(atrest.open(PURPOSE, data)) for data in (row.draft_sealed, row.document_sealed))
    return Desk(row, draft, document, behind=row.drafted_figures != figures_of(session, row).digest)


def write(session: Session, atrest: AtRest, row: Consolidation, spot: Spot, *, text: str, hand: Hand) -> None:
    """New words for the sentence or heading that somebody saw at ``spot``; empty words take a sentence out.

    :raises Conflict: when somebody else has changed these very words, or the text is in other hands.
    :raises portal.reports.errors.BadDocument: when the document cannot hold the new words.
    """
    take_turn(session, row)
    refuse_unless_draft(row)
    held = desk(session, atrest, row).document
    place, position = find(held, spot)
    block = held.blocks[place]
    if isinstance(block, Heading):
        document = edit.revise(held, {place: text})
    else:
        document = edit.rewrite(held, place, position, text, block.sentences[position].finding_refs)
    if document != held:
        row.document_sealed, row.edited_by = atrest.seal(PURPOSE, dump_document(document)), hand.account
    session.flush()
