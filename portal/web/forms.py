"""What forms share, the staff app's and the issuer's: words from our catalogue, refusals at their field, tidy text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import Form, IntegerField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from portal.errors import PortalError
from portal.web.errors import message


def N_(text: str) -> str:
    """The same text, marked for the catalogue."""
    return text


# WTForms' own sentences that our forms can show.
WTFORMS_WORDS = (
    N_("Not a valid choice."),
    N_("Not a valid integer value."),
    N_("Not a valid date value."),
    N_("'%(value)s' is not a valid choice for this field."),
    N_("'%(value)s' are not valid choices for this field."),
)

TOO_LONG = _l("At most %(max)d characters.")


def options(pairs: Iterable[tuple[Any, Any]]) -> list[SelectChoice]:
    """What a select field offers, of values and their words."""
    return [SelectChoice(value, words) for value, words in pairs]


class _Words:
    """WTForms' translations interface, over the portal's catalogue."""

    def gettext(self, string: str) -> str:
        """One sentence."""
        return gettext(string)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """A sentence with a number; WTForms fills in its own values afterwards, so nothing is filled in here."""
        return gettext(singular if number == 1 else plural)


class PortalForm(FlaskForm):  # type: ignore[misc]
    """A form with a token, in the portal's words."""

    class Meta:
        """WTForms joins this with its own."""

        def get_translations(self, _form: Any) -> _Words:
            """Our catalogue."""
            return _Words()


class RowForm(Form):  # type: ignore[misc]
    """One row of a list in a form; the token is the whole form's."""

    Meta = PortalForm.Meta


def tidy(text: Any) -> Any:
    """NFC, with no blanks at the ends and one kind of line end."""
    if not isinstance(text, str):
        return text
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()


def line(label: Any, *, most: int, required: str = "", description: Any = "", **attributes: Any) -> StringField:
    """A field of one line; ``required`` is the sentence shown when it is empty."""
    checks: list[Any] = [InputRequired(required)] if required else []
    return StringField(
        label,
        description=description,
        filters=[tidy],
        validators=[*checks, Length(max=most, message=TOO_LONG)],
        render_kw={"autocomplete": "off", **attributes},
    )


def paragraphs(label: Any, *, most: int, required: str = "", description: Any = "") -> TextAreaField:
    """A field of several lines."""
    checks: list[Any] = [InputRequired(required)] if required else []
    return TextAreaField(
        label,
        description=description,
        filters=[tidy],
        validators=[*checks, Length(max=most, message=TOO_LONG)],
        render_kw={"rows": 5},
    )


def number(label: Any, *, least: int, most: int, default: int | None = None, description: Any = "") -> IntegerField:
    """A field for a whole number between two bounds, both included."""
    words = _l("Enter a whole number from %(least)s to %(most)s.", least=least, most=most)
    return IntegerField(
        label,
        default=default,
        description=description,
        validators=[InputRequired(words), NumberRange(least, most, message=words)],
        render_kw={"min": least, "max": most, "inputmode": "numeric", "autocomplete": "off"},
    )


def put_error(field: Any, words: str) -> None:
    """Add a sentence to a field's errors."""
    field.errors = [*field.errors, words]


def refuse(form: Form, refusal: PortalError, fields: Mapping[str, str]) -> None:
    """Put the refusal's words at the field that ``fields`` names for its code; raise it again when there is none."""
    name = fields.get(refusal.code)
    if name is None:
        raise refusal
    put_error(form[name], message(refusal))
