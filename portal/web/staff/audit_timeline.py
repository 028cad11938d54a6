"""The timeline in people's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from portal.audit.timeline import Happening
from portal.consultations import service as consultations
from portal.web.locale import pick, show_day


@dataclass(frozen=True)
class Line:
    """One happening: its entries' numbers, the day or days that the log states (or empty), words, and what it is
    about (a consultation's title, or empty)."""

    place: str
    days: str
    words: str
    about: str


def told(session: Session, happenings: Sequence[Happening]) -> list[Line]:
    """Words for each."""
    titles = {row.id: pick(row, "title") for row in consultations.list_all(session)} if happenings else {}
    return [_line(one, titles.get(one.consultation, one.consultation)) for one in happenings]


def _line(one: Happening, about: str) -> Line:
    place = str(one.first) if one.count == 1 else f"{one.first}–{one.last}"
    words = WORDS.get(one.name)
    return Line(place, _days(one), words(one) if words else one.name, about)


def _days(one: Happening) -> str:
    """A leaf that opens states both days of the period; one that closes is told by its last."""
    if one.name == "consultation-open":
        return f"{_day(one, 'opens')} – {_day(one, 'closes')}"
    return _day(one, "closes") if one.name == "consultation-close" else ""


def _day(one: Happening, key: str) -> str:
    return show_day(date.fromisoformat(one.leaf[key]))


def _kid(one: Happening) -> str:
    return str(one.leaf["kid"][:8])


def _reader(one: Happening) -> str:
    if not one.leaf["replaces"]:
        return gettext("A reader was added after the opening (%(kid)s…)", kid=_kid(one))
    old = one.leaf["replaces"][:8]
    return gettext("A reader has a new key (%(kid)s…, in the place of %(old)s…)", kid=_kid(one), old=old)


def _list(one: Happening) -> str:
    return gettext(
        "The list of the issuer %(issuer)s was taken: %(issued)s signatures, %(cards)s half-cards",
        issuer=one.leaf["issuer"],
        issued=one.leaf["issued"],
        cards=one.leaf["cards"],
    )


def _finding(one: Happening) -> str:
    if "table" in one.leaf:
        return gettext("A table beside the findings was decided (%(table)s)", table=one.leaf["table"])
    return gettext("Findings published")


def _report(one: Happening) -> str:
    revision = one.leaf.get("revision", 1)
    if "consolidation" in one.leaf:
        return gettext("Version %(revision)s of a consolidated report approved", revision=revision)
    if revision > 1:
        return gettext("Version %(revision)s of the report approved", revision=revision)
    return gettext("Report approved")


WORDS: dict[str, Callable[[Happening], str]] = {
    "consultation-open": lambda one: gettext("Consultation opened"),
    "consultation-close": lambda one: gettext("Consultation closed"),
    "finding": _finding,
    "report": _report,
    "key-add": lambda one: gettext("A moderator's key was added (%(kid)s…)", kid=_kid(one)),
    "key-revoke": lambda one: gettext("A moderator's key was revoked (%(kid)s…)", kid=_kid(one)),
    "reader": _reader,
    "issuer-key": lambda one: gettext("The issuer %(issuer)s stated its keys", issuer=one.leaf["issuer"]),
    "roster": lambda one: gettext(
        "The issuer %(issuer)s stated its roster: %(size)s people", issuer=one.leaf["issuer"], size=one.leaf["size"]
    ),
    "issuance-close": _list,
    "asset": lambda one: ngettext(
        "%(num)s file served to browsers is new or changed", "%(num)s files served to browsers are new or changed",
        one.count,
    ),
    "erasure": lambda one: ngettext(
        "%(num)s sealed comment or message was erased", "%(num)s sealed comments or messages were erased", one.count
    ),
}  # fmt: skip
