"""The mail room: one connection to the office's mail server, and mails that do not name the machine that sends them.

Shared by the portal (reminders) and the issuers (claim codes); each has settings of its own. Nothing that smtplib
raises goes on from here: its texts hold addresses and what the server said.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Protocol

from portal.errors import Conflict

TIMEOUT = 20  # seconds for each answer of the server


class MailSettings(Protocol):
    """What is known of the mail server. ``smtp_security``: ``starttls``, ``tls`` or ``none``."""

    @property
    def smtp_host(self) -> str:
        """Empty: no mail is sent."""

    @property
    def smtp_port(self) -> int:
        """The server's port."""

    @property
    def smtp_security(self) -> str:
        """How the connection is kept private."""

    @property
    def smtp_user(self) -> str:
        """Empty: the server asks for no account."""

    @property
    def smtp_password(self) -> str:
        """The account's password."""

    @property
    def smtp_from(self) -> str:
        """The sender."""


@contextmanager
def connected(settings: MailSettings) -> Iterator[smtplib.SMTP]:
    """A connection, signed in where the settings say so.

    Raises :class:`Conflict`: ``mail-off`` without a server in the settings, ``mail-unreachable`` when it does not
    answer or its certificate is wrong, ``mail-login-refused``.
    """
    if not settings.smtp_host:
        raise Conflict("mail-off")
    server = _connect(settings)
    try:
        yield server
    finally:
        with suppress(smtplib.SMTPException, OSError):
            server.quit()
        server.close()


def _connect(settings: MailSettings) -> smtplib.SMTP:
    context = ssl.create_default_context()
    # The name with which it greets; a relay writes that into the mail, so the machine's own stays at home.
    place = (settings.smtp_host, settings.smtp_port, _domain(settings.smtp_from))
    server: smtplib.SMTP | None = None
    try:
        if settings.smtp_security == "tls":
            server = smtplib.SMTP_SSL(*place, timeout=TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(*place, timeout=TIMEOUT)
        if settings.smtp_security == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.ehlo_or_helo_if_needed()
    except smtplib.SMTPAuthenticationError:
        _drop(server)
        raise Conflict("mail-login-refused") from None
    except (OSError, UnicodeError):  # smtplib's own errors and those of ssl are OSErrors
        _drop(server)
        raise Conflict("mail-unreachable") from None
    return server


def _domain(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def _drop(server: smtplib.SMTP | None) -> None:
    if server is not None:
        server.close()


def deliver(server: smtplib.SMTP, message: EmailMessage) -> bool:
    """Whether the server took it. After a lost connection this and all further ones are refused."""
    if server.sock is None:
        return False
    try:
        server.send_message(message)
    except OSError:  # refused or lost: smtplib's errors are OSErrors
        return False
    return True


def compose(sender: str, *, to: str, subject: str, text: str, now: datetime) -> EmailMessage:
    """A plain mail that says it was sent by a machine, and not by which."""
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = sender
    message["To"] = to
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=_domain(sender))
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text, charset="utf-8")
    return message
