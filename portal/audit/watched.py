"""How the log stands with each of its witnesses, for auditors and administrators inside: who saw what, and when.

Times here are witnesses' own, on checkpoints; they tell nothing of a submitter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from portal.ledger import log as ledger
from portal.ledger.cosignatures import Heard, Witnessing, standing
from portal.ledger.log import Log
from portal.ledger.models import LogCosignature
from portal.tlog.cosignature import cosigned_at
from portal.tlog.errors import TlogError
from portal.tlog.note import parse_note
from portal.tlog.policy import PolicyWitness

PATIENCE = timedelta(days=1)
"""How long a newest checkpoint may lack its quorum while no witness has refused: appended since the last tick."""

LAST_SECOND = 253_402_300_799  # of the year 9999


@dataclass(frozen=True)
class Watcher:
    """One witness: the size and the moment (UTC) of what it cosigned last, None when it never did; ``behind``: leaves
    that came since; ``heard``: its last answer, None when it never was asked."""

    name: str
    size: int | None
    cosigned: datetime | None
    behind: int
    heard: Heard | None

    @property
    def state(self) -> str:
        """Stable name: ``current``, ``waiting`` (to be asked again), ``silent`` (no answer came), ``refused``,
        ``contradicts`` (this is not the log that it knew), ``ahead`` (it knows more than the log has) or ``never``."""
        if self.heard and self.heard.ahead:
            return "ahead"
        if self.heard and self.heard.contradicts:
            return "contradicts"
        if self.size is not None and not self.behind:
            return "current"
        if self.heard is None:
            return "never" if self.size is None else "waiting"
        return {0: "silent", HTTPStatus.OK: "waiting", HTTPStatus.CONFLICT: "waiting"}.get(self.heard.status, "refused")


@dataclass(frozen=True)
class Watched:
    """The log before its witnesses. ``damage``: the stored signatures themselves do not hold (a TlogError's name).

    ``quorum_size``: the newest size for which the quorum holds; None when there is none, or with ``damage``.
    """

    size: int
    watchers: tuple[Watcher, ...]
    quorum_size: int | None
    quorum_at: datetime | None
    rolled_back: bool
    damage: str = ""

    @property
    def holds(self) -> bool:
        """Whether the quorum holds for the newest checkpoint."""
        return self.quorum_size == self.size

    def overdue(self, now: datetime) -> bool:
        """Whether the newest checkpoint lacks its quorum for a reason that does not pass with the next tick."""
        if self.holds or not self.size or not self.watchers:
            return False
        refused = any(one.state not in {"current", "waiting"} for one in self.watchers)
        return refused or self.quorum_at is None or now - self.quorum_at > PATIENCE


def watched(session: Session, log: Log) -> Watched:
    """The state of log and witnesses; never raises for what is stored."""
    held = ledger.size(session)
    try:
        stands = standing(session, log.policy, log)
    except TlogError as error:
        return Watched(held, (), None, None, ledger.rolled_back(session), type(error).__name__)
    last = _last(session)
    found = [(one, last.get((one.key.name, one.key.key_id))) for one in log.policy.witnesses]
    watchers = tuple(_watcher(one, newest, stands, held) for one, newest in found)
    quorum = stands.quorum
    at = max((_moment(time) for time in quorum.times), default=None) if quorum else None
    return Watched(held, watchers, quorum.checkpoint.size if quorum else None, at, stands.rolled_back)


def _watcher(witness: PolicyWitness, last: tuple[int, int] | None, stands: Witnessing, held: int) -> Watcher:
    size, time = last or (None, 0)
    moment = None if size is None else _moment(time)
    return Watcher(witness.name, size, moment, held - (size or 0), stands.heard.get(witness.name))


def _last(session: Session) -> dict[tuple[str, bytes], tuple[int, int]]:
    """Size and time (POSIX seconds) of each witness's newest cosignature, by name and id of its key."""
    by_key = (LogCosignature.name, LogCosignature.key_id)
    newest = select(*by_key, func.max(LogCosignature.size)).group_by(*by_key).subquery()
    rows = session.scalars(select(LogCosignature).where(tuple_(*by_key, LogCosignature.size).in_(select(newest))))
    return {(row.name, row.key_id): (row.size, cosigned_at(_value(row.line))) for row in rows}


def _value(line: str) -> bytes:
    (signature,) = parse_note(f"-\n\n{line}\n").signatures
    return signature.value


def _moment(time: int) -> datetime:
    """Witnesses state any time up to 2^63-1; the calendar ends sooner."""
    return datetime.fromtimestamp(min(time, LAST_SECOND), UTC)
