"""Words of what is refused of tables beside the published lists."""

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
    "table-asked": _l("This table has been asked for already. Its answer does not change."),
}
