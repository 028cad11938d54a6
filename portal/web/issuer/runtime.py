"""What a request to an issuer may use: settings, clock, store, lock, assets. Nothing of the portal's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from portal.clock import Clock
from portal.issuing.config import IssuerSettings
from portal.issuing.store import work
from portal.web.assets import Assets
from portal.web.bucket import GlobalBucket, KeyedBuckets
from portal.web.issuer.sittings import Sittings

KEY = "portal.issuer"


@dataclass(frozen=True)
class IssuerRuntime:
    """Collaborators of the views.

    ``signing`` limits how often this process signs, whoever asks; ``own_signing`` how often for one claim code.
    """

    settings: IssuerSettings
    clock: Clock
    engine: Engine
    assets: Assets
    sittings: Sittings
    signing: GlobalBucket
    own_signing: KeyedBuckets


def bind(app: Flask, value: IssuerRuntime) -> None:
    """Give the app its collaborators."""
    app.extensions[KEY] = value


def runtime() -> IssuerRuntime:
    """The current app's collaborators."""
    return cast(IssuerRuntime, current_app.extensions[KEY])


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only looks: it holds no lock that a writer waits for."""
    with Session(runtime().engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def writing() -> Iterator[Session]:
    """A session that holds the write lock from its start and commits at its end."""
    with work(runtime().engine) as session:
        yield session
