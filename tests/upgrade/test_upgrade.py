"""Instances that older versions made, kept as text: upgraded, whole, and served.

Each was made once by its own code (tests/upgrade/make.py) and is never made again. A version that changes the schema or
a stored format adds one.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from portal.audit.database_source import DatabaseSource
from portal.audit.verify import Brought, verify
from portal.cli.context import database, open_log, work
from portal.cli.database import upgrade_schema
from portal.clock import FixedClock
from portal.config import Settings, load_settings
from portal.crypto import keys, receipt
from portal.crypto.atrest import AtRest
from portal.crypto.envelope import open_with
from portal.crypto.payload import parse_payload
from portal.extensions import Base, db
from portal.factory import create_public_app, create_staff_app
from portal.models import ALL
from portal.moderation.models import Coding
from portal.moderation.readable import PURPOSE
from portal.submissions.models import SealedEnvelope
from portal.submissions.sequencing import sequence_groups
from portal.submissions.service import look_up
from tests.postgres import sqlite_only
from tests.rounds import stored
from tests.support import ORIGIN, PASSWORD, Office
from tests.web.public.support import body_of, post

STORED = Path(__file__).parent / "stored"
VERSIONS = sorted(path.stem for path in STORED.glob("*.json"))
CLOCK = FixedClock(datetime(2026, 11, 24, 3, 0, tzinfo=UTC))
pytestmark = sqlite_only


@dataclass
class Old:
    """An instance that has been upgraded. ``receipts``: raw ones by state; ``seeds``: of the moderators."""

    settings: Settings
    receipts: dict[str, list[bytes]]
    seeds: dict[str, bytes]


@pytest.fixture(params=VERSIONS)
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Old]:
    about = json.loads((STORED / f"{request.param}.json").read_text("utf-8"))
    connection = sqlite3.connect(tmp_path / "portal.sqlite3")
    connection.executescript(gzip.decompress((STORED / f"{request.param}.sql.gz").read_bytes()).decode())
    assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (request.param,)
    connection.close()
    given = {
        "env": "test", "instance": str(tmp_path), "log_origin": "log.example.org/gop-y", "totp": "optional",
        "open_rate": "0", **about["secrets"],
    }  # fmt: skip
    settings = load_settings({f"PORTAL_{name.upper()}": value for name, value in given.items()})
    upgrade_schema(settings)
    receipts = {state: [bytes.fromhex(one) for one in found] for state, found in about["receipts"].items()}
    yield Old(settings, receipts, {kid: bytes.fromhex(seed) for kid, seed in about["seeds"].items()})


def test_there_is_an_instance_of_the_first_version_and_of_the_last_but_one() -> None:
    assert VERSIONS[0] == "0001"
    migrations = sorted(path.name[:4] for path in (STORED.parents[2] / "migrations" / "versions").glob("0*.py"))
    assert VERSIONS[-1] in migrations[-2:], "store an instance of the last version: tests/upgrade/make.py"


def test_its_schema_is_the_models(old: Old) -> None:
    assert ALL
    with database(old.settings), db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def test_its_receipts_are_found_and_what_waited_comes_into_the_log(old: Old) -> None:
    log = open_log(old.settings)

    def states(state: str) -> set[str]:
        with work(old.settings) as session:
            raws = old.receipts[state]
            return {look_up(session, log, locator=receipt.locator(raw)).state for raw in raws}

    assert (states("sequenced"), states("waiting")) == ({"sequenced"}, {"waiting"})
    with work(old.settings) as session:
        assert stored(session) == (3, 3, 1)
        assert sequence_groups(session, log, ["thu-2026"]) == 1
    assert states("waiting") == {"sequenced"}


def test_its_comments_and_codings_open(old: Old) -> None:
    with work(old.settings) as session:
        for seed in old.seeds.values():
            texts = {parse_payload(open_with(seed, one.data)).text for one in session.query(SealedEnvelope)}
            assert texts == {"Việc khó thường bị để lại."}
        (coding,) = session.query(Coding)
        opened = json.loads(AtRest([old.settings.secret.instance_key]).open(PURPOSE, coding.sealed))
    assert opened["coding"]["categories"] == ["C6"]


def test_its_log_verifies(old: Old, tmp_path: Path) -> None:
    log = open_log(old.settings)
    with work(old.settings) as session:
        sequence_groups(session, log, ["thu-2026"])
    with work(old.settings) as session:
        static = tmp_path / "static"
        static.mkdir()
        source = DatabaseSource(session, log, static, AtRest([old.settings.secret.instance_key]))
        verdict = verify(source, Brought(log.vkey))
    assert verdict.failures == []


def test_its_pages_answer(old: Old) -> None:
    public = create_public_app(replace(old.settings, app="public"), CLOCK).test_client()
    for path in ("/", "/c/thu-2026", "/log", "/results", "/log/checkpoint", "/en/"):
        assert public.get(path).status_code == 200, path
    staff = create_staff_app(old.settings, CLOCK).test_client()
    for role, path in (("moderator", "/moderation/thu-2026"), ("admin", "/consultations/"), ("auditor", "/audit/")):
        token = staff.get("/login").get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
        given = {"email": f"{role}@example.org", "password": PASSWORD, "csrf_token": token}
        assert staff.post("/login", data=given).status_code == 302
        assert staff.get(path).status_code == 200, path
        staff.delete_cookie("portal_staff")


def test_a_comment_is_taken(old: Old) -> None:
    public = create_public_app(replace(old.settings, app="public"), CLOCK)
    client = public.test_client()
    client.environ_base["HTTP_ORIGIN"] = ORIGIN
    sealing = client.get("/c/thu-2026/sealing.json").get_json()
    assert {one["kid"] for one in sealing["keys"]} == set(old.seeds)
    public_keys = {kid: keys.public_key(seed) for kid, seed in old.seeds.items()}
    office = Office(kids=sorted(old.seeds), seeds=old.seeds, public_keys=public_keys)
    assert post(client, office, body_of(*office.seal())).status_code == 201
