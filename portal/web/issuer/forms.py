"""The desk's forms."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, RadioField, ValidationError
from wtforms.validators import InputRequired

from portal.crypto.statements import EACH_MOST, SLUG
from portal.issuing.models import Round
from portal.issuing.rounds import CARDS_MOST, RoundDraft
from portal.web.forms import PortalForm, line, number, options

# Which field shows a refusal of the service.
FIELD_OF = {
    "consultation-bad-id": "consultation",
    "consultation-id-taken": "consultation",
    "consultation-each-ballots": "each",
    "consultation-collecting-period": "collect_until",
    "round-without-title": "title_vi",
}
LANGUAGES = [("vi", _l("Vietnamese")), ("en", _l("English"))]
LETTERS = [("A", _l("A, for the first issuer")), ("B", _l("B, for the second issuer"))]


class RoundForm(PortalForm):
    """A round. Both issuers and the portal's draft must have the same name, days and number."""

    consultation = line(
        _l("Short name of the consultation"),
        most=40,
        required=_l("Enter a short name."),
        description=_l("The same as in the portal, letter for letter; the administrator knows it."),
    )
    title_vi = line(_l("Title in Vietnamese"), most=200, required=_l("Enter the title."))
    title_en = line(_l("Title in English"), most=200)
    collect_from = DateField(_l("First day of collecting"), validators=[InputRequired(_l("Enter the first day."))])
    collect_until = DateField(_l("Last day of collecting"), validators=[InputRequired(_l("Enter the last day."))])
    each = number(_l("Ballots for everyone"), least=1, most=EACH_MOST, default=3)

    def validate_consultation(self, field: Any) -> None:
        """The form that the log accepts."""
        if not SLUG.fullmatch(field.data or ""):
            raise ValidationError(gettext("Use 2 to 40 lower-case letters, digits and hyphens, such as gop-y-2027."))

    def validate_collect_until(self, field: Any) -> None:
        """Not before the first day."""
        if field.data and self.collect_from.data and field.data < self.collect_from.data:
            raise ValidationError(gettext("The last day must not be before the first."))

    def draft(self) -> RoundDraft:
        """The form as the service takes it."""
        return RoundDraft(**{name: self[name].data for name in RoundDraft.__dataclass_fields__})


def round_values(row: Round) -> dict[str, Any]:
    """A round as the form's data."""
    values = {name: getattr(row, name) for name in RoundDraft.__dataclass_fields__ if name != "each"}
    return {**values, "each": row.each_ballots}


class RosterForm(PortalForm):
    """The roster's file."""

    roster = FileField(
        _l("Roster file"),
        description=_l("CSV or XLSX, with a head row: staff code, name, unit code, unit, e-mail (may be empty)."),
        validators=[FileRequired(_l("Choose the roster's file."))],
        render_kw={"accept": ".csv,.xlsx"},
    )


class SlipsForm(PortalForm):
    """Which people get new claim codes, and the language of what they get."""

    scope = RadioField(_l("For whom"), default="all", choices=[])
    language = RadioField(_l("Language"), default="vi", choices=options(LANGUAGES))


class OneSlipForm(PortalForm):
    """A new claim code for one person."""

    staff_code = line(_l("Staff code"), most=24, required=_l("Enter the staff code."), autocapitalize="characters")
    language = RadioField(_l("Language"), default="vi", choices=options(LANGUAGES))


class LetterForm(PortalForm):
    """Sending codes by e-mail."""

    language = RadioField(_l("Language"), default="vi", choices=options(LANGUAGES))


class CardsForm(PortalForm):
    """How many half-cards, and which half this issuer's box holds. ``made``: how many there were when it was shown."""

    count = number(_l("Number of half-cards"), least=1, most=CARDS_MOST)
    letter = RadioField(
        _l("This issuer's half"),
        default="A",
        choices=options(LETTERS),
        description=_l("Agree with the other issuer: one prints A, the other B, and both the same number."),
    )
    made = HiddenField()
    language = RadioField(_l("Language"), default="vi", choices=options(LANGUAGES))


class HandForm(PortalForm):
    """Who draws cards."""

    staff_code = line(_l("Staff code"), most=24, required=_l("Enter the staff code."), autocapitalize="characters")


class ConfirmForm(PortalForm):
    """A button that does what its page says: the token and nothing else."""
