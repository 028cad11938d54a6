"""``portal tick``: what must happen by itself."""

from __future__ import annotations

import importlib
import os
import time

import click

from portal.ballots.fetching import fetch_closing
from portal.ballots.issuers import awaiting_closing, take_closing
from portal.cli.context import database, open_log, system_clock, work
from portal.cli.digest import try_digests
from portal.cli.witnessing import Round, ask_witnesses, news, refuse_rolled_back
from portal.clock import Clock
from portal.config import Settings, load_settings
from portal.consultations.service import close_consultation, get, list_all
from portal.errors import PortalError
from portal.extensions import db, forget_order
from portal.findings.private_service import waiting as private_waiting
from portal.findings.tables_service import waiting
from portal.ledger.log import Log
from portal.ledger.turns import take_turn
from portal.submissions.arrivals import ARRIVALS
from portal.submissions.mailbox_erasure import erase_mail, over_by
from portal.submissions.sequencing import newest_place, sequence_due, sequence_groups


def run_once(settings: Settings, log: Log, clock: Clock) -> tuple[int, int]:
    """Shuffle in what is due and close what is over; returns (leaves appended, consultations closed)."""
    today, daily = clock.today(), settings.mix_when == "day"
    with work(settings) as session:
        appended = sequence_due(session, log, today=today, default_minimum=settings.mix_minimum, daily=daily)
        over = [row.id for row in list_all(session, ("open",)) if row.closes < today]
    # Each in a transaction of its own: whoever holds the log must not wait for another consultation.
    ended = [count for name in over if (count := _close(settings, log, name)) is not None]
    return appended + sum(ended) + _end_talks(settings, log, clock), len(ended)


def _end_talks(settings: Settings, log: Log, clock: Clock) -> int:
    """Erase the conversations whose days are over, each consultation's by itself; returns how many leaves."""
    with database(settings):
        names = over_by(db.session(), clock.today())
        db.session.rollback()
    appended = 0
    for name in names:
        with work(settings) as session:
            appended += erase_mail(session, log, get(session, name))
    return appended


def _close(settings: Settings, log: Log, name: str) -> int | None:
    """Shuffle in what is left and close; returns how many leaves, or None when another host has closed it."""
    with work(settings) as session:
        row = get(session, name)
        take_turn(session, row)
        if row.state != "open":
            return None
        appended = sequence_groups(session, log, [name])
        close_consultation(session, log, row)
        return appended


def take_lists(settings: Settings, log: Log, clock: Clock) -> int:
    """Fetch the issuers' lists that are due and log them; returns how many came.

    Nothing is read or written while an issuer is asked: a slow one must not keep anybody from sending a comment.
    """
    today = clock.today()
    with database(settings):
        due = [(one.consultation_id, one.address) for one in awaiting_closing(db.session(), today)]
        db.session.rollback()
    return sum(_take_list(settings, log, clock, consultation, address) for consultation, address in due)


def _take_list(settings: Settings, log: Log, clock: Clock, consultation: str, address: str) -> bool:
    """One list; what does not come, or does not hold, is asked for again in the next round."""
    try:
        statement = fetch_closing(address, consultation)
        with work(settings) as session:
            take_closing(session, log, get(session, consultation), statement, today=clock.today())
    except PortalError as refusal:
        click.echo(f"portal tick: {refusal.code}, trying again", err=True)
        return False
    return True


def take_tables(settings: Settings, log: Log, clock: Clock) -> int:
    """Decide the tables that were asked for; returns how many were published."""
    with database(settings):
        waits = bool(waiting(db.session()))
        db.session.rollback()
    if not waits:
        return 0
    # The solver takes a second to load, and in most rounds nothing waits for it.
    return int(importlib.import_module("portal.cli.tick_tables").decide_tables(settings, log, clock))


def take_private(settings: Settings, log: Log) -> int:
    """Draw the private lists that published consultations promised; returns how many were published."""
    with database(settings):
        waits = bool(private_waiting(db.session()))
        db.session.rollback()
    if not waits:
        return 0
    # OpenDP is large, and few offices have lists that need it.
    return int(importlib.import_module("portal.cli.tick_private").draw_lists(settings, log))


def try_private(settings: Settings, log: Log) -> None:
    """The same in a loop, which outlives whatever goes wrong, such as a machine without OpenDP."""
    try:
        take_private(settings, log)
    except Exception as error:
        click.echo(f"portal tick: {type(error).__name__}, trying again", err=True)


def try_tables(settings: Settings, log: Log, clock: Clock) -> None:
    """The same in a loop, which outlives whatever goes wrong."""
    try:
        take_tables(settings, log, clock)
    except Exception as error:
        click.echo(f"portal tick: {type(error).__name__}, trying again", err=True)


def try_lists(settings: Settings, log: Log, clock: Clock) -> None:
    """The same in a loop, which outlives whatever goes wrong."""
    try:
        take_lists(settings, log, clock)
    except Exception as error:
        click.echo(f"portal tick: {type(error).__name__}, trying again", err=True)


def try_witnesses(settings: Settings, log: Log, before: Round | None) -> Round:
    """Ask the witnesses, all of them in the first round; outlives whatever goes wrong, and returns what was heard."""
    try:
        heard = ask_witnesses(settings, log, everyone=before is None)
    except Exception as error:
        click.echo(f"portal tick: {type(error).__name__}, trying again", err=True)
        return before or {}
    for line in news(heard, before):
        click.echo(line, err=True)
    return (before or {}) | heard


def tidy(settings: Settings) -> int:
    """Let the file forget in which order comments and messages came; returns the newest's leaf, or -1 to try again."""
    with database(settings):
        newest = newest_place(db.session())
        db.session.rollback()
        return newest if forget_order(db.engine, ARRIVALS) else -1


def try_once(settings: Settings, log: Log, clock: Clock, tidied: int) -> int:
    """One round that outlives whatever goes wrong in it: what was promised is tried again in the next round.

    ``tidied`` is the newest comment's or message's leaf when the file was last rewritten; returns the same for the next
    round. Only the kind of error is said, for its text could carry what must not be logged.
    """
    try:
        run_once(settings, log, clock)
        with database(settings):
            newest = newest_place(db.session())
        return tidied if newest == tidied else tidy(settings)
    except Exception as error:
        click.echo(f"portal tick: {type(error).__name__}, trying again", err=True)
        return tidied


@click.command()
@click.option("--every", default=0, help="Seconds between rounds; 0 runs once. Ends when its parent ends.")
def tick(every: int) -> None:
    """Shuffle in what waits, close what is over, fetch the issuers' lists that are due, draw private lists that were
    promised, decide the tables that were asked for, ask witnesses to cosign.

    The committee is reminded by mail of what it owes, once a day at most, where a mail server is set.
    Witnesses are asked first, too: nothing is appended to a log that was restored from an old copy.
    """
    settings = load_settings()
    log, clock, parent = open_log(settings), system_clock(settings), os.getppid()
    if not every:
        refuse_rolled_back(settings, log)
        appended, closed = run_once(settings, log, clock)
        lists = take_lists(settings, log, clock)
        tables = take_private(settings, log) + take_tables(settings, log, clock)
        tidy(settings)
        try_witnesses(settings, log, {})
        click.echo(
            f"{appended} leaves appended, {closed} consultations closed, {lists} issuers' lists logged, "
            f"{tables} tables and private lists decided."
        )
        if sent := try_digests(settings, clock):
            click.echo(f"{sent} reminders sent.")
        return
    tidied, heard = -1, try_witnesses(settings, log, None)
    while os.getppid() == parent:
        tidied = try_once(settings, log, clock, tidied)
        try_lists(settings, log, clock)
        try_private(settings, log)
        try_tables(settings, log, clock)
        heard = try_witnesses(settings, log, heard)
        try_digests(settings, clock)
        time.sleep(every)
