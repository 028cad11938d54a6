"""One whole instance, exported once a run: tests damage copies of what an auditor is given."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.accounts.hand import Hand
from portal.audit.export import openings, public_files
from portal.clock import Clock, FixedClock
from portal.concerns import service as concerns
from portal.config import SECRET_BYTES, Settings, load_settings
from portal.consultations import service as consultations
from portal.crypto.atrest import AtRest
from portal.extensions import db
from portal.factory import create_staff_app
from portal.ledger import log as ledger
from portal.ledger.assets import ServedFile, log_assets
from portal.ledger.log import Log
from portal.web.runtime import unit_of_work
from tests.audit.ballot_log import BallotCase, build
from tests.audit.rich import Rich, export_rich, walk_rich
from tests.audit.support import Files, digest
from tests.postgres import fresh_database
from tests.rounds import publish, report
from tests.support import Office, build_office

DAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
SCRIPT = b"export const answer = 42;\n"
MANIFEST = json.dumps(
    {"pages/submit.js": {"file": "pages-submit.js", "sha256": digest(SCRIPT), "size": len(SCRIPT)}}
).encode()


@dataclass(frozen=True)
class Exported:
    """An export with openings, the log whose key signed it, and how many leaves of each kind the store counts."""

    files: Files
    log: Log
    kinds: dict[str, int]


def make_static(folder: Path) -> Path:
    """A build of one script."""
    folder.mkdir()
    (folder / "pages-submit.js").write_bytes(SCRIPT)
    (folder / "manifest.json").write_bytes(MANIFEST)
    return folder


def log_static(session: Session, log: Log) -> None:
    """What of that build stands in the log: the script, then the list of files."""
    for name, data in (("pages/submit.js", SCRIPT), ("manifest.json", MANIFEST)):
        log_assets(session, log, {name: ServedFile(digest(data), len(data))})


def walk(session: Session, log: Log, clock: Clock, atrest: AtRest, office: Office) -> None:
    """Served files, comments, codings, a publication, an answer, a report."""
    log_static(session, log)
    publication = publish(session, log, clock, atrest, office)
    row = consultations.get(session, office.consultation)
    given = concerns.Answer("accepted", "", clock.today(), "<p>Sẽ làm.</p>", True)
    concerns.answer(session, log, atrest, concerns.get(session, row.id, "C1"), given, hand=Hand(1, clock.today()))
    report(session, log, clock, atrest, publication)


def make_settings(folder: Path) -> tuple[Settings, Log]:
    """Settings of an instance in ``folder``, and its log."""
    made = {f"PORTAL_{name.upper()}": secrets.token_hex(size) for name, size in SECRET_BYTES.items()}
    options = {"PORTAL_ENV": "test", "PORTAL_INSTANCE": str(folder), "PORTAL_LOG_ORIGIN": "log.example.org/gop-y"}
    settings = load_settings({**options, **made, **fresh_database()})
    return settings, Log.from_seed(settings.log_origin, settings.secret.log_key)


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """Built once: an instance costs more than all that is done with its export."""
    folder = tmp_path_factory.mktemp("audit")
    settings, log = make_settings(folder)
    clock, atrest = FixedClock(DAY), AtRest([settings.secret.instance_key])
    static = make_static(folder / "dist")
    with create_staff_app(settings, clock).app_context():
        db.create_all()
        with unit_of_work() as session:
            walk(session, log, clock, atrest, build_office(session, log, clock))
            files = {**dict(public_files(session, log, static)), "openings.json": openings(session, atrest)}
            return Exported(files, log, ledger.kinds(session))


@pytest.fixture(scope="session")
def ballots(tmp_path_factory: pytest.TempPathFactory) -> BallotCase:
    """An instance whose second consultation has ballots of two issuers. Built once."""
    folder = tmp_path_factory.mktemp("ballots")
    settings, log = make_settings(folder)
    clock, static = FixedClock(DAY), make_static(folder / "dist")
    with create_staff_app(settings, clock).app_context():
        db.create_all()
        with unit_of_work() as session:
            log_static(session, log)
            return build(session, log, clock, build_office(session, log, clock), folder, static)


@pytest.fixture(scope="session")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Rich:
    """An instance that has every type of leaf, cosigned by two witnesses. Built once."""
    folder = tmp_path_factory.mktemp("rich")
    settings, log = make_settings(folder)
    clock, atrest = FixedClock(DAY), AtRest([settings.secret.instance_key])
    with create_staff_app(settings, clock).app_context():
        db.create_all()
        with unit_of_work() as session:
            walk_rich(session, log, clock, atrest, build_office(session, log, clock), folder)
            return export_rich(session, log, atrest, folder / "dist")


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A build of one script."""
    return make_static(tmp_path / "dist")


@pytest.fixture
def walked(office: Office, session: Session, log: Log, clock: Clock, atrest: AtRest) -> Session:
    """An instance of this test's own, walked through."""
    walk(session, log, clock, atrest, office)
    return session
