"""The form of a consultation's draft, with one row for each unit; it works without JavaScript."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import DateField, FieldList, FormField, IntegerField, SelectField, SelectMultipleField, ValidationError
from wtforms.validators import InputRequired, NumberRange, Optional

from portal.consultations.models import Consultation
from portal.consultations.service import ConsultationDraft, UnitDraft
from portal.ledger.events import SLUG
from portal.web.staff.forms import RowForm, StaffForm, line, paragraphs, put_error

UNITS_MAX = 60
UNIT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,15}")
REMOVE = "remove-unit-"
LEVEL_NAMES = {"unit": _l("Room or unit"), "office": _l("Leaders of the office"), "party": _l("Party body")}

NOTICE_VI = (
    "Đây là kênh góp ý theo quy chế dân chủ của cơ quan, không phải nơi tiếp nhận khiếu nại, tố cáo. "
    "Góp ý ẩn danh không được thụ lý như đơn tố cáo. Không nêu tên, số điện thoại, bí mật nhà nước. "
    "Nội dung được tổng hợp, không trích nguyên văn."
)
NOTICE_EN = (
    "This is a channel for feedback under the office's rules on democracy, not for complaints or denunciations. "
    "Anonymous feedback is not processed as a denunciation. Give no names, no telephone numbers and no state secrets. "
    "What is written is summarised, not quoted."
)

# Which field shows a refusal of the service.
FIELD_OF = {
    "consultation-bad-id": "id",
    "consultation-id-taken": "id",
    "consultation-period": "closes",
    "consultation-threshold": "k_paraphrase",
    "taxonomy-unknown": "taxonomy_version",
}


class UnitRow(RowForm):
    """One unit. An empty row is left out; a begun one must be complete."""

    code = line(_l("Code"), most=16)
    name_vi = line(_l("Name in Vietnamese"), most=120)
    name_en = line(_l("Name in English"), most=120)
    level = SelectField(_l("Level"), choices=list(LEVEL_NAMES.items()), default="unit")
    headcount = IntegerField(_l("Headcount"), validators=[Optional()], render_kw={"min": 1, "inputmode": "numeric"})

    @property
    def blank(self) -> bool:
        """Whether nothing was typed into the row."""
        typed = [*(self.headcount.raw_data or []), self.code.data, self.name_vi.data, self.name_en.data]
        return self.headcount.data is None and not any(typed)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check the row as a whole."""
        good = bool(super().validate(extra_validators))
        if self.blank:
            return good
        if not UNIT_CODE.fullmatch(self.code.data or ""):
            put_error(self.code, gettext("Enter a short code of letters, digits and hyphens, such as P1."))
        if not self.name_vi.data:
            put_error(self.name_vi, gettext("Enter the unit's name."))
        if not self.headcount.errors and (self.headcount.data or 0) < 1:
            put_error(self.headcount, gettext("Enter how many people belong to it: at least 1."))
        return good and not self.errors

    def draft(self) -> UnitDraft:
        """The row as the service takes it."""
        return UnitDraft(
            code=self.code.data,
            name_vi=self.name_vi.data,
            name_en=self.name_en.data,
            level=self.level.data,
            headcount=self.headcount.data,
        )


def _number(label: Any, *, least: int, most: int, default: int | None = None, description: Any = "") -> IntegerField:
    words = _l("Enter a whole number from %(least)s to %(most)s.", least=least, most=most)
    return IntegerField(
        label,
        default=default,
        description=description,
        validators=[InputRequired(words), NumberRange(least, most, message=words)],
        render_kw={"min": least, "max": most, "inputmode": "numeric", "autocomplete": "off"},
    )


class ConsultationForm(StaffForm):
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
    headcount = _number(_l("Headcount of the office"), least=1, most=1_000_000)
    taxonomy_version = SelectField(_l("Version of the taxonomy"), coerce=int)
    k = _number(
        _l("Threshold"),
        least=5,
        most=1000,
        default=5,
        description=_l("A row of the findings is shown from this many comments on; at least 5."),
    )
    k_paraphrase = _number(
        _l("Threshold for paraphrases"),
        least=10,
        most=1000,
        default=10,
        description=_l("The committee sees the paraphrases of a theme from this many comments on; at least 10."),
    )
    mix_minimum = _number(
        _l("Comments shuffled together"),
        least=1,
        most=100_000,
        default=10,
        description=_l(
            "Comments wait until the day has ended and so many can enter the log in random order, "
            "at most until the promised day."
        ),
    )
    max_chars = _number(_l("Most characters of a comment"), least=100, most=1500, default=1000)
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
        good = bool(super().validate(extra_validators))
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

    def unit_rows(self) -> list[UnitRow]:
        """The rows in which something was typed."""
        return [entry.form for entry in self.units if not entry.form.blank]

    def draft(self) -> ConsultationDraft:
        """The form as the service takes it."""
        names = set(ConsultationDraft.__dataclass_fields__) - {"units"}
        values = {name: self[name].data for name in names}
        return ConsultationDraft(**values, units=[row.draft() for row in self.unit_rows()])

    def change_rows(self, command: str, earlier: list[dict[str, Any]]) -> bool:
        """Obey a button of the list of units; returns whether ``command`` was one."""
        if command == "add-unit":
            if len(self.units) < UNITS_MAX:
                self.units.append_entry()
        elif command == "copy-units":
            self.units.process(None, earlier)
        elif command.startswith(REMOVE) and command.removeprefix(REMOVE).isdecimal():
            place = int(command.removeprefix(REMOVE))
            if place < len(self.units):
                self.units.pop_entry(place)
        else:
            return False
        return True


def unit_values(row: Consultation) -> list[dict[str, Any]]:
    """A consultation's units as rows of the form."""
    return [{name: getattr(unit, name) for name in UnitDraft.__dataclass_fields__} for unit in row.units]


def values_of(row: Consultation) -> dict[str, Any]:
    """A draft as the form's data."""
    names = set(ConsultationDraft.__dataclass_fields__) - {"units"}
    values = {name: getattr(row, name) for name in names}
    return {**values, "units": unit_values(row), "kids": [moderator.kid for moderator in row.moderators]}


def new_values() -> dict[str, Any]:
    """What an empty form begins with."""
    return {"notice_vi": NOTICE_VI, "notice_en": NOTICE_EN}
