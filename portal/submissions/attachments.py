"""Files that came with comments: sealed bytes under their own SHA-256, and nothing that says with which comment.

Which file belongs to which comment stands in the sealed comment alone. They are stored in the transaction that accepts
the comment, or not at all, and erased with the consultation's comments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy import Table, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.consultations.intake import Intake
from portal.crypto.attachment import HEAD_MAX, SIZES, TAG_SIZE, parse_attachment
from portal.crypto.errors import AttachmentError
from portal.errors import Conflict, Invalid, NotFound
from portal.submissions.models import SealedAttachment

MEBIBYTE = 1024 * 1024
INSERT = insert(cast(Table, SealedAttachment.__table__))


@dataclass(frozen=True)
class Listed:
    """A stored file as its readers are told of it: SHA-256 of the sealed bytes, and how many bytes those are."""

    sha256: bytes
    size: int


def check_count(place: Intake, count: int) -> None:
    """Refuse files where the consultation takes none, and more of them than it takes."""
    if not place.attachments:
        raise Conflict("attachments-none")
    if not 1 <= count <= place.attachments:
        raise Invalid("attachments-too-many", most=place.attachments)


def check_room(session: Session, consultation_id: str, sizes: Collection[int], *, quota: int) -> None:
    """Refuse what would take more than ``quota`` MiB for one consultation; 0: no limit. ``sizes``: in bytes."""
    if quota == 0:
        return
    own = SealedAttachment.consultation_id == consultation_id
    used = session.scalar(select(func.coalesce(func.sum(SealedAttachment.size), 0)).where(own)) or 0
    if used + sum(sizes) > quota * MEBIBYTE:
        raise Conflict("attachments-full")


def store(session: Session, place: Intake, sealed: Sequence[bytes], *, quota: int) -> None:
    """Keep a comment's sealed files; the caller accepts the comment in the same transaction.

    Refuses by name what is no attachment of this consultation, and bytes that are stored already: no honest browser
    seals the same bytes twice.
    """
    check_count(place, len(sealed))
    rows = [_row(place.id, data) for data in sealed]
    check_room(session, place.id, [len(data) for data in sealed], quota=quota)
    try:
        session.connection().execute(INSERT, rows)
    except IntegrityError:
        raise Conflict("replay") from None


def _row(consultation_id: str, data: bytes) -> dict[str, bytes | str | int]:
    try:
        parsed = parse_attachment(data)
    except AttachmentError:
        raise Invalid("attachment-malformed") from None
    if parsed.consultation != consultation_id:
        raise Conflict("envelope-other-consultation")
    digest = hashlib.sha256(data).digest()
    return {"sha256": digest, "consultation_id": consultation_id, "size": len(data), "data": data}


def listed(session: Session, consultation_id: str) -> list[Listed]:
    """All files of the consultation in the order of their hashes, which says nothing of when they came."""
    query = select(SealedAttachment.sha256, SealedAttachment.size)
    query = query.where(SealedAttachment.consultation_id == consultation_id).order_by(SealedAttachment.sha256)
    return [Listed(*row) for row in session.execute(query)]


def sealed_bytes(session: Session, consultation_id: str, sha256: bytes) -> bytes:
    """One sealed file, or :class:`NotFound`."""
    query = select(SealedAttachment.data).where(
        SealedAttachment.sha256 == sha256, SealedAttachment.consultation_id == consultation_id
    )
    found = session.scalar(query)
    if found is None:
        raise NotFound("attachment-unknown")
    return found


def erase(session: Session, consultation_id: str) -> None:
    """Delete the consultation's files; SQLite overwrites them (``secure_delete``)."""
    session.execute(delete(SealedAttachment).where(SealedAttachment.consultation_id == consultation_id))


def largest_body(count: int, head: int) -> int:
    """Bytes of the largest post with ``count`` files, whose first part (with its length) has at most ``head``."""
    return head + count * (HEAD_MAX + SIZES[-1] + TAG_SIZE)
