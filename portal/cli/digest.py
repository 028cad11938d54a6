"""The committee's reminders by mail: what ``portal tick`` sends, once a day to an account at most."""

from __future__ import annotations

import smtplib

import click
from babel.support import Translations

from portal.cli.context import database, work
from portal.clock import Clock
from portal.concerns.digest import Notice, claim, letter, waiting
from portal.concerns.duties import Escalation
from portal.config import ROOT, Settings
from portal.errors import PortalError
from portal.extensions import db
from portal.mail import compose, connected, deliver

CATALOGUE = ROOT / "portal" / "translations"


def send_digests(settings: Settings, clock: Clock) -> int:
    """Send the reminders that are still due today; returns how many the server took.

    Nobody is asked and nothing is read where no mail server is set. The server is reached first: while it does not
    answer, the day's mails are not taken and can go in a later round.
    """
    if not settings.smtp_host:
        return 0
    escalation = Escalation(settings.escalate_to, settings.escalate_days)
    with database(settings):
        notices = waiting(db.session(), clock.today(), escalation, settings.days_off)
        db.session.rollback()
    if not notices:
        return 0
    with connected(settings) as server:
        return sum(_send(settings, clock, server, notice) for notice in notices)


def _send(settings: Settings, clock: Clock, server: smtplib.SMTP, notice: Notice) -> bool:
    """Whether it went. The day is taken in a transaction of its own, before the mail leaves."""
    if server.sock is None:
        return False
    with work(settings) as session:
        mine = claim(session, notice.account_id, clock.today())
    if not mine:
        return False
    page = f"{settings.staff_origins[0]}/staff/"
    gettext = Translations.load(str(CATALOGUE), [notice.locale]).gettext
    subject, text = letter(notice, office=settings.office_name, page=page, gettext=gettext)
    message = compose(settings.smtp_from, to=notice.email, subject=subject, text=text, now=clock.now())
    return deliver(server, message)


def try_digests(settings: Settings, clock: Clock) -> int:
    """The same, outliving whatever goes wrong; only its kind is said, for its text could carry an address."""
    try:
        return send_digests(settings, clock)
    except PortalError as refusal:
        click.echo(f"portal tick: {refusal.code}, trying again", err=True)
    except Exception as error:
        click.echo(f"portal tick: {type(error).__name__}, trying again", err=True)
    return 0
