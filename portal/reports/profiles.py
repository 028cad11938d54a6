"""The office's profile by version: each saving is a new one, so that a draft can say which it was made on."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import NotFound
from portal.reports.models import OfficeProfileRow
from portal.reports.notes import Hand
from portal.reports.profile import OfficeProfile, dump_profile, parse_profile


def newest(session: Session) -> OfficeProfileRow | None:
    """The version that holds, if the profile was ever filled in."""
    return session.scalar(select(OfficeProfileRow).order_by(OfficeProfileRow.id.desc()).limit(1))


def read(row: OfficeProfileRow) -> OfficeProfile:
    """What a version says."""
    return parse_profile(row.document.encode())


def current(session: Session) -> OfficeProfile | None:
    """The office's profile, if it was filled in."""
    row = newest(session)
    return read(row) if row else None


def get(session: Session, version: int) -> OfficeProfileRow:
    """That version, or :class:`NotFound`."""
    row = session.get(OfficeProfileRow, version)
    if row is None:
        raise NotFound("profile-unknown")
    return row


def versions(session: Session) -> list[OfficeProfileRow]:
    """Every version, the newest first."""
    return list(session.scalars(select(OfficeProfileRow).order_by(OfficeProfileRow.id.desc())))


def save(session: Session, value: OfficeProfile, hand: Hand | None = None) -> int:
    """Keep the office's profile as a new version, and return its number; the same words make no new one."""
    last, document = newest(session), dump_profile(value).decode()
    if last is not None and last.document == document:
        return last.id
    row = OfficeProfileRow(id=last.id + 1 if last else 1, document=document)
    if hand is not None:
        row.saved_by, row.saved_on = hand.account, hand.day
    session.add(row)
    session.flush()
    return row.id
