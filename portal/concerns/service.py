"""What the committee does about each published concern: study, accept, explain or decline, by a day, and in public."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import bleach
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.hand import Hand
from portal.concerns import steps
from portal.concerns.deadlines import add_working_days
from portal.concerns.models import STATES, Concern
from portal.concerns.people import members
from portal.concerns.states import may_become
from portal.consultations import service as consultations
from portal.consultations.service import taxonomy_of
from portal.crypto.atrest import AtRest
from portal.errors import Conflict, Invalid, NotFound
from portal.findings.models import Publication
from portal.findings.service import document_of
from portal.ledger.log import Log
from portal.ledger.turns import take_turn
from portal.moderation.codings import clean_paraphrase

PURPOSE = "concern-answer"


@dataclass(frozen=True)
class Answer:
    """The committee's word on one concern.

    ``text`` is rich text that bleach cleans. Not ``published``, all of it is kept for the committee, and what stands in
    public stays as it is. ``owner``: a post or unit that is named in public; ``owner_id``: who of the committee follows
    it; ``note``: rich text that only the committee reads.
    """

    state: str
    owner: str
    due: date
    text: str
    published: bool
    owner_id: int | None = None
    note: str = ""


def ensure(
    session: Session,
    publication: Publication,
    *,
    today: date,
    answer_days: int,
    acknowledge_days: int = 5,
    holidays: Collection[date] = (),
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
    acknowledge_by = min(due, add_working_days(today, acknowledge_days, holidays))
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


def answer(session: Session, log: Log, atrest: AtRest, concern: Concern, given: Answer, *, hand: Hand) -> Concern:
    """Keep the answer, and what changed as a step of the history; a published one is committed to in the log.

    Published again with the same words, state and day, it keeps its leaf. The day in force moves only in public.
    """
    take_turn(session, concern)
    text, note = clean_paraphrase(given.text), clean_paraphrase(given.note)
    _check(session, concern, given, text)
    before, former = _kept(concern), answer_text(atrest, concern)
    concern.state, concern.owner, concern.owner_id = given.state, given.owner.strip(), given.owner_id
    if text != former:
        concern.answer_sealed = atrest.seal(PURPOSE, text.encode()) if text else None
    logged = (concern.public_state, concern.public_text, concern.due) == (given.state, text, given.due)
    news = given.published and not logged
    concern.draft_due = None if given.published or given.due == concern.due else given.due
    concern.due = given.due if given.published else concern.due
    if news or note or (before, former) != (_kept(concern), text):
        step = steps.record(session, concern, hand, note=atrest.seal(steps.NOTE, note.encode()) if note else None)
        if news:
            steps.make_public(session, log, concern, step, text)
            _stand(concern, published=True, state=given.state, text=text, salt=step.public_salt, leaf=step.action_leaf)
    session.flush()
    return concern


def take_back(session: Session, log: Log, concern: Concern, *, hand: Hand) -> Concern:
    """Take the public words back. That they stood there stays in the log and on the board, and so does the day.

    The concern is studied again; its draft keeps the words for the committee.
    """
    take_turn(session, concern)
    if not concern.published:
        raise Conflict("concern-not-published")
    concern.state = "studying"
    steps.withdraw_words(session, concern)
    steps.make_public(session, log, concern, steps.record(session, concern, hand), "")
    _stand(concern, published=False)
    session.flush()
    return concern


def _check(session: Session, concern: Concern, given: Answer, text: str) -> None:
    if given.state not in STATES:
        raise Invalid("concern-state")
    if not may_become(concern.state, given.state):
        raise Conflict("concern-state-order")
    if given.owner_id is not None and given.owner_id not in {account.id for account in members(session)}:
        raise Invalid("concern-owner")
    if given.published and given.state == "received":
        raise Invalid("concern-still-received")
    if given.published and not bleach.clean(text, tags=(), strip=True).strip():
        raise Invalid("concern-answer-empty")


def _kept(concern: Concern) -> tuple[object, ...]:
    return concern.state, concern.owner, concern.owner_id, concern.due, concern.draft_due


def _stand(
    concern: Concern, *, published: bool, state: str = "", text: str = "", salt: str = "", leaf: int | None = None
) -> None:
    """What of the concern is public from now on."""
    concern.published, concern.public_state = published, state
    concern.public_text, concern.public_salt, concern.action_leaf = text, salt, leaf
