"""``portal tick`` draws the differentially private lists that published consultations promised."""

from __future__ import annotations

import click

from portal.cli.context import database, work
from portal.config import Settings
from portal.consultations.service import get
from portal.crypto.atrest import AtRest
from portal.errors import PortalError
from portal.extensions import db
from portal.findings.private_giving import give
from portal.findings.private_service import waiting
from portal.ledger.log import Log


def draw_lists(settings: Settings, log: Log) -> int:
    """Draw each list that waits; returns how many were published."""
    with database(settings):
        names = waiting(db.session())
        db.session.rollback()
    return sum(_draw(settings, log, consultation, listed) for consultation, listed in names)


def _draw(settings: Settings, log: Log, consultation: str, listed: str) -> bool:
    """One list; what cannot be drawn now must not keep the others waiting."""
    atrest = AtRest([settings.secret.instance_key])
    try:
        with work(settings) as session:
            give(session, log, atrest, get(session, consultation), listed)
    except PortalError as refusal:
        click.echo(f"portal tick: {refusal.code}, trying again", err=True)
        return False
    return True
