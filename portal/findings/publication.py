"""The publication document: what the public, an upper-level office and the offline verifier read.

Canonical JSON (RFC 8785), of version 1::

    {"v":1, "consultation":id, "title":{"vi","en"}, "period":{"opens","closes"},
     "taxonomy":{"version","sha256"},
     "rule":{"k","k_paraphrase","bands":[[5,9],...,[50,null]],"unit_min_headcount","themes_only"},
     "rows":{"categories":[{"code","band":"10-14"}],"units":[...],"themes":[...]}}

Rows are sorted by code, in code-point order. There is never a total, an "other", a suppressed count, or a
sign that a row was withheld. Version 2 has a rule that says more (:mod:`portal.findings.rule_document`).
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Any

import rfc8785

from portal.findings.rule import Band, DisclosureError, Rule, band_labelled
from portal.findings.rule_document import check_limits, read_rule, rule_document, version_of

TABLES = ("categories", "units", "themes")
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,39}")
HASH = re.compile(r"[0-9a-f]{64}")
CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}")


@dataclass(frozen=True)
class Row:
    """One published row."""

    code: str
    band: Band

    def may_paraphrase(self, rule: Rule) -> bool:
        """Whether paraphrases of it may be published: asked of the band, so that they give no more away."""
        return self.band.low >= rule.k_paraphrase


@dataclass(frozen=True)
class Published:
    """All that is published of the counts: one-way lists, each sorted by code.

    Either ``themes`` or the two others are empty, by ``themes_only``; together they would be nested.
    """

    themes_only: bool
    categories: tuple[Row, ...]
    units: tuple[Row, ...]
    themes: tuple[Row, ...]

    def __post_init__(self) -> None:
        if (self.categories or self.units) if self.themes_only else self.themes:
            raise DisclosureError("publication-nested")
        for table in TABLES:
            codes = [row.code for row in getattr(self, table)]
            if codes != sorted(set(codes)) or not all(map(CODE.fullmatch, codes)):
                raise DisclosureError("publication-codes")


@dataclass(frozen=True)
class Publication:
    """One publication. Raises :class:`DisclosureError` for a value that no version can hold."""

    consultation: str
    title_vi: str
    title_en: str
    opens: date
    closes: date
    taxonomy_version: int
    taxonomy_sha256: str
    rule: Rule
    rows: Published

    def __post_init__(self) -> None:
        titles = (self.title_vi, self.title_en)
        if not all(title.strip() and unicodedata.is_normalized("NFC", title) for title in titles):
            raise DisclosureError("publication-title")
        if not SLUG.fullmatch(self.consultation) or not HASH.fullmatch(self.taxonomy_sha256):
            raise DisclosureError("publication-name")
        if self.opens > self.closes or self.taxonomy_version < 1:
            raise DisclosureError("publication-period")
        check_limits(self.rule)
        for table in TABLES:
            if any(row.band not in self.rule.bands for row in getattr(self.rows, table)):
                raise DisclosureError("disclosure-unknown-band")

    def as_document(self) -> dict[str, Any]:
        """Plain JSON values; :func:`parse_publication` reads their canonical bytes back."""
        return {
            "v": version_of(self.rule),
            "consultation": self.consultation,
            "title": {"vi": self.title_vi, "en": self.title_en},
            "period": {"opens": self.opens.isoformat(), "closes": self.closes.isoformat()},
            "taxonomy": {"version": self.taxonomy_version, "sha256": self.taxonomy_sha256},
            "rule": {**rule_document(self.rule), "themes_only": self.rows.themes_only},
            "rows": {table: _rows(getattr(self.rows, table)) for table in TABLES},
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON; the inverse of :func:`parse_publication`."""
        return rfc8785.dumps(self.as_document())


def _rows(rows: tuple[Row, ...]) -> list[dict[str, str]]:
    return [{"code": row.code, "band": row.band.label} for row in rows]


def parse_publication(data: bytes) -> Publication:
    """Read canonical bytes of version 1 or 2, strictly.

    Raises :class:`DisclosureError` for any other version, key, type or order, for bytes that are not the
    canonical form, and for rows that the document's own rule could not have shown.
    """
    try:
        found = _publication(json.loads(data))
    except DisclosureError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise DisclosureError("publication-malformed") from error
    # Written again from what was understood: an unknown key, another type or another order shows here.
    if found.to_bytes() != data:
        raise DisclosureError("publication-not-canonical")
    return found


def _publication(document: dict[str, Any]) -> Publication:
    rule, rows, period = document["rule"], document["rows"], document["period"]
    if type(rule["themes_only"]) is not bool:
        raise DisclosureError("publication-malformed")
    kept = read_rule(rule)
    lists = {
        table: tuple(Row(row["code"], band_labelled(row["band"], kept.bands)) for row in rows[table])
        for table in TABLES
    }
    return Publication(
        consultation=document["consultation"],
        title_vi=document["title"]["vi"],
        title_en=document["title"]["en"],
        opens=date.fromisoformat(period["opens"]),
        closes=date.fromisoformat(period["closes"]),
        taxonomy_version=_integer(document["taxonomy"]["version"]),
        taxonomy_sha256=document["taxonomy"]["sha256"],
        rule=kept,
        rows=Published(themes_only=rule["themes_only"], **lists),
    )


def _integer(value: Any) -> int:
    """A JSON integer: ``true`` and ``1.0``, which equal one in Python, are not."""
    if type(value) is not int:
        raise DisclosureError("publication-malformed")
    return value
