"""Freshness: what unlocks, publishes or adds a key asks that the sign-in be recent."""

from __future__ import annotations

from datetime import timedelta

from flask import request, url_for
from flask_security.utils import check_and_update_authn_fresh

from portal.errors import Forbidden
from portal.web.runtime import runtime


def is_fresh() -> bool:
    """Whether the account behind this request proved itself within ``settings.fresh_minutes``."""
    within = timedelta(minutes=runtime().settings.fresh_minutes)
    return bool(check_and_update_authn_fresh(within, timedelta(0)))


def require_fresh() -> None:
    """Raise :class:`Forbidden` (``not-fresh``) when the sign-in is too old."""
    if not is_fresh():
        raise Forbidden("not-fresh")


def verify_url() -> str:
    """Where one proves oneself again; it leads back to the page of this request."""
    return url_for("security.verify", next=request.script_root + request.path)
