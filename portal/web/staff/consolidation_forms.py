"""The forms of an upper-level office."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, IntegerField, MultipleFileField, SelectField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from portal.consolidation.offices import POLICY_MOST, OfficeDraft
from portal.consolidation.service import ConsolidationDraft
from portal.consolidation.sums import JoinRule
from portal.consultations.models import TaxonomyVersion
from portal.web.forms import TOO_LONG, options
from portal.web.staff.forms import StaffForm, line
from portal.web.staff.reports_profile_form import NEEDED, day

SHORT_NAME = _l("Small letters a to z, digits and hyphens; it cannot be changed later.")
VKEY_MOST = 4_000
K_MOST = 50
WORDS_MOST = 4_000
PLACES = 100_000


class OfficeForm(StaffForm):
    """An office and the key of its log."""

    id = line(_l("Short name"), most=40, required=NEEDED, description=SHORT_NAME, spellcheck="false")
    name = line(_l("Name of the office"), most=200, required=NEEDED)
    vkey = line(
        _l("The office's log key"),
        most=VKEY_MOST,
        required=NEEDED,
        description=_l("One line, from the office's log page: name, plus sign, eight characters, plus sign, the rest."),
        spellcheck="false",
    )
    policy = TextAreaField(
        _l("Witnesses that must have cosigned"),
        description=_l("A policy file (C2SP tlog-policy), if you ask for witnesses."),
        validators=[Length(max=POLICY_MOST, message=TOO_LONG)],
        render_kw={"rows": 4, "spellcheck": "false", "autocomplete": "off"},
    )

    def draft(self) -> OfficeDraft:
        """What was filled in."""
        return OfficeDraft(self.id.data or "", self.name.data or "", self.vkey.data or "", self.policy.data or "")


class ConfirmForm(StaffForm):
    """What the office read out."""

    seen = HiddenField()
    said = line(
        _l("The last eight characters, as the office reads them out"),
        most=20,
        required=NEEDED,
        spellcheck="false",
        autocapitalize="none",
    )


class RekeyForm(StaffForm):
    """Another key of the same log."""

    vkey = line(_l("The office's new log key"), most=VKEY_MOST, required=NEEDED, spellcheck="false")


class NewForm(StaffForm):
    """A period's consolidation."""

    id = line(_l("Short name"), most=40, required=NEEDED, description=SHORT_NAME, spellcheck="false")
    title_vi = line(_l("Title in Vietnamese"), most=200, required=NEEDED, lang="vi")
    title_en = line(_l("Title in English"), most=200, lang="en")
    opens = day(_l("First day of the period"), required=True)
    closes = day(
        _l("Last day of the period"),
        required=True,
        description=_l("Only consultations that lie wholly in the period are taken."),
    )
    k = IntegerField(
        _l("Threshold, in comments"),
        default=JoinRule.k,
        validators=[InputRequired(NEEDED), NumberRange(JoinRule.k, K_MOST)],
        description=_l("Findings that an office published with a lower threshold are refused."),
    )
    taxonomy = SelectField(_l("Taxonomy of the consolidated table"), coerce=int)

    def offer(self, taxonomies: list[TaxonomyVersion]) -> NewForm:
        """With the taxonomies that are kept, the newest first."""
        self.taxonomy.choices = options((one.version, str(one.version)) for one in taxonomies)
        return self

    def draft(self) -> ConsolidationDraft:
        """What was filled in."""
        names = ("id", "title_vi", "title_en", "opens", "closes", "k")
        values: dict[str, Any] = {name: self[name].data for name in names}
        values["title_en"] = values["title_en"] or ""  # a field that was not sent at all
        return ConsolidationDraft(**values, taxonomy_version=self.taxonomy.data)


class FilesForm(StaffForm):
    """Offices' files, or archives of them."""

    files = MultipleFileField(
        _l("Files of the offices"),
        description=_l("findings.json of each office, several at once or in one ZIP; taxonomy files may be added."),
        render_kw={"accept": ".json,.zip,application/json,application/zip"},
    )

    def given(self) -> list[tuple[str, bytes]]:
        """Names and bytes of what came."""
        return [(one.filename or "?", one.read()) for one in self.files.data or () if one and one.filename]


class SentenceForm(StaffForm):
    """New words for the sentence or heading that stood at a place, by the digest of its words."""

    FIELDS = ("place", "position", "seen", "text")

    place = IntegerField(validators=[InputRequired(), NumberRange(0, PLACES)])
    position = IntegerField(validators=[InputRequired(), NumberRange(0, PLACES)])
    seen = HiddenField()
    text = TextAreaField(
        _l("Text"),
        validators=[Length(max=WORDS_MOST, message=TOO_LONG)],
        render_kw={"rows": 4, "lang": "vi"},
    )
