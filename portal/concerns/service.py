"""What the committee does about each published concern: study, accept or explain, by a date, and in public."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

import bleach
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.concerns.deadlines import add_working_days
from portal.concerns.models import STATES, Concern
from portal.consultations import service as consultations
from portal.consultations.service import taxonomy_of
from portal.crypto.atrest import AtRest
from portal.crypto.commitment import commit
from portal.errors import Invalid, NotFound
from portal.findings.models import Publication
from portal.findings.service import document_of
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.ledger.turns import take_turn
from portal.moderation.codings import clean_paraphrase

PURPOSE = "concern-answer"


@dataclass(frozen=True)
class Answer:
    """The committee's word on one concern. ``text`` is rich text that bleach cleans."""

    state: str
    owner: str
    due: date
    text: str
    published: bool


def ensure(
    session: Session, publication: Publication, *, today: date, answer_days: int, acknowledge_days: int = 5
) -> list[Concern]:
    """One concern for each published category (themes where only themes were published), as of ``today``.

    Praise is not answered: it makes no concern. ``answer_days`` are calendar days, ``acknowledge_days`` working days.
    """
    rows = document_of(publication)["rows"]
    counted = taxonomy_of(consultations.get(session, publication.consultation_id)).counted_themes
    codes = [row["code"] for row in rows["categories"] if counted[row["code"]]]
    codes += [row["code"] for row in rows["themes"]]
    known = {concern.code: concern for concern in listing(session, publication.consultation_id)}
    due = today + timedelta(days=answer_days)
    acknowledge_by = min(due, add_working_days(today, acknowledge_days))
    for code in codes:
        if code not in known:
            name = publication.consultation_id
            session.add(Concern(consultation_id=name, code=code, acknowledge_by=acknowledge_by, due=due))
    session.flush()
    return listing(session, publication.consultation_id)


def listing(session: Session, consultation_id: str) -> list[Concern]:
    """The consultation's concerns by code, C2 before C10."""
    found = session.scalars(select(Concern).where(Concern.consultation_id == consultation_id))
    return sorted(found, key=lambda concern: (concern.code[0], int(concern.code[1:] or 0)))


def published(session: Session, consultation_id: str) -> list[Concern]:
    """The concerns whose answers the committee published; ``public_text`` is cleaned HTML."""
    return [concern for concern in listing(session, consultation_id) if concern.published]


def get(session: Session, consultation_id: str, code: str) -> Concern:
    """One concern, or :class:`NotFound`."""
    query = select(Concern).where(Concern.consultation_id == consultation_id, Concern.code == code)
    found = session.scalar(query)
    if found is None:
        raise NotFound("concern-unknown")
    return found


def answer_text(atrest: AtRest, concern: Concern) -> str:
    """The answer's cleaned HTML; empty while there is none."""
    return atrest.open(PURPOSE, concern.answer_sealed).decode() if concern.answer_sealed else ""


def answer(session: Session, log: Log, atrest: AtRest, concern: Concern, given: Answer) -> Concern:
    """Keep the answer; a published one is committed to in the log, so that it cannot be changed unseen.

    Saved again with the same words and state, it keeps its leaf. One that is taken back leaves its leaf standing.
    """
    if given.state not in STATES:
        raise Invalid("concern-state")
    text = clean_paraphrase(given.text)
    if given.published and not bleach.clean(text, tags=(), strip=True).strip():
        raise Invalid("concern-answer-empty")
    take_turn(session, concern)
    logged = concern.published and (concern.state, concern.public_text) == (given.state, text)
    concern.state, concern.owner, concern.due = given.state, given.owner.strip(), given.due
    concern.answer_sealed = atrest.seal(PURPOSE, text.encode()) if text else None
    concern.published = given.published
    if not given.published:
        concern.public_text, concern.public_salt, concern.action_leaf = "", "", None
    elif not logged:
        _log_answer(session, log, concern, text)
    session.flush()
    return concern


def _log_answer(session: Session, log: Log, concern: Concern, text: str) -> None:
    salt = secrets.token_bytes(32)
    concern.public_text, concern.public_salt = text, salt.hex()
    commitment = commit(salt, {"code": concern.code, "state": concern.state, "text": text})
    leaf = events.encode(
        "action", consultation=concern.consultation_id, concern=concern.id, commitment=commitment.hex()
    )
    concern.action_leaf = append(session, log, [leaf])
