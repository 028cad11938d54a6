"""What a request may use beside the database: settings, clock, log, sealing at rest, assets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from sqlalchemy.orm import Session

from portal.clock import Clock
from portal.config import Settings
from portal.crypto.atrest import AtRest
from portal.extensions import db
from portal.ledger.log import Log
from portal.web.assets import Assets

KEY = "portal.runtime"


@dataclass(frozen=True)
class Runtime:
    """Collaborators of the views. ``atrest`` is None in a public-only process: it holds no instance key."""

    settings: Settings
    clock: Clock
    log: Log
    assets: Assets
    atrest: AtRest | None

    @property
    def sealing(self) -> AtRest:
        """Sealing at rest; only the staff app may ask for it."""
        if self.atrest is None:
            raise RuntimeError("this process serves no staff app and holds no instance key")
        return self.atrest


def bind(app: Flask, value: Runtime) -> None:
    """Give the app its collaborators."""
    app.extensions[KEY] = value


def runtime() -> Runtime:
    """The current app's collaborators."""
    return cast(Runtime, current_app.extensions[KEY])


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """A session of its own that holds the write lock from its start and commits at its end.

    Views that change something use this rather than ``db.session``: under SQLite a reader that becomes a writer late
    can fail, and a service must never see half of somebody else's change.
    """
    with Session(db.engine, expire_on_commit=False) as session:
        session.connection(execution_options={"sqlite_begin": "IMMEDIATE"})
        yield session
        session.commit()
