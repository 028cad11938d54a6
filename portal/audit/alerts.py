"""What does not add up, by stable names: cheap checks that every visit of the desk can make.

They look at the store and the log as they stand and are no verification: that hashes every entry again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portal.audit.reconciliation import Sums, log_fits, reconcile
from portal.audit.watched import Watched, watched
from portal.errors import NotFound
from portal.ledger import log as ledger
from portal.ledger.assets import ServedFile, logged_assets
from portal.ledger.log import Log
from portal.tlog.checkpoint import open_checkpoint
from portal.tlog.errors import TlogError

LOUD = {"ahead": "log-rolled-back", "contradicts": "log-contradicted"}
LAGGING = {"silent", "refused", "never"}


@dataclass(frozen=True)
class Alert:
    """A named fault; ``where``: consultation id, witness or file, empty when it concerns the whole log."""

    name: str
    where: str = ""


@dataclass(frozen=True)
class Survey:
    """The desk's look at log, witnesses and sums, and what is wrong with them, the worst first."""

    watched: Watched
    sums: Sequence[Sums]
    alerts: tuple[Alert, ...]


def survey(session: Session, log: Log, *, now: datetime, today: date, served: Mapping[str, ServedFile]) -> Survey:
    """Look at everything. ``served``: the files that browsers get, by the names that the log has for them."""
    seen, sums = watched(session, log), reconcile(session, today=today)
    found = [
        *_witness_alerts(seen, now),
        *_log_alerts(session, log),
        *(Alert(name, line.row.id) for line in sums for name in line.problems),
        *_asset_alerts(session, served),
    ]
    return Survey(seen, sums, tuple(found))


def _witness_alerts(seen: Watched, now: datetime) -> Iterator[Alert]:
    loud = [Alert(LOUD[one.state], one.name) for one in seen.watchers if one.state in LOUD]
    yield from loud
    if seen.rolled_back and not loud:
        yield Alert("log-rolled-back")
    if seen.damage:
        yield Alert("cosignature-damaged")
    if seen.overdue(now):
        yield Alert("quorum-missing")
    yield from (Alert("witness-lagging", one.name) for one in seen.watchers if one.state in LAGGING)


def _log_alerts(session: Session, log: Log) -> Iterator[Alert]:
    """The newest checkpoint must be signed by this log, over the tree that the stored tiles give."""
    if not log_fits(session):
        yield Alert("log-differs-from-store")
    try:
        checkpoint = open_checkpoint(ledger.newest_note(session), log.signer.verifier).checkpoint
        sound = ledger.open_tree(session, checkpoint.size).root == checkpoint.root
    except NotFound:
        sound = not ledger.kinds(session)  # an empty log has neither; leaves without a checkpoint or tile are damage
    except TlogError:
        sound = False
    if not sound:
        yield Alert("checkpoint-unsound")


def _asset_alerts(session: Session, served: Mapping[str, ServedFile]) -> Iterator[Alert]:
    """A log that names no file at all was never served from by ``portal serve``, which logs them before it listens."""
    logged = logged_assets(session)
    for name, file in sorted(served.items()):
        if logged and logged.get(name) != file:
            yield Alert("asset-not-logged", name)
