"""What a moderator's desk is served: sealed comments, and codings that only those can open who can read the comment.

The answer is the same for every moderator of a consultation, in size and in shape, up to what each of them did: one
whom the submitter left out gets as many bytes as the others and can open none of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.consultations.models import Consultation
from portal.ledger.models import LogLeaf
from portal.moderation.assignment import assigned
from portal.moderation.deciding import FIRST, SECOND
from portal.moderation.models import Coding
from portal.moderation.redaction import Served, redactions_at
from portal.moderation.reseal import wraps_for
from portal.submissions.models import SealedEnvelope, Submission

PAGE_MAX = 200


@dataclass(frozen=True)
class SharedCoding:
    """A slot's newest coding. ``shared``: sealed to the comment's readers; None for one that is withheld from this
    account, and for one that was made before there were shared copies."""

    slot: int
    revision: int
    mine: bool
    shared: bytes | None


@dataclass(frozen=True)
class OwnRevision:
    """One revision of an account's own coding; ``day``: on which it was saved, None for very old ones."""

    slot: int
    revision: int
    day: date | None
    shared: bytes | None
    mine: bool = True


@dataclass(frozen=True)
class QueueItem:
    """A sealed comment, its place in the log, the leaf that stands there, its codings by slot, what was redacted of it,
    whether it fell to this account, and the wraps that readers made later for the account's key
    (:mod:`portal.moderation.reseal`)."""

    index: int
    leaf: bytes
    envelope: bytes
    codings: tuple[SharedCoding, ...]
    redactions: tuple[Served, ...]
    assigned: bool
    wrap: bytes | None


def page(session: Session, account: Account, row: Consultation, *, kid: str, after: int, limit: int) -> list[QueueItem]:
    """The next comments after that leaf, in the log's order: an index seek, whatever the row's number.

    ``kid``: the key with which they will be opened.
    """
    query = (
        select(Submission.leaf_index, LogLeaf.data, SealedEnvelope.data, Submission.leaf_hash)
        .join(SealedEnvelope, SealedEnvelope.leaf_hash == Submission.leaf_hash)
        .join(LogLeaf, LogLeaf.index == Submission.leaf_index)
        .where(Submission.consultation_id == row.id, Submission.leaf_index > after)
        .order_by(Submission.leaf_index)
        .limit(max(1, min(limit, PAGE_MAX)))
    )
    found = session.execute(query).all()
    places = [index or 0 for index, *_ in found]
    codings, readers = codings_at(session, account, row, places), assigned(session, row, places)
    wraps, redacted = wraps_for(session, kid, [digest for *_, digest in found]), redactions_at(session, account, places)
    return [
        QueueItem(
            index,
            leaf,
            data,
            codings.get(index, ()),
            redacted.get(index, ()),
            account.id in readers[index],
            wraps.get(digest),
        )
        for index, (_, leaf, data, digest) in zip(places, found, strict=True)
    ]


def codings_at(
    session: Session, account: Account, row: Consultation, places: Iterable[int]
) -> dict[int, tuple[SharedCoding, ...]]:
    """Leaf index -> the codings of that comment as this account may have them."""
    query = select(Coding.submission_leaf, Coding.slot, Coding.revision, Coding.coder_id, Coding.shared)
    query = query.where(Coding.submission_leaf.in_(list(places)), Coding.current)
    held: dict[int, list[tuple[int, int, int, bytes | None]]] = {}
    for place, slot, revision, coder, shared in session.execute(query.order_by(Coding.submission_leaf, Coding.slot)):
        held.setdefault(place, []).append((slot, revision, coder, shared))
    return {place: tuple(_as_seen(found, account.id, row.readers)) for place, found in held.items()}


def _as_seen(found: list[tuple[int, int, int, bytes | None]], account_id: int, readers: int) -> Iterable[SharedCoding]:
    """A second reader gets the first's coding once their own is in; whoever may decide gets both once both are in."""
    slots, coders = {slot for slot, *_ in found}, {coder for _, _, coder, _ in found}
    visible = readers == 1 or account_id in coders or slots >= {FIRST, SECOND}
    for slot, revision, coder, shared in found:
        yield SharedCoding(slot, revision, coder == account_id, shared if visible else None)


def history(session: Session, account: Account, row: Consultation, index: int) -> list[OwnRevision]:
    """The account's own revisions of its codings of that comment, the oldest first; nothing of anybody else's."""
    own = (Coding.consultation_id == row.id) & (Coding.submission_leaf == index) & (Coding.coder_id == account.id)
    query = select(Coding.slot, Coding.revision, Coding.day, Coding.shared).where(own)
    return [OwnRevision(*found) for found in session.execute(query.order_by(Coding.slot, Coding.revision))]
