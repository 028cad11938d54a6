"""What the pages of one report share: its texts, its points, and who is at work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_security import current_user
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.consultations.taxonomy import Taxonomy
from portal.extensions import db
from portal.findings import service as findings
from portal.reports import service
from portal.reports.approval import Version
from portal.reports.layout import lay_out
from portal.reports.notes import Hand
from portal.reports.review import Review, review
from portal.reports.service import Drafted
from portal.reports.style import load_style
from portal.web.runtime import runtime
from portal.web.staff import reports_page as page
from portal.web.staff.findings import shown


def hand() -> Hand:
    """Who is signed in, today."""
    return Hand(current_user.id, runtime().clock.today())


def names(session: Session) -> dict[int, str]:
    """What accounts are called."""
    return {row.id: row.name or row.email for row in accounts.list_accounts(session)}


def taxonomy_of(session: Session, cid: str) -> Taxonomy:
    """The taxonomy that the consultation pinned."""
    return consultations.taxonomy_of(consultations.get_public(session, cid))


def read(session: Session, cid: str) -> Drafted:
    """The report with its texts."""
    return service.read(session, runtime().sealing, cid)


def hold(session: Session, cid: str) -> Drafted:
    """The same, for a view that changes it."""
    return service.hold(session, runtime().sealing, cid)


def look(session: Session, held: Drafted) -> Review:
    """What of the report waits for a decision, and what was decided."""
    cid = held.row.consultation_id
    document = findings.document_of(findings.get(session, cid))
    return review(held.draft, held.document, document, taxonomy_of(session, cid), held.notes.decisions)


def frozen(session: Session, cid: str, kept: Version) -> Drafted:
    """An approved version in the place of the desk copy."""
    return replace(read(session, cid), document=kept.document, notes=kept.notes)


def laid_out(values: dict[str, Any]) -> dict[str, Any]:
    """The text of a page's report in its order, and the lines around it."""
    held = values["held"]
    layout = lay_out(held.document, load_style(held.document.style))
    return {"layout": layout, "blocks": page.blocks(held, values["review"], values["rows"])}


def row_of(cid: str) -> Consultation:
    """The consultation that the report is about."""
    return consultations.get_public(db.session, cid)


def context(held: Drafted, tab: str) -> dict[str, Any]:
    """What every page of one report shows: ``tab`` is the page's own."""
    cid = held.row.consultation_id
    found, rows, people = look(db.session(), held), page.by_ref(shown(cid)), names(db.session())
    return {
        "row": row_of(cid),
        "held": held,
        "tab": tab,
        "review": found,
        "rows": rows,
        "people": people,
        "points": page.points(found.open, rows),
        "editable": held.row.state != "approved",
    }
