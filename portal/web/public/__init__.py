"""The public app: no account, no cookie, no session; everything in Vietnamese at ``/`` and in English at ``/en/``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from flask import Flask, request, url_for
from flask_babel import gettext

from portal.config import Settings
from portal.submissions.together import Group
from portal.web import access, one_size, strokes
from portal.web.bucket import GlobalBucket
from portal.web.locale import public_url
from portal.web.origin import check_origin
from portal.web.public import (
    ballots,
    board,
    files,
    help,
    log,
    mail,
    pages,
    private,
    receipts,
    results,
    sealing,
    submissions,
    tables,
    window,
)
from portal.web.public.blueprint import public
from portal.web.runtime import KEY, runtime

__all__ = [
    "ballots",
    "board",
    "help",
    "install",
    "log",
    "mail",
    "pages",
    "private",
    "receipts",
    "results",
    "sealing",
    "tables",
]

STROKE = 0.020
"""Seconds between two strokes at which comments with ballots and answers with tickets are answered."""

NAV = {
    "home": ("consultation",),
    "results": ("result", "table", "private_list", "board", "boards"),
    "how": (),
    "receipt": ("proof",),
    "log": (),
    "help_page": ("help_for",),
}
"""Endpoints of the main navigation, and the pages below each that also count as being there."""


@dataclass(frozen=True)
class AssetUrl:
    """What a template needs of a built file: its address and its subresource integrity."""

    url: str
    integrity: str


def asset(name: str) -> AssetUrl:
    """A built file by its name before hashing, such as ``pages/submit.js``."""
    found = runtime().assets[name]
    return AssetUrl(url_for("static", filename=found.file), found.integrity)


def _layout(settings: Settings) -> dict[str, Any]:
    """What every page's frame shows."""
    here = (request.endpoint or "").rpartition(".")[2]
    words = {
        "home": gettext("Consultations"),
        "results": gettext("Results"),
        "how": gettext("How anonymity works"),
        "receipt": gettext("Receipt"),
        "log": gettext("Log"),
        "help_page": gettext("Guide"),
    }
    items = [
        {"label": words[name], "url": public_url(name), "current": here in (name, *below)}
        for name, below in NAV.items()
    ]
    return {"organ": settings.office_name, "home_url": public_url("home"), "nav_items": items}


def install(app: Flask, settings: Settings) -> None:
    """Give ``app`` the public pages, in both languages, and what guards them."""
    app.before_request(partial(check_origin, settings))
    app.before_request(access.guard)
    app.extensions[submissions.GROUP] = Group(submissions.counter(app).take_all)
    for name, rate in submissions.rates(settings.open_rate).items():
        app.extensions[name] = GlobalBucket(rate, app.extensions[KEY].clock)
    app.jinja_env.globals["asset"] = asset
    app.context_processor(partial(_layout, settings))
    files.install(app)
    one_size.install(app, ("submit", "submit_with_files", "answer"), one_size.SENT_SIZE)
    strokes.install(app, STROKE)
    access.register(app, public, access.PUBLIC, name="public")
    access.register(app, public, access.PUBLIC, name="public_en", prefix="/en")
    window.install(app, settings)
