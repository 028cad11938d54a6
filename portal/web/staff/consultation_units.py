"""One unit of a consultation as a row of its form, and where rows come from."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, SelectField
from wtforms.validators import Optional

from portal.consultations.models import Consultation
from portal.consultations.service import UnitDraft
from portal.crypto.statements import SignedTerms
from portal.web.forms import options
from portal.web.staff.forms import RowForm, line, put_error

UNITS_MAX = 60
UNIT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,15}")
LEVEL_NAMES = {"unit": _l("Room or unit"), "office": _l("Leaders of the office"), "party": _l("Party body")}


class UnitRow(RowForm):
    """One unit. An empty row is left out; a begun one must be complete."""

    code = line(_l("Code"), most=16)
    name_vi = line(_l("Name in Vietnamese"), most=120)
    name_en = line(_l("Name in English"), most=120)
    level = SelectField(_l("Level"), choices=options(LEVEL_NAMES.items()), default="unit")
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


def roster_values(signed: SignedTerms) -> list[dict[str, Any]]:
    """The units of an issuer's roster as rows of the form."""
    return [{"code": u.code, "name_vi": u.name_vi, "headcount": u.headcount} for u in signed.about.units]


def unit_values(row: Consultation) -> list[dict[str, Any]]:
    """A consultation's units as rows of the form."""
    return [{name: getattr(unit, name) for name in UnitDraft.__dataclass_fields__} for unit in row.units]
