"""Claim codes by mail: for those whose address stands in the roster.

A mail is read by more people than a sealed slip, the mail server's keepers among them; a code is void once its owner
has collected, and one issuer's code alone makes no ballot. Neither a code nor an address goes into a log or an
exception: what smtplib raises holds both, so :mod:`portal.mail` drops it where it is caught.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from portal.clock import Clock, SystemClock
from portal.errors import Conflict
from portal.issuing.claims import Slip
from portal.issuing.config import IssuerSettings
from portal.issuing.paper.slips import grouped_key
from portal.issuing.roster_file.people import EMAIL
from portal.mail import compose, connected, deliver
from portal.words import N_


@dataclass(frozen=True)
class LetterWords:
    """The words of the mail. ``subject`` says nothing of what it is about; placeholders are those of the paragraphs."""

    subject: str = N_("A notice from %(issuer)s")
    greeting: str = N_("To %(name)s (%(unit)s)")
    about: str = N_("%(office)s asks for comments: %(title)s. With the two codes below you collect your ballots.")
    codes: str = N_("Staff code: %(staff_code)s\nClaim code: %(claim_code)s")
    where: str = N_("Collect on: %(days)s\nAddress: %(page)s")
    key: str = N_("This issuer's key: %(key)s. The page must show the same; if it does not, stop and say so.")
    others: str = N_("Each issuer sends or hands you a code of its own: you need all of them.")
    honest: str = N_(
        "Collect within these days; write later, and from another network. "
        "The issuer can see that you collected, never what you write."
    )
    secret: str = N_("Do not pass this mail on, and delete it when you have collected.")


@dataclass(frozen=True)
class Letter:
    """What all mails of a round share; fields as in :class:`portal.issuing.paper.SlipSheet`."""

    issuer_name: str
    office_name: str
    title: str
    days: str
    page: str
    key_id: str
    words: LetterWords = field(default_factory=LetterWords)


@dataclass(frozen=True)
class MailReport:
    """Staff codes: whose mail the server took, whose it did not, who has no address."""

    sent: tuple[str, ...]
    failed: tuple[str, ...]
    without_address: tuple[str, ...]


def send_codes(
    settings: IssuerSettings, slips: Sequence[Slip], letter: Letter, clock: Clock | None = None
) -> MailReport:
    """Send each slip that has an address, over one connection.

    Raises :class:`Conflict` before anything is sent: ``mail-off`` without a server in the settings,
    ``mail-unreachable`` when it does not answer or its certificate is wrong, ``mail-login-refused``. Later failures
    are in the report: print those slips, or make new codes.
    """
    if not settings.smtp_host:
        raise Conflict("mail-off")
    now = (clock or SystemClock(ZoneInfo(settings.time_zone))).now()
    addressed = [slip for slip in slips if slip.email]
    sent: list[str] = []
    if addressed:
        with connected(settings) as server:
            for slip in addressed:
                message = _message(settings, slip, letter, now)
                if message is not None and deliver(server, message):
                    sent.append(slip.staff_code)
    taken = set(sent)
    return MailReport(
        sent=tuple(sent),
        failed=tuple(slip.staff_code for slip in addressed if slip.staff_code not in taken),
        without_address=tuple(slip.staff_code for slip in slips if not slip.email),
    )


def check_server(settings: IssuerSettings) -> None:
    """Refuse as :func:`send_codes` does when the server cannot be used: before codes that people hold are made void."""
    with connected(settings):
        return


def _message(settings: IssuerSettings, slip: Slip, letter: Letter, now: datetime) -> EmailMessage | None:
    """The mail, or None for an address that is none."""
    if not EMAIL.fullmatch(slip.email):
        return None
    words = letter.words
    values = {
        "issuer": letter.issuer_name,
        "office": letter.office_name,
        "title": letter.title,
        "name": slip.name,
        "unit": slip.unit_name,
        "staff_code": slip.staff_code,
        "claim_code": slip.code,
        "days": letter.days,
        "page": letter.page,
        "key": grouped_key(letter.key_id),
    }
    parts = (words.greeting, words.about, words.codes, words.where, words.key, words.others, words.honest, words.secret)
    return compose(
        settings.smtp_from,
        to=slip.email,
        subject=" ".join((words.subject % values).split()),
        text="\n\n".join(part % values for part in parts) + "\n",
        now=now,
    )
