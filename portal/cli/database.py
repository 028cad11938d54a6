"""``portal db``: the schema's migrations (Flask-Migrate)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

import click
import flask_migrate
from sqlalchemy import Connection

from portal.backup import copying, tables
from portal.cli.context import database as database_context
from portal.config import Settings, load_settings
from portal.extensions import db


def upgrade_schema(settings: Settings, revision: str = "head") -> None:
    """Bring the database to that schema, by default the newest, creating it when it is not there."""
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with database_context(settings):
        flask_migrate.upgrade(revision=revision)


@click.group("db")
def database() -> None:
    """Create and migrate the database."""


@database.command()
def upgrade() -> None:
    """Bring the schema to the newest version; creates the database."""
    upgrade_schema(load_settings())
    click.echo("The schema is up to date.")


@database.command()
@click.argument("revision", default="-1")
def downgrade(revision: str) -> None:
    """Take the schema back to REVISION (one step by default). Make a backup first."""
    with database_context(load_settings()):
        flask_migrate.downgrade(revision=revision)
    click.echo("The schema was taken back.")


@database.command()
def current() -> None:
    """Show the schema's version."""
    with database_context(load_settings()):
        flask_migrate.current()


@database.command("copy")
@click.option("--to", "target", required=True, help="SQLAlchemy URL of an empty database, of any engine.")
def copy_database(target: str) -> None:
    """Copy every row into the empty database at --to: SQLite to PostgreSQL, or back. Stop the portal first.

    Both are read back afterwards and compared by their log's root. Then set PORTAL_DATABASE_URL and start again.
    """
    settings = load_settings()
    into = replace(settings, database_url=target)
    if into.sqlalchemy_url == settings.sqlalchemy_url:
        raise click.ClickException("--to is the database that is in use.")
    with database_context(settings), tables.snapshot(db.engine) as source:
        rows = tables.total(source)
        upgrade_schema(into, tables.revision(source))
        with click.progressbar(length=rows, label="Rows", file=sys.stderr) as bar, database_context(into):
            _copy(source, bar.update)
    click.echo(f"{rows} rows copied. Set PORTAL_DATABASE_URL to the new database and start the portal again.")


def _copy(source: Connection, progress: Callable[[int], None]) -> None:
    try:
        with db.engine.begin() as target:
            copying.copy(source, target, progress)
    except tables.NotEmpty:
        raise click.ClickException("The database at --to is not empty; nothing was changed.") from None
    except copying.Differs:
        raise click.ClickException("The copy differs from what it was made of; nothing was kept.") from None
