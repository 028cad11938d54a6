"""Shared instances, bare: nothing here knows a model, a view or a setting's meaning."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase, Session

from portal.config import ROOT, Settings


class Base(DeclarativeBase):
    """Base of every model; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Database(SQLAlchemy):
    """Flask-SQLAlchemy, whose scoped session serves wherever a service asks for a session."""

    if TYPE_CHECKING:

        class Scoped(Session):
            """The request's session; calling it gives the plain one."""

            def __call__(self) -> Session: ...

        session: Scoped  # type: ignore[assignment]


db = Database(model_class=Base)
migrate = Migrate(directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
csrf = CSRFProtect()
babel = Babel()


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    """Durable commits, foreign keys, deleted content overwritten, and no implicit BEGIN (see below)."""
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    """SQLite's write lock is taken at once where a service asks for it: a late upgrade cannot wait and would fail."""
    if connection.dialect.name == "sqlite":
        mode = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {mode}")


def forget_order(engine: Engine) -> bool:
    """Rewrite an SQLite file so that its pages lie in the order of their keys; returns whether it could.

    Random keys alone do not hide in which order rows came: large values spill into pages that are handed out one
    after another. VACUUM copies every table in key order (SQLite documentation, "VACUUM", section 3), and truncating
    the write-ahead log drops the order of commits. It has to wait for other writers, and says so by False.
    """
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        cursor.execute("VACUUM")
        busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def database_app(settings: Settings) -> Flask:
    """A Flask app with the database and nothing else: for the command line, migrations and tests of services."""
    app = Flask("portal.database")
    configure_database(app, settings)
    return app


def configure_database(app: Flask, settings: Settings) -> None:
    """Bind the database to ``app``."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.sqlalchemy_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_pre_ping": not settings.sqlalchemy_url.startswith("sqlite"),
        "hide_parameters": True,  # an error's text must not carry what was being stored
    }
    app.extensions["portal.settings"] = settings
    db.init_app(app)
    migrate.init_app(app, db)
