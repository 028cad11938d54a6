"""The issuer's database: its engine, its schema, and one unit of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from portal.config import ROOT

MIGRATIONS = ROOT / "migrations" / "issuer"


def open_store(url: str) -> Engine:
    """The engine; durable commits and foreign keys come from ``portal.storage`` for every SQLite connection."""
    return create_engine(url, hide_parameters=True)


def upgrade_store(engine: Engine, revision: str = "head") -> None:
    """Bring the schema to ``revision``; creates the database."""
    command.upgrade(_config(engine), revision)


def downgrade_store(engine: Engine, revision: str) -> None:
    """Take the schema back."""
    command.downgrade(_config(engine), revision)


def _config(engine: Engine) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["engine"] = engine
    return config


@contextmanager
def work(engine: Engine) -> Iterator[Session]:
    """A session that holds the write lock from its start and commits at its end."""
    with Session(engine, expire_on_commit=False) as session:
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        yield session
        session.commit()
