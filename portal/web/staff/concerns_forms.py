"""The committee's answer to one concern."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from portal.web.staff.forms import TOO_LONG, StaffForm, line, tidy

ANSWER_MAX = 4000

STATES = {
    "received": _l("Received"),
    "studying": _l("Being studied"),
    "accepted": _l("Accepted"),
    "explained": _l("Explained"),
    "done": _l("Done"),
}


class AnswerForm(StaffForm):
    """State, who sees to it, by when, and the words."""

    state = RadioField(
        _l("State"), choices=list(STATES.items()), validators=[InputRequired(_l("Choose a state for the concern."))]
    )
    owner = line(_l("Who sees to it"), most=120, description=_l("A post or a unit rather than a name."))
    due = DateField(_l("By when"), validators=[InputRequired(_l("Enter the day by which it will be done."))])
    text = TextAreaField(
        _l("Answer"),
        description=_l(
            "A blank line begins a paragraph, “- ” a line of a list; *soft* and **strong** stand out. Answer the "
            "concern, never a person."
        ),
        filters=[tidy],
        validators=[Length(max=ANSWER_MAX, message=TOO_LONG)],
        render_kw={"rows": 10},
    )
    published = BooleanField(
        _l("Publish this answer"),
        description=_l("Everyone can read it beside the results, and the log keeps a commitment to its words."),
    )

    def validate_state(self, field: RadioField) -> None:
        """What is answered in public is not merely “received”."""
        if self.published.data and field.data == "received":
            raise ValidationError(gettext("A concern that is answered is more than received. Choose another state."))

    def validate_text(self, field: TextAreaField) -> None:
        """A published answer says something."""
        if self.published.data and not field.data:
            raise ValidationError(gettext("Write the answer before publishing it."))
