"""The taxonomy as a form: labels, words, default remedies, categories added or left out.

Codes, themes and the parts of remedies come from the version that is edited, never from the form: a code that means one
thing in one year must not mean another in the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectField, ValidationError

from portal.consultations.taxonomy import CODE, LABEL_MAX, Category, Remedy, Taxonomy, Theme
from portal.web.forms import options
from portal.web.staff.forms import RowForm, StaffForm, line, put_error, tidy

CATEGORIES_MAX = 99
TERMS_MAX = 1000
ADD = "add-category"


class LabelRow(RowForm):
    """A theme or a remedy: its code stays, its labels may be reworded."""

    code = HiddenField(filters=[tidy])
    vi = line(_l("Label in Vietnamese"), most=LABEL_MAX, required=_l("Enter the Vietnamese label."))
    en = line(_l("Label in English"), most=LABEL_MAX, required=_l("Enter the English label."))


class CategoryRow(LabelRow):
    """A category with the words that suggest it and the remedy that answers it by default."""

    terms = line(_l("Words that suggest it"), most=TERMS_MAX)
    praise = BooleanField(_l("Praise: no concern, so no remedy"))
    remedy = SelectField(_l("Default remedy"), choices=[], validate_choice=False)
    left_out = BooleanField(_l("Leave out of the new version"))

    def category(self, praise: bool) -> Category:
        """The row as the taxonomy takes it."""
        words = (term.strip().lower() for term in (self.terms.data or "").split(","))
        return Category(
            code=self.code.data,
            theme=self.code.data[0],
            vi=self.vi.data,
            en=self.en.data,
            terms=tuple(dict.fromkeys(word for word in words if word)),
            praise=praise,
        )


class TaxonomyForm(StaffForm):
    """A whole version but for its number. Call :meth:`bind` before anything else."""

    themes = FieldList(FormField(LabelRow))
    categories = FieldList(FormField(CategoryRow), max_entries=CATEGORIES_MAX)
    remedies = FieldList(FormField(LabelRow))
    new_theme = SelectField(_l("Theme of the new category"), choices=[], validate_choice=False)

    base: Taxonomy

    def bind(self, base: Taxonomy) -> TaxonomyForm:
        """Offer the choices of the version that is edited."""
        self.base = base
        remedies = [(item.code, f"{item.code} {item.vi}") for item in base.remedies]
        for entry in self.categories:
            entry.form.remedy.choices = options([("", gettext("None")), *remedies])
        used = {item.theme for item in base.categories}
        self.new_theme.choices = options((one.code, f"{one.code} {one.vi}") for one in base.themes if one.code in used)
        return self

    def validate_categories(self, field: FieldList) -> None:
        """At least one stays, codes are in order, and each concern has a remedy."""
        known = {item.code for item in self.base.remedies}
        for row in self.kept():
            if not CODE.fullmatch(row.code.data or ""):
                put_error(row.vi, gettext("The code of this category is damaged. Reload the page."))
            if not self._praise(row) and row.remedy.data not in known:
                put_error(row.remedy, gettext("Choose the remedy that answers it."))
        if not self.kept():
            raise ValidationError(gettext("Keep at least one category."))
        field.errors = [entry.errors for entry in field if entry.errors]

    def kept(self) -> list[CategoryRow]:
        """The category rows that are not left out."""
        return [entry.form for entry in self.categories if not entry.form.left_out.data]

    def is_new(self, row: CategoryRow) -> bool:
        """Whether the edited version does not have the row's category."""
        return row.code.data not in self.base.category_by_code

    def _praise(self, row: CategoryRow) -> bool:
        known = self.base.category_by_code.get(row.code.data)
        return known.praise if known else bool(row.praise.data)

    def add_category(self, burnt: Iterable[str]) -> None:
        """Append an empty row under the next free code of the chosen theme."""
        theme = self.new_theme.data
        if theme not in {one.value for one in self.new_theme.choices} or len(self.categories) >= CATEGORIES_MAX:
            return
        taken = {*burnt, *(entry.form.code.data for entry in self.categories)}
        code = next((f"{theme}{n}" for n in range(1, 100) if f"{theme}{n}" not in taken), None)
        if code is not None:
            self.categories.append_entry({"code": code})
            self.bind(self.base)

    def taxonomy(self, version: int) -> Taxonomy:
        """The form as version ``version``. Raises :class:`portal.consultations.taxonomy.TaxonomyError`."""
        labels = {entry.form.code.data: entry.form for entry in (*self.themes, *self.remedies)}
        rows = sorted(self.kept(), key=lambda row: (row.code.data[0], int(row.code.data[1:])))
        return Taxonomy(
            version=version,
            themes=tuple(Theme(item.code, *_words(labels, item)) for item in self.base.themes),
            categories=tuple(row.category(self._praise(row)) for row in rows),
            remedies=tuple(Remedy(item.code, *_words(labels, item), item.part) for item in self.base.remedies),
            concern_remedy={row.code.data: row.remedy.data for row in rows if not self._praise(row)},
        )


def _words(labels: dict[str, LabelRow], item: Theme | Remedy) -> tuple[str, str]:
    row = labels.get(item.code)
    return (row.vi.data, row.en.data) if row else (item.vi, item.en)


def values_of(taxonomy: Taxonomy) -> dict[str, Any]:
    """A version as the form's data."""
    return {
        "themes": [{"code": item.code, "vi": item.vi, "en": item.en} for item in taxonomy.themes],
        "categories": [
            {
                "code": item.code,
                "vi": item.vi,
                "en": item.en,
                "terms": ", ".join(item.terms),
                "praise": item.praise,
                "remedy": taxonomy.concern_remedy.get(item.code, ""),
            }
            for item in taxonomy.categories
        ],
        "remedies": [{"code": item.code, "vi": item.vi, "en": item.en} for item in taxonomy.remedies],
    }
