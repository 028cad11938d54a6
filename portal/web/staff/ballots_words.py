"""Where a consultation's ballots stand, and what does not fit yet: in sentences that say what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext, ngettext

from portal.ballots.issuers import faults, terms_of
from portal.consultations.models import Consultation, ConsultationIssuer
from portal.web.locale import pick, show_day

DAYS_APART = 2


@dataclass(frozen=True)
class Phase:
    """Where the ballots stand. ``name`` is for code, ``kind`` the look of its tag (``_macros/ui.html``)."""

    name: str
    text: str
    kind: str = ""


def missing_lists(row: Consultation) -> list[ConsultationIssuer]:
    """The issuers whose lists do not stand in the log."""
    return [one for one in row.issuers if one.closing is None]


def phase_words(row: Consultation, today: date) -> Phase | None:
    """The phase of today; None where there are no ballots."""
    if not row.with_ballots or row.collect_from is None or row.collect_until is None:
        return None
    if row.state == "draft":
        return Phase("draft", gettext("Being prepared"))
    if row.state != "open":
        return Phase("over", gettext("Over"), "closed")
    if today <= row.collect_until:
        return _collecting(row.collect_from, today)
    if missing_lists(row):
        return Phase("lists", gettext("Waiting for the issuers' lists"), "warn")
    return Phase("ready", gettext("All lists stand in the log"), "published")


def _collecting(first: date, today: date) -> Phase:
    if today < first:
        return Phase("before", gettext("Collecting begins on %(day)s", day=show_day(first)), "plain")
    return Phase("collecting", gettext("Ballots are being collected"), "open")


def cautions(row: Consultation, *, wanted: int, today: date) -> list[str]:
    """What stands in the way of opening a draft with ballots, then what weakens it. ``wanted``: issuers needed."""
    if not row.with_ballots or row.state != "draft":
        return []
    found = [WORDS[code](row, wanted) for code in faults(row, wanted=wanted)]
    return [*found, *_days(row, today), *_sizes(row)]


def _days(row: Consultation, today: date) -> list[str]:
    if row.collect_until is None:
        return []
    found = []
    if row.collect_until < today:
        found.append(gettext("The last day of collecting is past. Choose later days, together with the issuers."))
    if (row.opens - row.collect_until).days < DAYS_APART:
        found.append(
            gettext(
                "Comments begin on the day after collecting ends. Leave a day or more between: the issuers must hand "
                "in their lists first, and the further apart the two are, the less anybody can tie them together."
            )
        )
    return found


def _sizes(row: Consultation) -> list[str]:
    sizes = {terms_of(one).terms.roster_size for one in row.issuers}
    if len(sizes) != 1 or row.headcount in sizes:
        return []
    return [
        gettext(
            "The rosters have %(roster)s people, the office has %(office)s. Correct the headcount, or ask the issuers "
            "who is missing.",
            roster=sizes.pop(),
            office=row.headcount,
        )
    ]


def _number(row: Consultation, wanted: int) -> str:
    missing = wanted - len(row.issuers)
    if missing > 0:
        return ngettext(
            "The terms of %(num)s issuer are missing. It prepares its round and makes it ready; then add its terms.",
            "The terms of %(num)s issuers are missing. Each prepares its round and makes it ready; then add its terms.",
            missing,
        )
    return ngettext(
        "There is %(num)s issuer too many. Remove it.", "There are %(num)s issuers too many. Remove them.", -missing
    )


def _independent(_row: Consultation, _wanted: int) -> str:
    return gettext(
        "Two issuers share a key or a web address, so one hand could make ballots alone. Remove one, and let it set up "
        "a machine and keys of its own."
    )


def _names(row: Consultation, _wanted: int) -> str:
    return gettext(
        "Two issuers are called “%(name)s”. People must be able to tell them apart: let one change its name and make "
        "its terms again.",
        name=pick(row.issuers[0], "name"),
    )


def _rosters(row: Consultation, _wanted: int) -> str:
    sizes = [f"{pick(one, 'name')}: {terms_of(one).terms.roster_size}" for one in row.issuers]
    return gettext(
        "The issuers' rosters differ (%(sizes)s people). Let both import the same file and make their terms again.",
        sizes=", ".join(sizes),
    )


def _terms(row: Consultation, _wanted: int) -> str:
    period = (row.each_ballots, row.collect_from, row.collect_until)
    given = [
        gettext(
            "%(name)s gives %(each)s for everyone from %(first)s to %(last)s",
            name=pick(one, "name"),
            each=terms.each,
            first=show_day(terms.collect_from),
            last=show_day(terms.collect_until),
        )
        for one in row.issuers
        if (terms := terms_of(one).terms) and (terms.each, terms.collect_from, terms.collect_until) != period
    ]
    return gettext(
        "Days or number of ballots are not those of the draft: %(given)s. Change the draft, or let the issuer change "
        "its round and make its terms again.",
        given="; ".join(given),
    )


def _cards(row: Consultation, _wanted: int) -> str:
    counts = [f"{pick(one, 'name')}: {len(terms_of(one).terms.cards)}" for one in row.issuers]
    return gettext(
        "The issuers printed different numbers of half-cards (%(counts)s). A ballot of cards needs a half of each: let "
        "one print again and make its terms again.",
        counts=", ".join(counts),
    )


def _shared_cards(_row: Consultation, _wanted: int) -> str:
    return gettext(
        "Both issuers list one and the same half-card, which cannot happen by chance. Let each make its cards and its "
        "terms again, and ask them how it came about."
    )


# What to do about each fault of ``portal.ballots.issuers.faults``.
WORDS: dict[str, Callable[[Consultation, int], str]] = {
    "consultation-needs-issuers": _number,
    "issuers-not-independent": _independent,
    "issuers-same-name": _names,
    "issuers-rosters-differ": _rosters,
    "issuers-terms-differ": _terms,
    "issuers-cards-differ": _cards,
    "issuers-cards-shared": _shared_cards,
}
