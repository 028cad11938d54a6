"""What an administrator should know before opening a consultation: nothing here forbids anything."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext

from portal.accounts.models import ModeratorKey
from portal.consultations.models import Consultation
from portal.findings.service import rule_of
from portal.web.locale import show_thousandths

READERS_LEAST = 2


def warnings(row: Consultation, keys: Sequence[ModeratorKey], left: int) -> list[str]:
    """Sentences about the draft as it stands; ``keys`` are the chosen ones, whatever their state; ``left``: what the
    year's private lists leave, in thousandths of epsilon."""
    found = [*_readers(keys), *_sizes(row), *_voices(row), *_private(row, left)]
    if not row.units:
        found.append(gettext("There are no units yet: enter at least one before opening."))
    return found


def _readers(keys: Sequence[ModeratorKey]) -> list[str]:
    found = []
    if any(key.state != "active" for key in keys):
        found.append(gettext("A chosen key has been revoked. Choose again before opening."))
    if len({key.account_id for key in keys if key.state == "active"}) < READERS_LEAST:
        found.append(
            gettext(
                "Fewer than two people can read the comments. Where one of them is the subject of a comment, "
                "or is away, nobody else can read it."
            )
        )
    return found


def _sizes(row: Consultation) -> list[str]:
    rule = rule_of(row)
    found = []
    if rule.themes_only(row.headcount):
        found.append(
            gettext(
                "With fewer than %(least)s staff, only themes will be published: no categories and no units.",
                least=rule.themes_only_under,
            )
        )
    small = [unit.name_vi for unit in row.units if rule.unit_limit(unit.headcount) is None]
    if small:
        found.append(
            gettext(
                "Too small for a row of their own in the findings: %(units)s. Comments about them still count in the "
                "categories.",
                units=", ".join(small),
            )
        )
    if sum(unit.headcount for unit in row.units if unit.level == "unit") > row.headcount:
        found.append(gettext("The units together have more people than the office. Check the headcounts."))
    if row.mix_minimum > row.headcount:
        found.append(
            gettext(
                "More comments are to be shuffled together than the office has staff: most will wait until a day ends."
            )
        )
    return found


def _private(row: Consultation, left: int) -> list[str]:
    wanted = sum(row.private_lists.values())
    if not wanted or wanted <= left:
        return []
    return [
        gettext(
            "The private lists take epsilon %(wanted)s, and those that open in %(year)s leave %(left)s. Choose weaker "
            "ones, or none: as it stands, the consultation cannot be opened.",
            wanted=show_thousandths(wanted),
            year=row.opens.year,
            left=show_thousandths(left),
        )
    ]


def _voices(row: Consultation) -> list[str]:
    """Thresholds count ballots: with several for everyone, a row may stand for fewer people than comments."""
    if not row.with_ballots or row.count_people or row.each_ballots < 2:
        return []
    return [
        gettext(
            "With %(each)s ballots for everyone, %(k)s comments may come from %(people)s people. Where a row must "
            "stand for more of them, let the thresholds count people, give fewer ballots or raise the threshold.",
            each=row.each_ballots,
            k=row.k,
            people=-(-row.k // row.each_ballots),
        )
    ]
