"""Which reader reads which comment: dealt from the log, so that nobody picks their comments.

Leaf indexes are cut into blocks of :data:`BLOCK`. For each block the readers stand in an order that follows from the
leaf that opened the consultation; its comments are dealt round that order, one after the other. So shares differ by one
comment a block at most, a comment never changes hands because the log grows, and anybody can compute it again:
``order = readers sorted by SHA-256("portal/assignment/v1" || 0x00 || opening leaf || 0x00 || u64be block || key id)``,
where a reader is named by the smallest id of the keys of the opening, or else of the later ones, that they hold.

The server deals without knowing who can open what. A reader whom a submitter left out passes over the comment without a
word: their desk shows only what opens, and whoever has time takes what is left. Handing back is a word, and it looks
the same for whatever reason (:class:`portal.moderation.models.Handover`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.consultations.models import Consultation
from portal.crypto.rowkey import sealed_size
from portal.errors import Conflict, Invalid
from portal.ledger.log import read_leaf
from portal.ledger.turns import take_turn
from portal.moderation.models import Coding, Handover
from portal.moderation.readership import readers_of
from portal.moderation.recusal import remaining
from portal.submissions.models import Submission

LABEL = b"portal/assignment/v1"
BLOCK = 256
NOTE_SIZE = sealed_size(1024)


@dataclass
class Hands:
    """A comment's accounts: who coded it, took it, handed it back."""

    coders: list[int] = field(default_factory=list)
    takers: list[int] = field(default_factory=list)
    handed: set[int] = field(default_factory=set)


def assigned(session: Session, row: Consultation, places: Sequence[int]) -> dict[int, list[int]]:
    """Leaf index -> the accounts that are to read that comment, as many as the consultation wants where there are so
    many: whoever coded it, then whoever took it, then as it was dealt."""
    if not places:
        return {}
    dealt, hands, able = _dealt(session, row, places), _hands(session, places), remaining(session, row)
    found = {}
    for place in places:
        hand = hands.get(place, Hands())
        offered = [one for one in [*hand.takers, *dealt[place]] if one in able and one not in hand.handed]
        found[place] = list(dict.fromkeys([*hand.coders, *offered]))[: row.readers]
    return found


def _dealt(session: Session, row: Consultation, places: Sequence[int]) -> dict[int, list[int]]:
    """For each comment all readers, those first to whom it falls."""
    names = _names(session, row)
    opening = read_leaf(session, row.open_leaf or 0)
    first, last = min(places) // BLOCK * BLOCK, max(places)
    query = select(Submission.leaf_index).where(
        Submission.consultation_id == row.id, Submission.leaf_index.between(first, last)
    )
    orders: dict[int, list[int]] = {}
    counts: dict[int, int] = {}
    found = {}
    for place in session.scalars(query.order_by(Submission.leaf_index)):
        block = (place or 0) // BLOCK
        order = orders.setdefault(block, deal(opening, block, names))
        turn = counts[block] = counts.get(block, -1) + 1
        found[place or 0] = order[turn % len(order) :] + order[: turn % len(order)]
    return found


def deal(opening: bytes, block: int, names: dict[str, int]) -> list[int]:
    """The order of a block. ``names``: key id -> account."""
    head = LABEL + b"\x00" + opening + b"\x00" + block.to_bytes(8, "big")
    return [names[kid] for kid in sorted(names, key=lambda kid: hashlib.sha256(head + kid.encode()).digest())]


def _names(session: Session, row: Consultation) -> dict[str, int]:
    """Each reader by one key id, the opening's before later ones; those too who read no more, so that no order moves
    when somebody leaves."""
    names: dict[int, str] = {}
    for reader in readers_of(session, row):
        names.setdefault(reader.key.account_id, reader.kid)
    return {kid: account for account, kid in names.items()}


def _hands(session: Session, places: Collection[int]) -> dict[int, Hands]:
    found: dict[int, Hands] = {}
    coded = select(Coding.submission_leaf, Coding.coder_id).where(Coding.submission_leaf.in_(places), Coding.current)
    for place, account in session.execute(coded.where(Coding.slot < 3).order_by(Coding.slot)):
        found.setdefault(place, Hands()).coders.append(account)
    words = select(Handover).where(Handover.submission_leaf.in_(places)).order_by(Handover.account_id)
    for word in session.scalars(words):
        hand = found.setdefault(word.submission_leaf, Hands())
        if word.taken:
            hand.takers.append(word.account_id)
        else:
            hand.handed.add(word.account_id)
    return found


@dataclass(frozen=True)
class Assigned:
    """A comment's leaf, whether it falls to the account, and the note with which the account handed it back."""

    index: int
    mine: bool
    note: bytes | None


def page(session: Session, account: Account, row: Consultation, *, after: int, limit: int) -> list[Assigned]:
    """The next comments after that leaf."""
    query = select(Submission.leaf_index).where(Submission.consultation_id == row.id, Submission.leaf_index > after)
    places = [index or 0 for index in session.scalars(query.order_by(Submission.leaf_index).limit(limit))]
    own = select(Handover.submission_leaf, Handover.note).where(Handover.submission_leaf.in_(places))
    notes = {index: note for index, note in session.execute(own.where(Handover.account_id == account.id))}  # noqa: C416
    readers = assigned(session, row, places)
    return [Assigned(index, account.id in readers[index], notes.get(index)) for index in places]


def say(session: Session, account: Account, row: Consultation, index: int, *, note: bytes | None) -> bool:
    """Take a comment (no ``note``), or hand it back: the note tells those who can read the comment why, and has one
    size. Returns whether the comment falls to the account now. The caller has checked reader and comment."""
    take_turn(session, row)
    if row.state not in {"open", "closed"}:
        raise Conflict("consultation-frozen")
    if note is not None:
        if len(note) != NOTE_SIZE:
            raise Invalid("handover-note-size")
        held = select(Coding.id).where(Coding.submission_leaf == index, Coding.current, Coding.coder_id == account.id)
        if session.scalar(held) is not None:
            raise Conflict("handover-coded")
    word = session.get(Handover, (index, account.id))
    if word is None:
        word = Handover(submission_leaf=index, account_id=account.id)
        session.add(word)
    word.taken, word.note = note is None, note or b""
    session.flush()
    return account.id in assigned(session, row, [index])[index]


def check_not_handed(session: Session, account: Account, index: int) -> None:
    """Refuse a coding of a comment that the account handed back: it takes it first."""
    word = session.get(Handover, (index, account.id))
    if word is not None and not word.taken:
        raise Conflict("comment-handed-back")


def own_percent(session: Session, account: Account, row: Consultation, *, total: int) -> int:
    """The account's codings per hundred of its even share, at most 100. Nobody is shown another reader's: who stops
    short of a share may have been left out of some comments."""
    own = (Coding.consultation_id == row.id) & Coding.current & (Coding.coder_id == account.id) & (Coding.slot < 3)
    coded = session.scalar(select(func.count()).select_from(Coding).where(own)) or 0
    share = total * row.readers / max(1, len(remaining(session, row)))
    return min(100, int(100 * coded / share)) if share >= 1 else 0
