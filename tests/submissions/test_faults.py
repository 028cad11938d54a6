"""The fault table: each act fails at every moment of its life in turn, the instance starts again, the act is retried.

Whatever the moment, "wrote, then failed" among them: what was acknowledged stands in the log, no leaf stands there
twice, no ballot is burnt without its comment, and each checkpoint continues the one before.
"""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.ballots import issuers as portal_issuers
from portal.ballots import redeem
from portal.cli.context import database
from portal.cli.tick import run_once
from portal.clock import FixedClock
from portal.config import Settings
from portal.consultations import service as consultations
from portal.consultations.intake import intake
from portal.crypto import keys, receipt
from portal.crypto.atrest import AtRest
from portal.errors import PortalError
from portal.extensions import db
from portal.factory import create_staff_app
from portal.findings import service as findings
from portal.ledger.assets import ServedFile, log_assets
from portal.ledger.log import Log
from portal.models import ALL
from portal.moderation.readings import declare_done
from portal.submissions.erasure import erase_comments
from portal.submissions.models import Submission
from portal.submissions.service import accept
from portal.web.runtime import unit_of_work
from tests.audit.conftest import make_settings
from tests.ballots.support import (
    CONSULTATION,
    IssuerPair,
    bound,
    close_issuing,
    collect,
    move_to,
    open_with_ballots,
    sign_closing,
    two_issuers,
)
from tests.postgres import sqlite_only
from tests.rounds import CODINGS, close, code_all, moderator
from tests.submissions.faults import LONG, Crash, failing
from tests.submissions.judge import check_ballots, judge
from tests.support import Office, build_office

pytestmark = sqlite_only


DAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
MOMENTS_AT_MOST = 400


@dataclass
class Case:
    """An instance's file as it is before an act. ``taken``: acknowledged leaves; ``more``: what the act needs."""

    settings: Settings
    log: Log
    clock: FixedClock
    office: Office
    taken: list[bytes] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def atrest(self) -> AtRest:
        return AtRest([self.settings.secret.instance_key])

    def copy(self, folder: Path) -> Case:
        """The same instance at the same moment in a folder of its own."""
        folder.mkdir()
        shutil.copy(self.settings.instance / "portal.sqlite3", folder)
        clock = FixedClock(self.clock.now())
        return replace(self, settings=replace(self.settings, instance=folder), clock=clock, taken=[*self.taken])


def made(folder: Path, build: Callable[[Session, Case], None]) -> Case:
    """An office, and what ``build`` makes of it, in a file that is at rest."""
    folder.mkdir()
    settings, log = make_settings(folder)
    case = Case(replace(settings, mix_when="minimum"), log, FixedClock(DAY), Office())
    with create_staff_app(case.settings, case.clock).app_context():
        assert ALL
        db.create_all()
        with unit_of_work() as session:
            case.office = build_office(session, log, case.clock)
            build(session, case)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine.dispose()
    case.settings = replace(case.settings, app="public")  # a staff app's passwords would cost each of the acts a while
    return case


def comment(case: Case) -> dict[str, Any]:
    """A sealed comment with its receipt's locator and the next ballot."""
    envelope, raw = case.office.seal()
    ballot = None
    if pair := case.more.get("pair"):
        ballot = bound(pair, case.more["held"].pop(), hashlib.sha256(envelope).digest())
    return {"envelope": envelope, "locator_hash": receipt.locator_hash(raw), "ballot": ballot}


def hand_in(session: Session, case: Case, sent: dict[str, Any]) -> bytes:
    """As the submit view does it, in the session's transaction."""
    row = intake(session, case.office.consultation, hold=True)
    verified = sent["ballot"] and redeem.verify(
        session, row.id, sent["ballot"], envelope_sha256=hashlib.sha256(sent["envelope"]).digest()
    )
    given = {**sent, "ballot": verified}
    return accept(session, case.log, case.clock, row, promise_days=2, **given).leaf


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Four comments with ballots wait, and one more is ready to be sent."""
    folder = tmp_path_factory.mktemp("faults")

    def build(session: Session, case: Case) -> None:
        pair = two_issuers(folder, case.clock)
        open_with_ballots(session, case.log, case.clock, pair)
        held = [one for person in (1, 2) for one in collect(pair, f"CB{person:03}")]
        close_issuing(session, case.log, case.clock, pair)
        case.office.consultation = CONSULTATION
        move_to(case.clock, consultations.get(session, CONSULTATION).opens)
        case.more = {"pair": pair, "held": held}
        case.taken = [hand_in(session, case, comment(case)) for _ in range(4)]
        case.more["next"] = comment(case)

    return made(folder / "waiting", build)


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Collecting is over; an issuer's signed list has not come yet."""
    folder = tmp_path_factory.mktemp("faults-lists")

    def build(session: Session, case: Case) -> None:
        pair: IssuerPair = two_issuers(folder, case.clock)
        open_with_ballots(session, case.log, case.clock, pair)
        collect(pair, "CB001")
        move_to(case.clock, pair.collect_until + timedelta(days=1))
        case.more["closing"] = sign_closing(pair, pair.issuers[0])

    return made(folder / "collected", build)


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Closed, and every comment coded."""

    def build(session: Session, case: Case) -> None:
        row = close(session, case.log, case.clock, case.office)
        code_all(session, case.log, case.atrest, row, CODINGS)

    return made(tmp_path_factory.mktemp("faults-coded") / "coded", build)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Case:
    def build(session: Session, case: Case) -> None:
        row = close(session, case.log, case.clock, case.office, comments=len(CODINGS))
        code_all(session, case.log, case.atrest, row, CODINGS)
        findings.publish(session, case.log, case.atrest, row)

    return made(tmp_path_factory.mktemp("faults-published") / "published", build)


def in_one(act: Callable[[Session, Case], Any]) -> Callable[[Case], None]:
    """An act in one transaction of its own, as a view does it."""

    def run(case: Case) -> None:
        with database(case.settings):
            try:
                with unit_of_work() as session:
                    act(session, case)
            finally:
                db.engine.dispose()

    return run


def submit(case: Case) -> None:
    """Only what comes back without an error was acknowledged."""
    with database(case.settings):
        try:
            with unit_of_work() as session:
                leaf = hand_in(session, case, case.more["next"])
            case.taken.append(leaf)
        finally:
            db.engine.dispose()


def tick(case: Case) -> None:
    run_once(case.settings, case.log, case.clock)


def tick_after_the_end(case: Case) -> None:
    case.clock = FixedClock(case.clock.now() + timedelta(days=30))
    tick(case)


def row_of(session: Session, case: Case) -> Any:
    return consultations.get(session, case.office.consultation)


def take_list(session: Session, case: Case) -> None:
    row = consultations.get(session, CONSULTATION)
    portal_issuers.take_closing(session, case.log, row, case.more["closing"], today=case.clock.today())


def add_key(session: Session, case: Case) -> None:
    public_key = keys.public_key(bytes(range(32)))
    accounts.add_key(session, case.log, moderator(session), public_key=public_key, wrapped="{}")


def revoke(session: Session, case: Case) -> None:
    accounts.revoke_key(session, case.log, accounts.get_key(session, case.office.kids[0]))


def serve(session: Session, case: Case) -> None:
    log_assets(session, case.log, {f"pages/{name}.js": ServedFile(name * 64, 7) for name in "abc"})


def publish(session: Session, case: Case) -> None:
    findings.publish(session, case.log, case.atrest, row_of(session, case))


def erase(session: Session, case: Case) -> None:
    erase_comments(session, case.log, row_of(session, case))


def declare(session: Session, case: Case) -> None:
    declare_done(session, case.log, moderator(session), row_of(session, case))


# The act, the instance it is done to, leaves that it adds, and how a retry is told that it was done before.
TABLE: dict[str, tuple[Callable[[Case], None], str, int, str]] = {
    "accept": (submit, "waiting", 0, ""),
    "drain": (tick, "waiting", 4, ""),
    "close": (tick_after_the_end, "waiting", 6, ""),
    "list": (in_one(take_list), "collected", 4, ""),
    "key added": (in_one(add_key), "collected", 1, "key-exists"),
    "key revoked": (in_one(revoke), "collected", 1, "key-revoked-already"),
    "assets": (in_one(serve), "collected", 3, ""),
    "reading": (in_one(declare), "coded", 1, ""),
    "publish": (in_one(publish), "coded", 1, "consultation-not-closed"),
    "erase": (in_one(erase), "published", len(CODINGS), ""),
}


# A round is a transaction for the batch and one for each of the two consultations that are over.
PARTS = {"close": {4, 5}}


def leaves_of(case: Case) -> list[bytes]:
    """The instance judged as it stands."""
    with database(case.settings):
        try:
            return judge(db.session(), case.log, acknowledged=case.taken)
        finally:
            db.session.rollback()
            db.engine.dispose()


def stored(case: Case) -> list[bytes]:
    """The leaves alone: what is wrong with an instance shows after the retry as well."""
    with sqlite3.connect(case.settings.instance / "portal.sqlite3") as connection:
        return [data for data, in connection.execute('SELECT data FROM log_leaf ORDER BY "index"')]


def retry(act: Callable[[Case], None], case: Case, known: str) -> None:
    try:
        act(case)
    except PortalError as refusal:
        assert refusal.code == known and known


@pytest.mark.parametrize("name", TABLE)
def test_an_act_that_fails_at_any_moment_is_done_once_when_it_is_retried(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    act, fixture, added, known = TABLE[name]
    case: Case = request.getfixturevalue(fixture)
    before = leaves_of(case)
    struck = set()
    for at in range(MOMENTS_AT_MOST):
        one = case.copy(tmp_path / str(at))
        with failing(at) as faults:
            try:
                act(one)
            except Crash:
                struck.add(faults.struck.split(" ")[0])
        # when the instance starts again, what stands is whole, and the retry completes it
        stood = leaves_of(one) if LONG else stored(one)
        assert stood[: len(before)] == before
        assert len(stood) - len(before) in {0, added, *PARTS.get(name, ())}, faults.struck
        retry(act, one, known)
        after = leaves_of(one)
        assert after[: len(stood)] == stood, faults.struck
        assert len(after) == len(before) + added, faults.struck
        check_outcome(name, one)
        shutil.rmtree(one.settings.instance)
        if not faults.struck:
            break
    assert struck == {"before", "after"} and not faults.struck
    assert at > 6


def check_outcome(name: str, case: Case) -> None:
    """Ballots and comments agree, and a comment that was sent is there."""
    if name not in {"accept", "drain", "close"}:
        return
    with database(case.settings):
        try:
            check_ballots(db.session(), 5 if name == "accept" else 4)
        finally:
            db.session.rollback()
            db.engine.dispose()


def test_a_commit_that_the_database_refuses_lets_go_of_its_lock(waiting: Case, tmp_path: Path) -> None:
    # given a transaction that SQLite finds wrong only when it commits: the comment of no consultation
    case = waiting.copy(tmp_path / "refused")
    stray = {"leaf_hash": bytes(32), "consultation_id": "none", "envelope_sha256": bytes(32), "locator_hash": bytes(32)}
    with database(case.settings):
        with pytest.raises(IntegrityError), unit_of_work() as session:
            session.execute(text("PRAGMA defer_foreign_keys = ON"))
            session.execute(insert(Submission).values(**stray))
        # then another process can write at once, and so can this one
        tick(case)
        with unit_of_work() as session:
            assert session.get(Submission, bytes(32)) is None
        db.engine.dispose()
    assert len(leaves_of(case)) == len(leaves_of(waiting)) + 4
