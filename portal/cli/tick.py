"""``portal tick``: what must happen by itself."""

from __future__ import annotations

import os
import time

import click
from sqlalchemy import func, select

from portal.cli.context import database, open_log, system_clock, work
from portal.clock import Clock
from portal.config import Settings, load_settings
from portal.consultations.service import close_consultation, list_all
from portal.extensions import db, forget_order
from portal.ledger.log import Log
from portal.submissions.models import Submission
from portal.submissions.sequencing import sequence_due, sequence_groups


def run_once(settings: Settings, log: Log, clock: Clock) -> tuple[int, int]:
    """Shuffle in what is due and close what is over; returns (leaves appended, consultations closed)."""
    today = clock.today()
    with work(settings) as session:
        daily = settings.mix_when == "day"
        appended = sequence_due(session, log, today=today, default_minimum=settings.mix_minimum, daily=daily)
        over = [row for row in list_all(session, ("open",)) if row.closes < today]
        for row in over:
            appended += sequence_groups(session, log, [row.id])
            close_consultation(session, log, row)
    return appended, len(over)


def tidy(settings: Settings) -> int:
    """Let the file forget in which order comments came; returns the newest comment's leaf, or -1 to try again."""
    with database(settings):
        newest = db.session.scalar(select(func.max(Submission.leaf_index))) or 0
        db.session.rollback()
        return newest if forget_order(db.engine) else -1


def try_once(settings: Settings, log: Log, clock: Clock, tidied: int) -> int:
    """One round that outlives whatever goes wrong in it: what was promised is tried again in the next round.

    ``tidied`` is the newest comment's leaf when the file was last rewritten; returns the same for the next round.
    Only the kind of error is said, for its text could carry what must not be logged.
    """
    try:
        run_once(settings, log, clock)
        with database(settings):
            newest = db.session.scalar(select(func.max(Submission.leaf_index))) or 0
        return tidied if newest == tidied else tidy(settings)
    except Exception as error:
        click.echo(f"portal tick: {type(error).__name__}, trying again", err=True)
        return tidied


@click.command()
@click.option("--every", default=0, help="Seconds between rounds; 0 runs once. Ends when its parent ends.")
def tick(every: int) -> None:
    """Shuffle waiting comments into the log and close consultations whose last day is past."""
    settings = load_settings()
    log, clock, parent = open_log(settings), system_clock(settings), os.getppid()
    if not every:
        appended, closed = run_once(settings, log, clock)
        tidy(settings)
        click.echo(f"{appended} leaves appended, {closed} consultations closed.")
        return
    tidied = -1
    while os.getppid() == parent:
        tidied = try_once(settings, log, clock, tidied)
        time.sleep(every)
