"""Who reads a consultation: the keys of its opening, which are frozen, and those that came after.

A comment is sealed to the keys of the opening alone. A later key gets it only from a reader who can open it
(:mod:`portal.moderation.reseal`). Two kinds of later keys, and nothing else:

- its owner's next key, which *replaces* one: only the owner seals to it, with the old key;
- that of a moderator who never held a key of this consultation, proposed by an administrator and confirmed by an
  auditor. Whoever ever held one may have been left out by a submitter, and nobody else can know where: so other readers
  never seal to such an account.

Each of them is a ``reader`` leaf of the log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from portal.accounts.models import Account, ModeratorKey
from portal.accounts.service import active_keys, add_key, get_key, keys_of, role_names
from portal.consultations.models import AddedReader, Consultation, ConsultationModerator
from portal.consultations.service import PUBLIC_STATES
from portal.errors import Conflict, Forbidden, NotFound
from portal.ledger import events
from portal.ledger.log import Log, append
from portal.ledger.turns import take_turn

ADDING_STATES = ("open", "closed")


@dataclass(frozen=True)
class Reader:
    """A key that reads a consultation. ``leaf``: of its addition, None for a key of the opening."""

    key: ModeratorKey
    replaces: str | None = None
    leaf: int | None = None

    @property
    def kid(self) -> str:
        """The key's id."""
        return self.key.kid

    @property
    def active(self) -> bool:
        """Whether the key is not revoked."""
        return self.key.state == "active"


def readers_of(session: Session, row: Consultation) -> list[Reader]:
    """The keys of the opening by key id, then the later ones in the log's order; revoked ones too."""
    opening = keys_of(session, [moderator.kid for moderator in row.moderators])
    query = (
        select(ModeratorKey, AddedReader.replaces, AddedReader.reader_leaf)
        .join(AddedReader, AddedReader.kid == ModeratorKey.kid)
        .where(AddedReader.consultation_id == row.id, AddedReader.reader_leaf.is_not(None))
        .order_by(AddedReader.reader_leaf)
    )
    return [*map(Reader, opening), *(Reader(*found) for found in session.execute(query))]


def lines_of(readers: Iterable[Reader]) -> dict[str, str]:
    """For each key id, the first key of its owner's line: a replacing key continues the one that it replaces."""
    lines: dict[str, str] = {}
    for reader in readers:
        lines[reader.kid] = lines[reader.replaces] if reader.replaces else reader.kid
    return lines


def reading_kid(session: Session, account: Account, row: Consultation) -> str | None:
    """The key with which the account reads the consultation: its oldest active one, which opens the most."""
    if "moderator" not in role_names(account):
        return None
    own = (one for one in readers_of(session, row) if one.key.account_id == account.id)
    return next((one.kid for one in own if one.active), None)


def read_by(session: Session, kids: Iterable[str]) -> list[Consultation]:
    """The consultations that one of those keys reads, newest period first."""
    wanted = list(kids)
    chosen = union(
        select(ConsultationModerator.consultation_id).where(ConsultationModerator.kid.in_(wanted)),
        select(AddedReader.consultation_id).where(AddedReader.kid.in_(wanted), AddedReader.reader_leaf.is_not(None)),
    )
    query = select(Consultation).where(Consultation.id.in_(chosen), Consultation.state.in_(PUBLIC_STATES))
    return list(session.scalars(query.order_by(Consultation.opens.desc(), Consultation.id)))


def candidates(session: Session, row: Consultation) -> list[ModeratorKey]:
    """Active keys of moderators who never held a key of this consultation and are not proposed yet."""
    held = {one.key.account_id for one in readers_of(session, row)}
    held |= {key.account_id for key in keys_of(session, [proposal.kid for proposal in waiting(session, row)])}
    return [key for key in active_keys(session) if key.account_id not in held and key.account.active]


def waiting(session: Session, row: Consultation | None = None) -> list[AddedReader]:
    """Proposals that nobody has confirmed, of one consultation or of all."""
    query = select(AddedReader).where(AddedReader.reader_leaf.is_(None))
    if row is not None:
        query = query.where(AddedReader.consultation_id == row.id)
    return list(session.scalars(query.order_by(AddedReader.consultation_id, AddedReader.kid)))


def get_proposal(session: Session, row: Consultation, kid: str) -> AddedReader:
    """A proposal that waits, or :class:`NotFound`."""
    found = session.get(AddedReader, (row.id, kid))
    if found is None or found.reader_leaf is not None:
        raise NotFound("reader-unknown")
    return found


def propose(session: Session, account: Account, row: Consultation, kid: str) -> AddedReader:
    """An administrator's wish that this key's owner read the consultation; it waits for an auditor's word."""
    _check_adding(session, row, get_key(session, kid))
    if session.get(AddedReader, (row.id, kid)) is not None:
        raise Conflict("reader-proposed")
    proposal = AddedReader(consultation_id=row.id, kid=kid, proposed_by=account.id)
    session.add(proposal)
    session.flush()
    return proposal


def confirm(session: Session, log: Log, account: Account, row: Consultation, kid: str) -> AddedReader:
    """The second person's word, which the log keeps; from now on readers may seal comments to that key."""
    take_turn(session, row)
    proposal = get_proposal(session, row, kid)
    if proposal.proposed_by == account.id:
        raise Forbidden("reader-two-people")
    _check_adding(session, row, get_key(session, kid))
    leaf = append(session, log, [_leaf(row, kid, "")])
    proposal.confirmed_by, proposal.reader_leaf = account.id, leaf
    session.flush()
    return proposal


def decline(session: Session, row: Consultation, kid: str) -> None:
    """Drop a proposal; nothing of it was in the log."""
    session.delete(get_proposal(session, row, kid))
    session.flush()


def replace_key(
    session: Session, log: Log, account: Account, old: ModeratorKey, *, public_key: bytes, wrapped: str
) -> ModeratorKey:
    """The owner's next key. It becomes a reader of whatever the old one reads; the old one stays active meanwhile."""
    if old.account_id != account.id:
        raise NotFound("key-unknown")
    take_turn(session, old)
    if old.state != "active":
        raise Conflict("key-revoked-already")
    new = add_key(session, log, account, public_key=public_key, wrapped=wrapped)
    rows = read_by(session, [old.kid])
    if rows:
        first = append(session, log, [_leaf(row, new.kid, old.kid) for row in rows])
        named = {"kid": new.kid, "replaces": old.kid, "proposed_by": account.id}
        session.add_all(
            AddedReader(consultation_id=row.id, reader_leaf=first + nth, **named) for nth, row in enumerate(rows)
        )
        session.flush()
    return new


def _leaf(row: Consultation, kid: str, replaces: str) -> bytes:
    return events.encode("reader", consultation=row.id, kid=kid, replaces=replaces)


def _check_adding(session: Session, row: Consultation, key: ModeratorKey) -> None:
    if row.state not in ADDING_STATES:
        raise Conflict("reader-too-late")
    if key.state != "active" or not key.account.active or "moderator" not in role_names(key.account):
        raise Conflict("reader-key-revoked")
    if any(one.key.account_id == key.account_id for one in readers_of(session, row)):
        raise Conflict("reader-held-before")
