"""``portal db``: the schema's migrations (Flask-Migrate)."""

from __future__ import annotations

import click
import flask_migrate

from portal.cli.context import database as database_context
from portal.config import Settings, load_settings


def upgrade_schema(settings: Settings) -> None:
    """Bring the database to the newest schema, creating it when it is not there."""
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    with database_context(settings):
        flask_migrate.upgrade()


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
