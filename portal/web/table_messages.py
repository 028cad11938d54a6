"""Words of what is refused of tables and private lists beside the published lists."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

TABLES = {
    "table-unknown": _l("There is no such table."),
    "table-of-few": _l("Too few comments came for any table beside the groups of concerns."),
    "table-of-one": _l("A table over a year needs at least two consultations that closed in it."),
    "table-year-not-over": _l("The year is not over: a consultation that closes in it could still be added."),
    "table-year-people": _l(
        "The threshold of a consultation of this year counts people, who may have written in the others as well: its "
        "comments cannot be added to theirs."
    ),
    "table-year-unpublished": _l("A consultation that closed in this year is not published yet. Publish it first."),
    "private-unknown": _l("There is no such list."),
    "private-given": _l("This list has been drawn already. Its numbers do not change."),
    "private-not-promised": _l("This consultation did not promise such a list before it opened."),
    "private-missing": _l(
        "This machine cannot draw the noise of private lists: the extra “private” is not installed. Install it, or "
        "choose no private lists."
    ),
    "private-budget-spent": _l(
        "Private lists may cost a person who takes part in everything 2 units of epsilon in a calendar year. Others "
        "that open in the same year leave less than these lists take: choose weaker ones, or none."
    ),
    "consultation-private-range": _l(
        "Both private lists together may cost 2 units of epsilon at most, and a comment counts in 1 to 5 rows."
    ),
    "consultation-private-few": _l(
        "Private lists are for offices of more than 1 000 people whose comments use up ballots: with fewer people the "
        "noise would hide the findings as well."
    ),
    "table-asked": _l("This table has been asked for already. Its answer does not change."),
}
