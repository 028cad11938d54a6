"""The issuer's house: declared access, documented settings, migrations like models, nothing of the portal."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from portal.cli.issuer import settings_file
from portal.issuer_factory import create_issuer_app
from portal.issuing.config import SECRET_BYTES, plain_fields
from portal.issuing.models import IssuerBase
from portal.issuing.store import downgrade_store, open_store, upgrade_store
from portal.web.declared import access_of
from tests.issuing.support import issuer_settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "issuer.md").read_text("utf-8")


@pytest.fixture
def issuer_app(tmp_path, clock):
    return create_issuer_app(issuer_settings(tmp_path), clock)


@pytest.fixture
def engine(tmp_path) -> Engine:
    return open_store(f"sqlite:///{tmp_path / 'issuer.sqlite3'}")


def test_every_route_of_the_issuer_declares_its_access(issuer_app) -> None:
    endpoints = [rule.endpoint for rule in issuer_app.url_map.iter_rules()]
    assert not [endpoint for endpoint in endpoints if access_of(issuer_app, endpoint) is None]


def test_what_anybody_may_ask_an_issuer_is_named(issuer_app) -> None:
    public = {
        rule.endpoint
        for rule in issuer_app.url_map.iter_rules()
        if access_of(issuer_app, rule.endpoint).kind == "public"
    }
    claims = {"claims.claim", "claims.preflight", "claims.terms", "claims.closing"}
    assert public == claims | {"static", "door.unlock", "door.lock", "language.switch"}


def test_every_setting_and_secret_of_the_issuer_is_documented_and_nothing_else() -> None:
    documented = set(re.findall(r"^\| `PORTAL_([A-Z_]+)`", DOCUMENT, re.MULTILINE))
    expected = {f"ISSUER_{item.name.upper()}" for item in plain_fields()} | {name.upper() for name in SECRET_BYTES}
    assert documented == expected


def test_descriptions_of_the_issuers_settings_match() -> None:
    rows = dict(re.findall(r"^\| `PORTAL_ISSUER_([A-Z_]+)` \| [^|]+ \| (.+) \|$", DOCUMENT, re.MULTILINE))
    assert {item.name: rows[item.name.upper()] for item in plain_fields()} == {
        item.name: item.metadata["help"] for item in plain_fields()
    }


def test_the_settings_file_that_init_writes_names_every_setting() -> None:
    named = set(re.findall(r"^(?:# )?([a-z_]+) = ", settings_file(), re.MULTILINE))
    assert named == {item.name for item in plain_fields()} - {"instance", "env", "smtp_password"}


def test_the_issuers_migrations_give_its_models_and_take_them_back(engine) -> None:
    # given an empty store, when every migration runs
    upgrade_store(engine)
    # then models and schema are equal
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, IssuerBase.metadata) == []
        assert set(inspect(connection).get_table_names()) == {*IssuerBase.metadata.tables, "alembic_version"}
    # and when they are taken back, nothing is left
    downgrade_store(engine, "base")
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names()) == {"alembic_version"}


def test_the_issuers_migrated_and_created_schemas_have_the_same_sql(tmp_path) -> None:
    def schema(name: str, create) -> dict[str, str]:
        made = open_store(f"sqlite:///{tmp_path / name}")
        create(made)
        with made.connect() as connection:
            rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").all()
        return {name: " ".join(sorted(sql.replace('"', "").replace(",", " ").split())) for name, sql in rows}

    migrated, created = schema("one", upgrade_store), schema("two", IssuerBase.metadata.create_all)
    migrated.pop("alembic_version")
    # then checks and the choice of having no row numbers are the same too
    assert migrated == created


def test_an_issuer_loads_none_of_the_portals_packages() -> None:
    # given what an issuer's process imports
    code = "import sys, portal.issuer_factory, portal.cli.issuer; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    # then neither the portal's accounts nor its database library nor its reports are among it
    foreign = {"flask_security", "flask_sqlalchemy", "flask_migrate", "bleach", "docx", "portal.extensions"}
    assert not loaded & foreign
    rooms = ("accounts", "ballots", "consultations", "submissions", "moderation", "concerns", "findings", "reports")
    assert not [name for name in loaded if name.startswith(tuple(f"portal.{room}" for room in rooms))]
