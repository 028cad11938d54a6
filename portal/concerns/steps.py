"""The history of a concern: every step with its hand and day; the public ones with what their commitment opens to."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.hand import Hand
from portal.concerns.models import Concern, ConcernStep
from portal.crypto.atrest import AtRest
from portal.crypto.commitment import commit
from portal.ledger import events
from portal.ledger.log import Log, append

NOTE = "concern-note"


def record(session: Session, concern: Concern, hand: Hand, *, note: bytes | None = None) -> ConcernStep:
    """A step that leaves the concern as it stands now. ``note``: sealed words of the committee for itself."""
    last = session.scalar(select(func.max(ConcernStep.number)).where(ConcernStep.concern_id == concern.id))
    step = ConcernStep(
        concern_id=concern.id,
        number=(last or 0) + 1,
        day=hand.day,
        account_id=hand.account,
        state=concern.state,
        due=concern.due,
        note_sealed=note,
        public_text="",
        public_salt="",
    )
    session.add(step)
    session.flush()
    return step


def make_public(session: Session, log: Log, concern: Concern, step: ConcernStep, text: str) -> None:
    """Commit to the step in the log: its state, words and days cannot be changed unseen. No words: taken back."""
    salt = secrets.token_bytes(32)
    commitment = commit(salt, committed(concern.code, step, text)).hex()
    leaf = events.encode("action", consultation=concern.consultation_id, concern=concern.id, commitment=commitment)
    step.action_leaf = append(session, log, [leaf])
    step.public_text, step.public_salt = text, salt.hex()
    session.flush()


def committed(code: str, step: ConcernStep, text: str) -> dict[str, str]:
    """What the commitment of a public step covers; those from before steps were kept cover no day."""
    shown = {"code": code, "state": step.state, "text": text}
    return shown if step.day is None else {**shown, "day": step.day.isoformat(), "due": step.due.isoformat()}


def history(session: Session, concern: Concern) -> list[ConcernStep]:
    """All steps on one concern, the newest first."""
    query = select(ConcernStep).where(ConcernStep.concern_id == concern.id)
    return list(session.scalars(query.order_by(ConcernStep.number.desc())))


def public_steps(session: Session, concerns: Iterable[Concern]) -> dict[int, list[ConcernStep]]:
    """The public steps by concern, the oldest first; whatever was only kept for the committee is not among them."""
    found: dict[int, list[ConcernStep]] = {concern.id: [] for concern in concerns}
    query = select(ConcernStep).where(ConcernStep.concern_id.in_(found), ConcernStep.action_leaf.is_not(None))
    for step in session.scalars(query.order_by(ConcernStep.concern_id, ConcernStep.number)):
        found[step.concern_id].append(step)
    return found


def withdraw_words(session: Session, concern: Concern) -> None:
    """The words of all its public steps go; their leaves stay, and so do their days."""
    for step in public_steps(session, [concern])[concern.id]:
        if step.public_text:
            step.public_text, step.public_salt = "", ""


def openings(session: Session, concerns: Iterable[Concern]) -> list[dict[str, Any]]:
    """What an auditor opens the public steps with, by concern and in the log's order."""
    rows = {concern.id: concern for concern in concerns}
    return [
        {"concern": number, "salt": step.public_salt, **committed(rows[number].code, step, step.public_text)}
        for number, steps in sorted(public_steps(session, rows.values()).items())
        for step in steps
        if step.public_salt
    ]


def note_of(atrest: AtRest, step: ConcernStep) -> str:
    """The committee's note; empty where there is none."""
    return atrest.open(NOTE, step.note_sealed).decode() if step.note_sealed else ""
