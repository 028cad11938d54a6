"""Shared instances, bare: nothing here knows a model, a view or a setting's meaning."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Session

from portal.config import ROOT, Settings
from portal.storage import NAMING, forget_order

__all__ = ["Base", "Database", "babel", "configure_database", "csrf", "database_app", "db", "forget_order", "migrate"]


# A cut cable says nothing. Without these, whoever waits for the database's host waits for hours (libpq, "Parameter Key
# Words"), and the database keeps the locks of an app host that is gone for as long ("options": the server's side).
ACROSS_A_NETWORK = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
    "options": "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 "
    "-c tcp_user_timeout=15000",
}
KEPT_CONNECTIONS = 8
"""Of a process's pool, between requests: one for each thread of ``portal serve``."""


class Base(DeclarativeBase):
    """Base of every model; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(naming_convention=NAMING)


class Database(SQLAlchemy):
    """Flask-SQLAlchemy, whose scoped session serves wherever a service asks for a session."""

    if TYPE_CHECKING:

        class Scoped(Session):
            """The request's session; calling it gives the plain one."""

            def __call__(self) -> Session: ...
            def remove(self) -> None: ...

        session: Scoped  # type: ignore[assignment]


db = Database(model_class=Base)
migrate = Migrate(directory=str(ROOT / "migrations"), render_as_batch=True, compare_type=True)
csrf = CSRFProtect()
babel = Babel()


def database_app(settings: Settings) -> Flask:
    """A Flask app with the database and nothing else: for the command line, migrations and tests of services."""
    app = Flask("portal.database")
    configure_database(app, settings)
    return app


def configure_database(app: Flask, settings: Settings) -> None:
    """Bind the database to ``app``."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.sqlalchemy_url
    remote = settings.sqlalchemy_url.startswith("postgresql")
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_size": KEPT_CONNECTIONS,
        "max_overflow": -1,  # threads are the limit: each holds one connection, at times two
        "pool_pre_ping": not settings.sqlalchemy_url.startswith("sqlite"),
        "hide_parameters": True,  # an error's text must not carry what was being stored
        "connect_args": dict(ACROSS_A_NETWORK) if remote else {},
    }
    app.extensions["portal.settings"] = settings
    db.init_app(app)
    migrate.init_app(app, db)
