"""The committee's answer to one concern."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, RadioField, SelectField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from portal.accounts.models import Account
from portal.concerns.markup import to_html
from portal.concerns.models import Concern
from portal.concerns.service import Answer
from portal.concerns.states import may_become
from portal.web.concern_words import STATES
from portal.web.forms import options
from portal.web.staff.forms import TOO_LONG, StaffForm, line, tidy

ANSWER_MAX, NOTE_MAX = 4000, 2000


class AnswerForm(StaffForm):
    """State, who follows it and who does it, by when, the words, and a note for the committee alone."""

    state = RadioField(_l("State"), validators=[InputRequired(_l("Choose a state for the concern."))])
    owner_id = SelectField(
        _l("Who of the committee follows it"),
        description=_l("Is reminded before the day and after it. While nobody is chosen, the whole committee is."),
    )
    owner = line(_l("Who sees to it"), most=120, description=_l("Shown in public: a post or a unit, never a name."))
    due = DateField(
        _l("By when"),
        validators=[InputRequired(_l("Enter the day by which it will be done."))],
        description=_l("A new day counts from when the answer is published, and the board keeps the old one."),
    )
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
    note = TextAreaField(
        _l("Note of progress"),
        description=_l("For the committee alone: it goes into the history below and is never published."),
        filters=[tidy],
        validators=[Length(max=NOTE_MAX, message=TOO_LONG)],
        render_kw={"rows": 4},
    )
    published = BooleanField(
        _l("Publish this answer"),
        description=_l(
            "Everyone can read it on the board of answers, and the log keeps a commitment to its words and days. "
            "Without this, all is kept for the committee and what is public stays as it is."
        ),
    )

    def offer(self, concern: Concern, committee: Iterable[Account]) -> AnswerForm:
        """What can be chosen for this concern: the states that may follow, and the committee."""
        self.state.choices = options((name, words) for name, words in STATES.items() if may_become(concern.state, name))
        people = [(str(account.id), account.name or account.email) for account in committee]
        self.owner_id.choices = options([("", _l("Nobody yet")), *people])
        return self

    def given(self) -> Answer:
        """What was sent, for the service."""
        return Answer(
            self.state.data,
            self.owner.data,
            self.due.data,
            to_html(self.text.data),
            self.published.data,
            owner_id=int(self.owner_id.data) if self.owner_id.data else None,
            note=to_html(self.note.data),
        )

    def validate_state(self, field: RadioField) -> None:
        """What is answered in public is not merely “received”."""
        if self.published.data and field.data == "received":
            raise ValidationError(gettext("A concern that is answered is more than received. Choose another state."))

    def validate_text(self, field: TextAreaField) -> None:
        """A published answer says something."""
        if self.published.data and not field.data:
            raise ValidationError(gettext("Write the answer before publishing it."))
