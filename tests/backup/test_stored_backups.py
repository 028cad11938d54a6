"""Backups that were made once stay good: the portal's and an issuer's, sealed to one key, put back by today's code."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.cli import cli
from portal.cli.context import database, open_log
from portal.cli.database import upgrade_schema
from portal.config import load_settings
from portal.crypto import receipt
from portal.extensions import db
from portal.issuing.models import Round
from portal.issuing.store import open_store, upgrade_store
from portal.submissions.service import look_up
from tests.postgres import sqlite_only

STORED = json.loads((Path(__file__).parents[1] / "vectors" / "backup" / "backups.json").read_text("utf-8"))
ORIGINS = "http://127.0.0.1:8000"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with both files and the key."""
    for name in ("portal", "issuer"):
        (tmp_path / name).write_bytes(base64.b64decode(STORED[name]))
    (tmp_path / "key").write_text(STORED["secret"] + "\n")
    return tmp_path


def run(env: dict[str, str], *command: str) -> Result:
    return CliRunner().invoke(cli, [*command], env=env)


@sqlite_only
def test_the_portals_backup_becomes_the_office_again(files: Path) -> None:
    env = {
        "PORTAL_INSTANCE": str(files / "clean"), "PORTAL_ENV": "demo", "PORTAL_LOG_ORIGIN": "log.example.org/gop-y",
        "PORTAL_PUBLIC_ORIGINS": ORIGINS, "PORTAL_STAFF_ORIGINS": ORIGINS,
    }  # fmt: skip
    done = run(env, "restore", str(files / "portal"), "--key", str(files / "key"))
    assert done.exit_code == 0, done.output
    # then it can be brought to today's schema, and the comment whose receipt somebody kept still waits in it
    settings = load_settings(env)
    upgrade_schema(settings)
    with database(settings):
        locator = receipt.locator(bytes.fromhex(STORED["receipt"]))
        assert look_up(db.session(), open_log(settings), locator=locator).state == "waiting"
        db.session.rollback()
        db.engine.dispose()


def test_an_issuers_backup_becomes_the_issuer_again(files: Path) -> None:
    env = {"PORTAL_ISSUER_INSTANCE": str(files / "clean")}
    done = run(env, "issuer", "restore", str(files / "issuer"), "--key", str(files / "key"))
    assert done.exit_code == 0, done.output
    # it may have been collected from since, so it is not served by itself
    assert "thu-2026" in done.output and (files / "clean" / "RESTORED").is_file()
    engine = open_store(f"sqlite:///{files / 'clean' / 'issuer.sqlite3'}")
    upgrade_store(engine)
    with Session(engine) as session:
        assert [one.consultation for one in session.scalars(select(Round))] == ["thu-2026"]
    engine.dispose()
