"""``portal tick`` decides the tables that were asked for."""

from __future__ import annotations

import click

from portal.cli.context import database, work
from portal.clock import Clock
from portal.config import Settings
from portal.crypto.atrest import AtRest
from portal.errors import PortalError
from portal.extensions import db
from portal.findings.tables_deciding import settle, weigh
from portal.findings.tables_service import waiting
from portal.ledger.log import Log


def decide_tables(settings: Settings, log: Log, clock: Clock) -> int:
    """Decide each table that waits; returns how many were published.

    Nothing is locked while the gate solves. A decision that another host overtook is taken again in the next round.
    """
    with database(settings):
        names = waiting(db.session())
        db.session.rollback()
    return sum(_decide(settings, log, clock, name) for name in names)


def _decide(settings: Settings, log: Log, clock: Clock, name: str) -> bool:
    """One table; what cannot be decided now must not keep the others waiting."""
    atrest = AtRest([settings.secret.instance_key])
    try:
        with database(settings):
            weighed = weigh(db.session(), atrest, name, today=clock.today())
            db.session.rollback()
        if weighed is None:
            return False
        with work(settings) as session:
            return settle(session, log, atrest, weighed)
    except PortalError as refusal:
        click.echo(f"portal tick: {refusal.code}, trying again", err=True)
        return False
