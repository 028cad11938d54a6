"""What several processes, on one machine or many, do to one log at once; started by the tests beside this file."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from typing import Any

from portal.cli.context import database
from portal.cli.tick import run_once
from portal.clock import FixedClock
from portal.config import Settings
from portal.consultations import service as consultations
from portal.consultations.intake import intake
from portal.crypto import receipt
from portal.extensions import db
from portal.ledger import log as ledger
from portal.ledger.log import Log
from portal.submissions import mailbox
from portal.submissions.service import accept
from portal.tlog.merkle import leaf_hash
from portal.tlog.proof import verify_proof
from portal.web.runtime import unit_of_work
from tests.support import Office


@dataclass(frozen=True)
class Place:
    """An instance as another process reaches it."""

    settings: Settings
    office: Office
    clock: FixedClock

    @property
    def log(self) -> Log:
        """With the instance's key."""
        return Log.from_seed(self.settings.log_origin, self.settings.secret.log_key)


def context() -> ForkServerContext:
    """Fresh processes that share no connection with this one, from a server that has imported everything once."""
    made = multiprocessing.get_context("forkserver")
    made.set_forkserver_preload(["tests.submissions.workers"])
    return made


def tick(place: Place, stop: Any, faults: Any) -> None:
    """Round after round until told to stop; what goes wrong is handed to the test."""
    try:
        while not stop.is_set():
            run_once(place.settings, place.log, place.clock)
            time.sleep(0.05)  # SQLite gives the lock to whoever asks first, not to whoever waits longest
    except Exception as error:
        faults.put(f"tick: {type(error).__name__}: {error}"[:500])


def tick_when_told(place: Place, gate: Any, faults: Any) -> None:
    """One round at the same moment as everybody else."""
    gate.wait()
    try:
        run_once(place.settings, place.log, place.clock)
    except Exception as error:
        faults.put(f"close: {type(error).__name__}: {error}"[:500])


def submit(place: Place, count: int, taken: Any, faults: Any) -> None:
    """Send comments one after another; each leaf is put into ``taken`` once it was acknowledged, and not before."""
    try:
        with database(place.settings):
            for _ in range(count):
                taken.put(send_one(place))
    except Exception as error:
        faults.put(f"submit: {type(error).__name__}: {error}"[:500])


def send_one(place: Place) -> bytes:
    """A comment accepted and committed as the submit view does it; returns its leaf."""
    envelope, raw = place.office.seal()
    with unit_of_work() as session:
        row = intake(session, place.office.consultation, hold=True)
        hashed = receipt.locator_hash(raw)
        done = accept(session, place.log, place.clock, row, envelope=envelope, locator_hash=hashed, promise_days=2)
    return done.leaf


def act_when_told(place: Place, act: Callable[[Any, Place], Any], gate: Any, outcomes: Any) -> None:
    """One act of staff in a transaction of its own, at the same moment as everybody else."""
    with database(place.settings):
        db.engine.connect().close()
        gate.wait()
        try:
            with unit_of_work() as session:
                act(session, place)
            outcomes.put("done")
        except Exception as error:
            outcomes.put(getattr(error, "code", "") or type(error).__name__)


def answer_when_told(place: Place, said: Any, gate: Any, outcomes: Any) -> None:
    """Answers for a ticket each, one after another, begun at the same moment as everybody else's."""
    with database(place.settings):
        db.engine.connect().close()
        gate.wait()
        for posted, ticket in said:
            try:
                with unit_of_work() as session:
                    row = consultations.get(session, place.office.consultation)
                    mailbox.answer(session, place.log, place.clock, row, posted=posted, ticket=ticket, promise_days=2)
                outcomes.put("done")
            except Exception as error:
                outcomes.put(getattr(error, "code", "") or type(error).__name__)


def close_now(session: Any, place: Place) -> None:
    """What the staff app's button does, the consultation read a moment before."""
    row = consultations.get(session, place.office.consultation)
    time.sleep(0.05)
    consultations.close_consultation(session, place.log, row)


def watch(place: Place, stop: Any, seen: Any, faults: Any) -> None:
    """A reader: every checkpoint that it meets, and a proof against each, which must hold."""
    try:
        with database(place.settings):
            while not stop.is_set():
                note = ledger.newest_checkpoint(db.session())
                proof = place.log.proof(db.session(), 0)
                verify_proof(proof, leaf_hash(ledger.read_leaf(db.session(), 0)), place.log.signer.verifier)
                db.session.rollback()
                seen.put(note)
                time.sleep(0.01)
    except Exception as error:
        faults.put(f"watch: {type(error).__name__}: {error}"[:500])


@contextmanager
def running(*processes: BaseProcess) -> Iterator[None]:
    """Started, and ended whatever happens."""
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.join(timeout=1)
            if process.is_alive():
                process.kill()
                process.join()
