"""Fields of a consultation's rules: what is published of it, and what a comment may be."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField

from portal.consultations.models import TALK_DAYS, TALK_DAYS_MOST
from portal.consultations.private_lists import ROWS, ROWS_MOST
from portal.consultations.threshold import LIMITS
from portal.crypto.attachment import COUNT_MAX
from portal.web.forms import number, options
from portal.web.staff.forms import StaffForm

COUNTED = {True: _l("People (recommended)"), False: _l("Comments")}
COSTS = {
    0: _l("None"),
    250: _l("Epsilon 0.25: much noise"),
    500: _l("Epsilon 0.5"),
    1000: _l("Epsilon 1"),
    1500: _l("Epsilon 1.5"),
    2000: _l("Epsilon 2: little noise"),
}
"""Thousandths of epsilon."""


def is_true(value: object) -> bool:
    """A choice between two, as the page sends it or as the draft holds it."""
    return value in (True, "True")


class RuleFields(StaffForm):
    """The rules that opening freezes."""

    taxonomy_version = SelectField(_l("Version of the taxonomy"), coerce=int)
    k = number(
        _l("Threshold"),
        least=5,
        most=1000,
        default=5,
        description=_l(
            "A row of the findings is shown from this many on, comments or people as chosen below; at least 5."
        ),
    )
    k_paraphrase = number(
        _l("Threshold for paraphrases"),
        least=10,
        most=1000,
        default=10,
        description=_l(
            "The committee sees the paraphrases of a theme from this many on, counted the same way; at least 10."
        ),
    )
    count_people = RadioField(
        _l("What the thresholds count"),
        choices=options(COUNTED.items()),
        coerce=is_true,
        default=False,
        description=_l(
            "It makes a difference where everyone has several ballots: 5 comments may come from 2 people with 3 "
            "ballots each; 5 people take 13 comments. Counting people protects better and shows less."
        ),
    )
    unit_min_headcount = number(
        _l("Least headcount of a unit with a row"),
        least=LIMITS["unit_min_headcount"],
        most=1000,
        default=LIMITS["unit_min_headcount"],
        description=_l("Units with fewer people have no row of their own; at least 10."),
    )
    unit_margin = number(
        _l("People of a unit outside its row"),
        least=LIMITS["unit_margin"],
        most=1000,
        default=LIMITS["unit_margin"],
        description=_l("So many people at least are not counted in their unit's row; at least 3."),
    )
    themes_only_under = number(
        _l("Comments for more than groups of concerns"),
        least=LIMITS["themes_only_under"],
        most=100_000,
        default=LIMITS["themes_only_under"],
        description=_l("With fewer comments only groups of concerns are published; at least 20."),
    )
    private_categories = SelectField(
        _l("Private list of concerns"),
        choices=options(COSTS.items()),
        coerce=int,
        default=0,
        description=_l(
            "For more than 1 000 people with ballots: beside the ranges, every concern with its number blurred by "
            "noise, as strong as differential privacy with this epsilon takes. The smaller it is, the more noise. All "
            "such lists of a calendar year together may reach 2."
        ),
    )
    private_units = SelectField(
        _l("Private list of units"),
        choices=options(COSTS.items()),
        coerce=int,
        default=0,
        description=_l("The same for the units concerned. It costs a person as much again."),
    )
    private_rows = number(
        _l("Rows of the private list of concerns in which a comment counts"),
        least=1,
        most=ROWS_MOST,
        default=ROWS,
        description=_l(
            "1 to 5. Where a comment names more concerns, so many are drawn by lot; the noise grows with this number."
        ),
    )
    mix_minimum = number(
        _l("Comments shuffled together"),
        least=1,
        most=100_000,
        default=10,
        description=_l(
            "Comments wait until the day has ended and so many can enter the log in random order, "
            "at most until the promised day."
        ),
    )
    max_chars = number(_l("Most characters of a comment"), least=100, most=1500, default=1000)
    attachments = number(
        _l("Files with a comment"),
        least=0,
        most=COUNT_MAX,
        default=0,
        description=_l(
            "0 to 3 pictures, PDF or Office files. A file can tell more of its sender than words do, so choose 0 "
            "unless files are needed."
        ),
    )
    talk_days = number(
        _l("Days of conversation"),
        least=0,
        most=TALK_DAYS_MOST,
        default=TALK_DAYS,
        description=_l(
            "So many days after the last one, moderators can ask back and submitters can answer; then what was "
            "written is erased. 0: no conversations."
        ),
    )
