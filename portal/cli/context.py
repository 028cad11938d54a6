"""What commands share: the database's application context and one unit of work."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from portal.accounts import security
from portal.clock import SystemClock
from portal.config import Settings
from portal.extensions import database_app, db
from portal.ledger.opening import open_log
from portal.web.runtime import unit_of_work

__all__ = ["database", "open_log", "system_clock", "work"]


@contextmanager
def database(settings: Settings) -> Iterator[None]:
    """The context in which ``db`` and password hashing work; at its end no connection is left open."""
    app = database_app(settings)
    if settings.secrets is not None and settings.app != "public":
        app.config["SECRET_KEY"] = settings.secret.secret_key
        security.install(app, settings)
    with app.app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


@contextmanager
def work(settings: Settings) -> Iterator[Session]:
    """One transaction in a context of its own; committed at the end."""
    with database(settings), unit_of_work() as session:
        yield session


def system_clock(settings: Settings) -> SystemClock:
    """The machine's clock in the office's zone."""
    return SystemClock(ZoneInfo(settings.time_zone))
