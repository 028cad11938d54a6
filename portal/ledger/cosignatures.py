"""What witnesses say of this log's checkpoints: what to ask them, their cosignatures once verified, and the quorum.

Nothing here reaches a network: the edge sends the requests of :func:`pending` and hands back what came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.orm import Session

from portal.ledger.log import Log, cosignature_lines, lock, open_tree, rolled_back, size
from portal.ledger.models import LogCheckpoint, LogCosignature, LogWitness
from portal.tlog.cosignature import AnyCosignerKey
from portal.tlog.errors import InvalidSignature, MalformedAnswer
from portal.tlog.note import Note, Signature, parse_note
from portal.tlog.policy import Policy, PolicyWitness, Standing
from portal.tlog.witness import AddCheckpoint, Answer, Cosigned, Refused, accept_cosignatures
from portal.tlog.witness import Conflict as Ahead


@dataclass(frozen=True)
class Pending:
    """A witness that is to be asked, and what to send it."""

    witness: PolicyWitness
    request: AddCheckpoint


@dataclass(frozen=True)
class Heard:
    """What a witness said last: how many leaves it knows, and the status of its answer (0: none came).

    ``ahead``: it knows more than the log has, so the log has forgotten leaves.
    """

    size: int
    status: int
    ahead: bool

    @property
    def contradicts(self) -> bool:
        """The witness found that the log does not continue what it had cosigned (or that a proof was wrong)."""
        return self.status == HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True)
class Witnessing:
    """How the log stands with the witnesses of its policy. Names are the policy's.

    ``newest``: the newest checkpoint, None while the log is empty; ``quorum``: the newest one for which the quorum
    holds, None when there is none. ``heard`` lacks the witnesses that never answered. ``rolled_back``: nothing is
    appended, because a witness is ahead.
    """

    policy: Policy
    newest: Standing | None
    quorum: Standing | None
    heard: dict[str, Heard]
    rolled_back: bool

    @property
    def contradicted(self) -> tuple[str, ...]:
        """The witnesses that say that this is not the log they knew."""
        return tuple(name for name, heard in self.heard.items() if heard.contradicts)

    @property
    def alarm(self) -> bool:
        """Whether a witness says that the log was rolled back or forked: somebody has to look at once."""
        return self.rolled_back or bool(self.contradicted)


def standing(session: Session, policy: Policy, log: Log) -> Witnessing:
    """The log's standing, checked against the stored signatures; raises what :meth:`Policy.check` raises."""
    held = size(session)
    own = _own(policy)
    heard = {
        own[row.name, row.key_id].name: Heard(row.size, row.status, row.size > held)
        for row in session.scalars(select(LogWitness))
        if (row.name, row.key_id) in own
    }
    return Witnessing(
        policy=policy,
        newest=_stand(session, policy, log, held) if held else None,
        quorum=_newest_quorum(session, policy, log, held),
        heard=heard,
        rolled_back=rolled_back(session),
    )


def _stand(session: Session, policy: Policy, log: Log, tree_size: int) -> Standing:
    return policy.check(_note(session, log, tree_size, cosigned=True), log.signer.verifier)


def _newest_quorum(session: Session, policy: Policy, log: Log, held: int) -> Standing | None:
    """Found by names alone, which are stored for verified signatures only; its signatures are then checked again."""
    if policy.satisfied_by(set()):
        return _stand(session, policy, log, held) if held else None
    own, names, at = _own(policy), set[str](), -1
    rows = session.execute(
        select(LogCosignature.size, LogCosignature.name, LogCosignature.key_id)
        .where(tuple_(LogCosignature.name, LogCosignature.key_id).in_(list(own)))
        .order_by(LogCosignature.size.desc())
        .execution_options(yield_per=100)
    )
    for tree_size, name, key_id in rows:
        if tree_size != at:
            at, names = tree_size, set()
        names.add(own[name, key_id].name)
        if policy.satisfied_by(names):
            rows.close()
            return _stand(session, policy, log, tree_size)
    return None


def pending(session: Session, log: Log, *, everyone: bool = False) -> list[Pending]:
    """What to send to the witnesses that have an address and have not cosigned the newest checkpoint.

    A witness whose last answer was no cosignature is asked in any case: it may know more than this log. ``everyone``:
    so are all others. An empty log asks by the checkpoint of an empty tree.
    """
    held = size(session)
    note = _note(session, log, held, cosigned=False)
    signed = _signed(session, log, held)
    rows = {(row.name, row.key_id): row for row in session.scalars(select(LogWitness))}
    found = []
    for witness in log.policy.witnesses:
        row = rows.get(_ids(witness.key))
        settled = row is not None and row.status == HTTPStatus.OK and _ids(witness.key) in signed
        if witness.url and (everyone or not settled):
            found.append(Pending(witness, _request(session, note, held, row.size if row else 0)))
    return found


def _request(session: Session, note: Note, held: int, known: int) -> AddCheckpoint:
    """The witness that knows more than the log is asked as if it knew nothing, and says again what it knows."""
    old = known if known <= held else 0
    proof = open_tree(session, held).consistency_proof(old) if 0 < old < held else []
    return AddCheckpoint(old, tuple(proof), note)


def keep(session: Session, log: Log, tree_size: int, signatures: Sequence[Signature]) -> int:
    """Store the cosignatures of the policy's witnesses on the checkpoint of that size; returns how many are new.

    Lines of unknown keys are left out, and the first cosignature of a witness on a checkpoint stays, unless somebody
    has damaged it. Raises :class:`portal.tlog.errors.InvalidSignature` or :class:`MalformedAnswer`, and stores nothing,
    when one is false.
    """
    keys = [witness.key for witness in log.policy.witnesses]
    accepted = accept_cosignatures(_note(session, log, tree_size, cosigned=False), signatures, keys)
    lock(session)
    stored = _signed(session, log, tree_size)
    rows = [
        {"size": tree_size, "name": one.name, "key_id": one.key_id, "line": str(one)}
        for one in accepted
        if (one.name, one.key_id) not in stored
    ]
    if rows and tree_size:  # the empty tree's checkpoint is made to ask by it, and kept nowhere
        damaged = [(one["name"], one["key_id"]) for one in rows]
        place = tuple_(LogCosignature.name, LogCosignature.key_id).in_(damaged)
        session.execute(delete(LogCosignature).where(LogCosignature.size == tree_size, place))
        session.execute(insert(LogCosignature), rows)
    return len(rows)


def take(session: Session, log: Log, asked: Pending, answer: Answer) -> Heard:
    """Keep and note what a witness answered; returns what was heard."""
    status, known = _meaning(session, log, asked, answer)
    known = learn(session, asked.witness, status, known)
    return Heard(known, status, known > size(session))


def _meaning(session: Session, log: Log, asked: Pending, answer: Answer) -> tuple[int, int | None]:
    """The status, and the size that the witness knows now where it told; a false cosignature is a bad gateway's."""
    match answer:
        case Cosigned(signatures):
            made = {(one.name, one.key_id) for one in signatures}
            try:
                keep(session, log, asked.request.size, signatures)
            except (InvalidSignature, MalformedAnswer):
                made.clear()
            if _ids(asked.witness.key) in made:
                return HTTPStatus.OK, asked.request.size
            return HTTPStatus.BAD_GATEWAY, None
        case Ahead(known):
            return HTTPStatus.CONFLICT, known
        case Refused(status):
            return status if status != HTTPStatus.OK else HTTPStatus.BAD_GATEWAY, None
    return 0, None


def learn(session: Session, witness: PolicyWitness, status: int, known: int | None = None) -> int:
    """Note what the witness said last: its answer's status (0: none came) and, where it told, the size it knows.

    Returns the size that it told last, now or before.
    """
    name, key_id = _ids(witness.key)
    row = session.get(LogWitness, (name, key_id))
    if row is None:
        row = LogWitness(name=name, key_id=key_id, size=0)
        session.add(row)
    row.status = status
    row.size = row.size if known is None else known
    session.flush()
    return row.size


def forget_others(session: Session, policy: Policy) -> None:
    """Forget what was heard of witnesses that are not in the policy any more, or have no address there."""
    asked = [_ids(witness.key) for witness in policy.witnesses if witness.url]
    session.execute(delete(LogWitness).where(tuple_(LogWitness.name, LogWitness.key_id).not_in(asked)))


def _own(policy: Policy) -> dict[tuple[str, bytes], PolicyWitness]:
    return {_ids(witness.key): witness for witness in policy.witnesses}


def _ids(key: AnyCosignerKey) -> tuple[str, bytes]:
    return key.name, key.key_id


def _signed(session: Session, log: Log, tree_size: int) -> set[tuple[str, bytes]]:
    """The keys of the policy's witnesses whose stored cosignature on that checkpoint holds."""
    note = _note(session, log, tree_size, cosigned=True)
    own = {ids: witness.key for ids, witness in _own(log.policy).items()}
    lines = [((line.name, line.key_id), line.value) for line in note.signatures]
    return {ids for ids, value in lines if ids in own and own[ids].verifies(note.text, value)}


def _note(session: Session, log: Log, tree_size: int, *, cosigned: bool) -> Note:
    if not tree_size:
        return log.empty_note()
    found = session.scalars(select(LogCheckpoint.note).where(LogCheckpoint.size == tree_size)).one()
    return parse_note(found + (cosignature_lines(session, tree_size) if cosigned else ""))
