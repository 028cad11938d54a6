"""Sealing old comments to a key that came after the opening: a reader's browser does it, comment by comment.

A :class:`Job` is one reader's part for one key. For each comment the browser makes a wrap of the envelope's content key
(1 168 bytes, ``portal.crypto.envelope.wrap_for``); for one that it cannot open, a wrap of the same size that opens
nothing. All comments, in the log's order and without a gap: what is stored tells nobody who can read what. Several
readers may do their part, since each may open what the others cannot.

Recusal holds because of who may have a job (:func:`get_job`): an account that held a key of the consultation gets
nothing from others, only from its own older key.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account, ModeratorKey
from portal.accounts.service import active_keys
from portal.consultations.models import Consultation
from portal.crypto.envelope import WRAP_SIZE
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ledger.models import LogLeaf
from portal.moderation.readership import Reader, lines_of, read_by, readers_of, reading_kid
from portal.moderation.recusal import is_recused
from portal.submissions.models import ResealedWrap, SealedEnvelope, Submission

CHUNK_MAX = 32


@dataclass(frozen=True)
class Job:
    """One reader's part: to seal what ``sealer`` opens to ``target``. ``own``: the target replaces the sealer."""

    row: Consultation
    target: Reader
    sealer: str
    own: bool


@dataclass(frozen=True)
class Progress:
    """Comments in the log, and those of them that the job has sealed."""

    total: int
    done: int

    @property
    def left(self) -> int:
        """Comments not sealed yet."""
        return self.total - self.done


@dataclass(frozen=True)
class SealedItem:
    """A comment to seal again: place, leaf, envelope, and the wraps that the sealer's key got later, or None."""

    index: int
    leaf: bytes
    envelope: bytes
    wrap: bytes | None


def get_job(session: Session, account: Account, row: Consultation, kid: str) -> Job:
    """The account's job for that key; a refusal says why there is none."""
    if is_recused(session, account, row):
        raise Forbidden("not-a-reader")
    readers = readers_of(session, row)
    target = next((one for one in readers if one.kid == kid and one.leaf is not None), None)
    if target is None:
        raise NotFound("reader-unknown")
    if not target.active:
        raise Conflict("reader-key-revoked")
    if target.replaces:
        return _own_job(session, account, row, target)
    if target.key.account_id == account.id:
        raise Forbidden("reseal-not-self")
    _check_newcomer(readers, target)
    sealer = reading_kid(session, account, row)
    if sealer is None:
        raise Forbidden("not-a-reader")
    return Job(row, target, sealer, own=False)


def _own_job(session: Session, account: Account, row: Consultation, target: Reader) -> Job:
    """From one's own older key: nobody else knows where its owner was left out."""
    if target.key.account_id != account.id:
        raise Forbidden("reseal-own-only")
    old = session.get(ModeratorKey, target.replaces)
    if old is None or old.account_id != account.id:
        raise Forbidden("reseal-own-only")
    if old.state != "active":
        raise Conflict("reseal-old-revoked")
    return Job(row, target, old.kid, own=True)


def _check_newcomer(readers: Sequence[Reader], target: Reader) -> None:
    """Whoever holds a key of another line here may have been left out by a submitter."""
    lines = lines_of(readers)
    if any(one.key.account_id == target.key.account_id and lines[one.kid] != target.kid for one in readers):
        raise Forbidden("reseal-own-only")


def jobs(session: Session, account: Account) -> list[tuple[Job, Progress]]:
    """What the account has left to do, consultation by consultation."""
    kids = [key.kid for key in active_keys(session, account_id=account.id)]
    found = [job for row in read_by(session, kids) for job in _jobs_in(session, account, row)]
    measured = [(job, progress(session, job)) for job in found]
    return [(job, done) for job, done in measured if done.left]


def _jobs_in(session: Session, account: Account, row: Consultation) -> list[Job]:
    possible = []
    for reader in readers_of(session, row):
        try:
            possible.append(get_job(session, account, row, reader.kid))
        except (Conflict, Forbidden, NotFound):
            continue  # of the opening, somebody else's, or revoked: no job of this account
    return possible


def progress(session: Session, job: Job) -> Progress:
    """How far the job is."""
    own = select(func.count()).select_from(Submission).join(ResealedWrap, _own(job) & _same_comment())
    sealed = session.scalar(own.where(Submission.consultation_id == job.row.id)) or 0
    return Progress(comments(session, job.row), sealed)


def comments(session: Session, row: Consultation) -> int:
    """How many comments of the consultation stand in the log and have not been erased: that happens to all at once."""
    held = select(SealedEnvelope.leaf_hash).join(Submission, Submission.leaf_hash == SealedEnvelope.leaf_hash)
    if row.state == "published" and session.scalar(held.where(_logged(row)).limit(1)) is None:
        return 0
    return session.scalar(select(func.count()).select_from(Submission).where(_logged(row))) or 0


def passed_on(session: Session, row: Consultation, kid: str) -> int:
    """How many comments the reader who has got furthest has sealed to that key."""
    query = select(func.count()).select_from(Submission).join(ResealedWrap, _same_comment())
    own = query.where(_logged(row), ResealedWrap.kid == kid).group_by(ResealedWrap.sealer)
    return max(session.scalars(own), default=0)


def pending(session: Session, job: Job, *, after: int = -1, limit: int = CHUNK_MAX) -> list[SealedItem]:
    """The next comments after that leaf that the job has not sealed, in the log's order."""
    query = (
        select(Submission.leaf_hash, Submission.leaf_index, LogLeaf.data, SealedEnvelope.data)
        .join(SealedEnvelope, SealedEnvelope.leaf_hash == Submission.leaf_hash)
        .join(LogLeaf, LogLeaf.index == Submission.leaf_index)
        .outerjoin(ResealedWrap, _own(job) & _same_comment())
        .where(_logged(job.row), Submission.leaf_index > after, ResealedWrap.leaf_hash.is_(None))
        .order_by(Submission.leaf_index)
        .limit(max(1, min(limit, CHUNK_MAX)))
    )
    rows = session.execute(query).all()
    wraps = wraps_for(session, job.sealer, [row[0] for row in rows])
    return [SealedItem(index or 0, leaf, data, wraps.get(digest)) for digest, index, leaf, data in rows]


def keep(session: Session, job: Job, wraps: Sequence[tuple[int, bytes]]) -> None:
    """Keep a chunk of (leaf index, wrap). Sent again, it replaces itself; with a gap in it or before it, it is refused.

    A gap would be a row that the reader could not open: nobody may be able to send one.
    """
    places = [index for index, _ in wraps]
    if not wraps or len(wraps) > CHUNK_MAX or len(set(places)) != len(places):
        raise Invalid("reseal-malformed")
    if any(len(data) != WRAP_SIZE for _, data in wraps):
        raise Invalid("reseal-malformed")
    between = Submission.leaf_index.between(min(places), max(places))
    rows = session.execute(select(Submission.leaf_index, Submission.leaf_hash).where(_logged(job.row), between)).all()
    found = {index: digest for index, digest in rows if index is not None}
    if not set(places) <= set(found):
        raise NotFound("comment-unknown")
    if len(found) > len(places) or not _follows(session, job, min(places)):
        raise Conflict("reseal-gap")
    session.execute(delete(ResealedWrap).where(_own(job), ResealedWrap.leaf_hash.in_(found.values())))
    values = {"kid": job.target.kid, "sealer": job.sealer}
    session.execute(insert(ResealedWrap), [{**values, "leaf_hash": found[at], "data": data} for at, data in wraps])


def _follows(session: Session, job: Job, first: int) -> bool:
    """Whether the comment before ``first`` is sealed already, or there is none: so, by and by, all before it are."""
    before = select(Submission.leaf_hash).where(_logged(job.row), Submission.leaf_index < first)
    previous = session.scalar(before.order_by(Submission.leaf_index.desc()).limit(1))
    return previous is None or session.get(ResealedWrap, (previous, job.target.kid, job.sealer)) is not None


def wraps_for(session: Session, kid: str, hashes: Collection[bytes]) -> dict[bytes, bytes]:
    """By leaf hash, what readers sealed to that key: one wrap of 1 168 bytes a reader, one after the other."""
    query = select(ResealedWrap.leaf_hash, ResealedWrap.data).where(ResealedWrap.kid == kid)
    found: dict[bytes, bytes] = {}
    for digest, data in session.execute(query.where(ResealedWrap.leaf_hash.in_(hashes)).order_by(ResealedWrap.sealer)):
        found[digest] = found.get(digest, b"") + data
    return found


def _logged(row: Consultation) -> ColumnElement[bool]:
    return (Submission.consultation_id == row.id) & Submission.leaf_index.is_not(None)


def _own(job: Job) -> ColumnElement[bool]:
    return (ResealedWrap.kid == job.target.kid) & (ResealedWrap.sealer == job.sealer)


def _same_comment() -> ColumnElement[bool]:
    return ResealedWrap.leaf_hash == Submission.leaf_hash
