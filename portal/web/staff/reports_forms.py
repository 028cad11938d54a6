"""The small forms of the report studio."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from portal.reports.merge import FIELDS, field_of
from portal.reports.model import Document
from portal.reports.notes import REASON_MOST
from portal.reports.scratch import MOST
from portal.reports.style import NAMES
from portal.web.forms import TOO_LONG, options
from portal.web.staff.forms import StaffForm, line, paragraphs
from portal.web.staff.reports_profile_form import NEEDED, STYLES, day, text, whole

PLACES = 100_000


class WordsForm(StaffForm):
    """New words for a sentence or a heading: where they were seen, which words those were, and what they rest on."""

    place = IntegerField(validators=[InputRequired(), NumberRange(0, PLACES)])
    position = IntegerField(validators=[InputRequired(), NumberRange(0, PLACES)])
    seen = HiddenField()
    text = TextAreaField(_l("Text"), validators=[Length(max=MOST, message=TOO_LONG)])
    refs = SelectMultipleField(validate_choice=False)


class AroundForm(StaffForm):
    """What stands around the body of the report; its fields are :data:`portal.reports.merge.FIELDS`, flat."""

    seen = HiddenField()
    style = SelectField(_l("Format"), choices=options((name, STYLES[name]) for name in NAMES))
    parent = text(_l("Parent organ, as in the letterhead"))
    issuer = text(_l("Issuer, as in the letterhead"))
    symbol = text(_l("Symbol of the document"), most=40, description=_l("Example: BC/VPTU"))
    place = text(_l("Place"), most=80)
    number = whole(_l("Number of the document"), least=1, required=False)
    issued = day(_l("Day of the document"), description=_l("Number and day can wait until it is signed."))
    kind = text(_l("Kind of document"), most=60)
    subject = paragraphs(_l("Subject of the report"), most=600, required=NEEDED)
    recipients = paragraphs(
        _l("Recipients"), most=2_000, required=NEEDED, description=_l("One a line, without dashes.")
    )
    authority = line(
        _l("Signed on behalf of"), most=120, description=_l("Leave empty when the head of the office signs.")
    )
    post = text(_l("Post of the signer"), most=120)
    name = text(_l("Name of the signer"), most=120)

    @classmethod
    def of(cls, document: Document, seen: str) -> AroundForm:
        """Filled from a document."""
        values = {_name(name): field_of(document, name) for name in FIELDS}
        values["recipients"] = "\n".join(values["recipients"])
        return cls(formdata=None, seen=seen, **values)

    def values(self) -> list[Any]:
        """What was filled in, in the order of the document's fields."""
        found = {_name(name): self[_name(name)].data for name in FIELDS}
        found["subject"] = " ".join(found["subject"].split())
        found["recipients"] = tuple(words for words in map(str.strip, found["recipients"].splitlines()) if words)
        found["authority"] = found["authority"] or None
        return [found[_name(name)] for name in FIELDS]


def _name(field: tuple[str, str]) -> str:
    return "recipients" if field[1] == "items" else field[1]


class DecisionForm(StaffForm):
    """What is decided about a point, and why."""

    choice = HiddenField(validators=[InputRequired()])
    reason = TextAreaField(_l("Reason"), validators=[Length(max=REASON_MOST, message=TOO_LONG)])


class SeenForm(StaffForm):
    """What was on the screen, by its digest."""

    seen = HiddenField()


class NoteForm(SeenForm):
    """A note or a reason, in a few sentences."""

    note = TextAreaField(_l("Note"), validators=[Length(max=REASON_MOST, message=TOO_LONG)])


class RedraftForm(SeenForm):
    """A new draft, as it was shown; choices come under the names that :func:`choices_of` reads."""


def choices_of(form: Iterable[tuple[str, str]]) -> dict[int, str]:
    """``part-3=now`` -> ``{3: "now"}``; anything else is left out."""
    found = {}
    for name, value in form:
        place = name.removeprefix("part-")
        if name.startswith("part-") and place.isdecimal() and len(place) < 6 and value in ("mine", "now"):
            found[int(place)] = value
    return found
