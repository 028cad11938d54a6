"""The form of a consultation's draft, with one row for each unit; it works without JavaScript."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    DateField,
    FieldList,
    FormField,
    IntegerField,
    RadioField,
    SelectMultipleField,
    ValidationError,
)
from wtforms.validators import InputRequired, Optional

from portal.consultations.drafts import ConsultationDraft
from portal.consultations.models import Consultation
from portal.consultations.private_lists import ROWS
from portal.crypto.statements import EACH_MOST, SignedTerms
from portal.ledger.events import SLUG
from portal.web.forms import number, options
from portal.web.staff.consultation_rules import RuleFields
from portal.web.staff.consultation_units import UNITS_MAX, UnitRow, roster_values, unit_values
from portal.web.staff.forms import line, paragraphs, put_error

REMOVE = "remove-unit-"
EACH_DEFAULT = 3
BALLOT_MODES = {"ballots": _l("Everyone with a ballot (recommended)"), "open": _l("Anyone who reaches the page")}

READERS = {1: _l("One moderator"), 2: _l("Two moderators, each alone")}

# Which field shows a refusal of the service.
FIELD_OF = {
    "consultation-bad-id": "id",
    "consultation-id-taken": "id",
    "consultation-period": "closes",
    "consultation-threshold": "k_paraphrase",
    "consultation-attachments": "attachments",
    "consultation-count-people": "count_people",
    "consultation-limits": "unit_min_headcount",
    "consultation-private-few": "private_categories",
    "consultation-private-range": "private_rows",
    "taxonomy-unknown": "taxonomy_version",
    "consultation-ballot-mode": "ballot_mode",
    "consultation-readers": "readers",
    "consultation-talk-days": "talk_days",
    "consultation-each-ballots": "each_ballots",
    "consultation-collecting-period": "collect_until",
    "consultation-collecting-late": "collect_until",
}


class ConsultationForm(RuleFields):
    """Everything that a draft holds. ``kids`` are the chosen moderator keys."""

    id = line(
        _l("Short name"),
        most=40,
        required=_l("Enter a short name."),
        description=_l("2 to 40 lower-case letters, digits and hyphens; it becomes part of the address."),
    )
    title_vi = line(_l("Title in Vietnamese"), most=200, required=_l("Enter the title."))
    title_en = line(_l("Title in English"), most=200)
    intro_vi = paragraphs(_l("Introduction in Vietnamese"), most=4000)
    intro_en = paragraphs(_l("Introduction in English"), most=4000)
    notice_vi = paragraphs(
        _l("Notice in Vietnamese"),
        most=4000,
        required=_l("Enter the notice: everybody sees it before writing."),
        description=_l("Everybody sees it before writing."),
    )
    notice_en = paragraphs(_l("Notice in English"), most=4000)
    opens = DateField(_l("First day"), validators=[InputRequired(_l("Enter the first day."))])
    closes = DateField(_l("Last day"), validators=[InputRequired(_l("Enter the last day."))])
    ballot_mode = RadioField(
        _l("Who can write"),
        choices=options(BALLOT_MODES.items()),
        default="ballots",
        description=_l(
            "Issuers give everybody on the roster the same number of ballots, and each comment uses one up. Nobody "
            "learns whose it was. Without ballots, one person can write many times."
        ),
        validators=[InputRequired(_l("Choose who can write."))],
    )
    each_ballots = IntegerField(
        _l("Ballots for everyone"),
        default=EACH_DEFAULT,
        description=_l("1 to 9, the same for all: so many comments each person can write."),
        validators=[Optional()],
        render_kw={"min": 1, "max": EACH_MOST, "inputmode": "numeric", "autocomplete": "off"},
    )
    collect_from = DateField(_l("First day of collecting"), validators=[Optional()])
    collect_until = DateField(_l("Last day of collecting"), validators=[Optional()])
    headcount = number(_l("Headcount of the office"), least=1, most=1_000_000)
    readers = RadioField(
        _l("Readers of each comment"),
        choices=options(READERS.items()),
        coerce=int,
        default=1,
        description=_l(
            "With two, neither sees what the other found until both are done; where they differ, a third decides or "
            "the two come to agree. It doubles the work and shows how sure the findings are."
        ),
        validators=[InputRequired(_l("Choose how many moderators read each comment."))],
    )
    units = FieldList(FormField(UnitRow), min_entries=3, max_entries=UNITS_MAX)
    kids = SelectMultipleField(_l("Moderator keys"), choices=[])

    def validate_id(self, field: Any) -> None:
        """The form that the log accepts."""
        if not SLUG.fullmatch(field.data or ""):
            raise ValidationError(gettext("Use 2 to 40 lower-case letters, digits and hyphens, such as gop-y-2027."))

    def validate_closes(self, field: Any) -> None:
        """Not before the first day."""
        if field.data and self.opens.data and field.data < self.opens.data:
            raise ValidationError(gettext("The last day must not be before the first."))

    def validate_k_paraphrase(self, field: Any) -> None:
        """Never under the first threshold."""
        if (field.data or 0) < (self.k.data or 0):
            raise ValidationError(gettext("This threshold must not be lower than the first one."))

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields, then the units together."""
        good = all([super().validate(extra_validators), self._validate_ballots()])
        seen: set[str] = set()
        for row in self.unit_rows():
            code = (row.code.data or "").upper()
            if code and code in seen:
                put_error(row.code, gettext("Another unit has this code."))
                good = False
            seen.add(code)
        if not good:
            self.units.errors = [entry.errors for entry in self.units if entry.errors]
        return good

    def _validate_ballots(self) -> bool:
        """What ballots need; without them these fields are not looked at."""
        if self.ballot_mode.data != "ballots":
            return True
        fields = (self.each_ballots, self.collect_from, self.collect_until)
        if not self.each_ballots.errors and not 1 <= (self.each_ballots.data or 0) <= EACH_MOST:
            put_error(self.each_ballots, gettext("Everyone gets 1 to 9 ballots."))
        for day in fields[1:]:
            if not day.data and not day.errors:
                put_error(day, gettext("Enter this day."))
        first, last = self.collect_from.data, self.collect_until.data
        if first and last and first > last:
            put_error(self.collect_until, gettext("The last day of collecting must not be before the first."))
        elif last and self.opens.data and last >= self.opens.data:
            put_error(
                self.collect_until,
                gettext("Collecting must end before the first day of comments, best some days before."),
            )
        return not any(field.errors for field in fields)

    def unit_rows(self) -> list[UnitRow]:
        """The rows in which something was typed."""
        return [entry.form for entry in self.units if not entry.form.blank]

    def draft(self) -> ConsultationDraft:
        """The form as the service takes it."""
        names = set(ConsultationDraft.__dataclass_fields__) - {"units"}
        values = {name: self[name].data for name in names}
        if self.ballot_mode.data == "open":
            values |= {"each_ballots": EACH_DEFAULT, "collect_from": None, "collect_until": None}
        if not any((values["private_categories"], values["private_units"])):
            values["private_rows"] = ROWS
        values["count_people"] &= self.ballot_mode.data == "ballots" and values["each_ballots"] > 1
        return ConsultationDraft(**values, units=[row.draft() for row in self.unit_rows()])

    def change_rows(self, command: str, earlier: list[dict[str, Any]], roster: SignedTerms | None = None) -> bool:
        """Obey a button of the list of units; returns whether ``command`` was one.

        ``earlier``: another consultation's units. ``roster``: an issuer's terms, with its roster's units and size.
        """
        if command == "add-unit":
            if len(self.units) < UNITS_MAX:
                self.units.append_entry()
        elif command == "copy-units":
            self.units.process(None, earlier)
        elif command == "roster-units":
            if roster is not None:
                self.units.process(None, roster_values(roster)[:UNITS_MAX])
                self.headcount.raw_data, self.headcount.data = None, roster.terms.roster_size
        elif command.startswith(REMOVE) and command.removeprefix(REMOVE).isdecimal():
            place = int(command.removeprefix(REMOVE))
            if place < len(self.units):
                self.units.pop_entry(place)
        else:
            return False
        return True


def values_of(row: Consultation) -> dict[str, Any]:
    """A draft as the form's data."""
    names = set(ConsultationDraft.__dataclass_fields__) - {"units"}
    values = {name: getattr(row, name) for name in names}
    return {**values, "units": unit_values(row), "kids": [moderator.kid for moderator in row.moderators]}
