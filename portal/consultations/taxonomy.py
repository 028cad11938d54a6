"""The taxonomy: themes, categories of concern, remedies, and which remedy answers which concern.

It is data (``taxonomy.vi.json`` is the default), versioned and editable; a consultation pins one version,
whose digest stands in the log. This module is pure: it reads, checks, writes and compares documents::

    {"version":1,
     "themes":[{"code":"C","vi","en"}],
     "categories":[{"code":"C1","theme":"C","vi","en","terms":[...],"praise":false}],
     "remedies":[{"code":"R1","vi","en","part":"II.1"}],
     "concern_remedy":{"C1":"R2"}}

``terms`` are lower-case words that suggest the category to a moderator. ``part`` is the part of the report
where the remedy stands. Every category but praise has exactly one default remedy.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import rfc8785

from portal.errors import Invalid

DEFAULT = Path(__file__).with_name("taxonomy.vi.json")
THEME_CODE = re.compile(r"[A-Z]")
CODE = re.compile(r"[A-Z][1-9][0-9]?")
PART = re.compile(r"[IVX]{1,5}\.[1-9][0-9]?")
LABEL_MAX = 160


class TaxonomyError(Invalid):
    """A taxonomy that cannot be kept; ``detail["problem"]`` names what is wrong and ``detail["where"]`` the
    code.

    Problems: not-json, not-canonical, shape, version, code, text, repeated, theme, remedy, part,
    version-not-newer, code-reused.
    """

    code = "taxonomy-malformed"


def _refuse(problem: str, where: str = "") -> NoReturn:
    raise TaxonomyError(problem=problem, where=where)


@dataclass(frozen=True)
class Theme:
    """A group of categories ("C", "D") or the group of remedies ("R")."""

    code: str
    vi: str
    en: str


@dataclass(frozen=True)
class Category:
    """A kind of concern, or of praise."""

    code: str
    theme: str
    vi: str
    en: str
    terms: tuple[str, ...]
    praise: bool


@dataclass(frozen=True)
class Remedy:
    """A kind of remedy, and the part of the report it belongs to."""

    code: str
    vi: str
    en: str
    part: str


@dataclass(frozen=True)
class Taxonomy:
    """One version. Raises :class:`TaxonomyError` when its parts do not fit together."""

    version: int
    themes: tuple[Theme, ...]
    categories: tuple[Category, ...]
    remedies: tuple[Remedy, ...]
    concern_remedy: Mapping[str, str]

    def __post_init__(self) -> None:
        if type(self.version) is not int or self.version < 1:
            _refuse("version")
        _check_codes(self)
        _check_texts(self)
        _check_references(self)

    @cached_property
    def counted_themes(self) -> dict[str, str | None]:
        """Each category's code -> the theme it counts for; None for praise, which is no concern."""
        return {item.code: None if item.praise else item.theme for item in self.categories}

    @cached_property
    def category_by_code(self) -> dict[str, Category]:
        """Categories by code, in the document's order."""
        return {item.code: item for item in self.categories}

    @cached_property
    def remedy_by_code(self) -> dict[str, Remedy]:
        """Remedies by code, in the document's order."""
        return {item.code: item for item in self.remedies}

    def remedies_for(self, categories: Iterable[str]) -> list[str]:
        """The default remedies of those categories, sorted; praise has none."""
        mapped = {self.concern_remedy[code] for code in categories if code in self.concern_remedy}
        return sorted(mapped)


def _check_codes(taxonomy: Taxonomy) -> None:
    if not taxonomy.themes or not taxonomy.categories or not taxonomy.remedies:
        _refuse("shape")
    seen: set[str] = set()
    for pattern, items in (
        (THEME_CODE, taxonomy.themes),
        (CODE, taxonomy.categories),
        (CODE, taxonomy.remedies),
    ):
        for item in items:
            if not pattern.fullmatch(item.code):
                _refuse("code", item.code)
            if item.code in seen:
                _refuse("repeated", item.code)
            seen.add(item.code)


def _check_texts(taxonomy: Taxonomy) -> None:
    items: list[Theme | Category | Remedy] = [*taxonomy.themes, *taxonomy.categories, *taxonomy.remedies]
    for item in items:
        if not all(_clean(label) and len(label) <= LABEL_MAX for label in (item.vi, item.en)):
            _refuse("text", item.code)
    for category in taxonomy.categories:
        terms = category.terms
        if len(set(terms)) != len(terms) or any(not _clean(term) or term != term.lower() for term in terms):
            _refuse("text", category.code)


def _clean(text: str) -> bool:
    printable = all(letter == " " or unicodedata.category(letter)[0] not in "CZ" for letter in text)
    return bool(text) and printable and text == text.strip() and unicodedata.is_normalized("NFC", text)


def _check_references(taxonomy: Taxonomy) -> None:
    themes = {theme.code for theme in taxonomy.themes}
    remedies = {remedy.code for remedy in taxonomy.remedies}
    for category in taxonomy.categories:
        # The letter of a code is its theme, so that a code read alone says where it belongs.
        if category.theme not in themes or category.code[0] != category.theme:
            _refuse("theme", category.code)
    for remedy in taxonomy.remedies:
        if remedy.code[0] not in themes or not PART.fullmatch(remedy.part):
            _refuse("part", remedy.code)
    concerns = {category.code for category in taxonomy.categories if not category.praise}
    if wrong := sorted(concerns ^ set(taxonomy.concern_remedy)):
        _refuse("remedy", wrong[0])
    for code, remedy_code in sorted(taxonomy.concern_remedy.items()):
        if remedy_code not in remedies:
            _refuse("remedy", code)


def taxonomy_document(taxonomy: Taxonomy) -> dict[str, Any]:
    """Plain JSON values; :func:`read_taxonomy` is the inverse."""
    return {
        "version": taxonomy.version,
        "themes": [{"code": item.code, "vi": item.vi, "en": item.en} for item in taxonomy.themes],
        "categories": [
            {
                "code": item.code,
                "theme": item.theme,
                "vi": item.vi,
                "en": item.en,
                "terms": list(item.terms),
                "praise": item.praise,
            }
            for item in taxonomy.categories
        ],
        "remedies": [
            {"code": item.code, "vi": item.vi, "en": item.en, "part": item.part} for item in taxonomy.remedies
        ],
        "concern_remedy": dict(taxonomy.concern_remedy),
    }


def read_taxonomy(document: Any) -> Taxonomy:
    """Read a parsed document. Raises :class:`TaxonomyError`, as for every key that is missing or too many."""
    lists = {"themes": list, "categories": list, "remedies": list}
    top = _object(document, {"version": int, "concern_remedy": dict, **lists})
    texts = {"code": str, "vi": str, "en": str}
    themes = [Theme(**_object(item, texts)) for item in top["themes"]]
    categories = [_object(item, texts | {"theme": str, "terms": list, "praise": bool}) for item in top["categories"]]
    remedies = [Remedy(**_object(item, texts | {"part": str})) for item in top["remedies"]]
    terms = [term for item in categories for term in item["terms"]]
    if not all(isinstance(text, str) for text in (*terms, *top["concern_remedy"].values())):
        _refuse("shape")
    return Taxonomy(
        version=top["version"],
        themes=tuple(themes),
        categories=tuple(Category(**item | {"terms": tuple(item["terms"])}) for item in categories),
        remedies=tuple(remedies),
        concern_remedy=dict(top["concern_remedy"]),
    )


def _object(value: Any, keys: Mapping[str, type]) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(keys):
        _refuse("shape")
    for key, kind in keys.items():
        if type(value[key]) is not kind:
            _refuse("shape", key)
    return value


def dump_taxonomy(taxonomy: Taxonomy) -> bytes:
    """Canonical JSON (RFC 8785): what is stored and hashed. :func:`parse_taxonomy` is the inverse."""
    return rfc8785.dumps(taxonomy_document(taxonomy))


def parse_taxonomy(data: bytes) -> Taxonomy:
    """Read canonical bytes and nothing else; :func:`load_taxonomy` reads what a person edited."""
    taxonomy = load_taxonomy(data)
    if dump_taxonomy(taxonomy) != data:
        _refuse("not-canonical")
    return taxonomy


def load_taxonomy(data: bytes) -> Taxonomy:
    """Read JSON in any layout; a key given twice is refused, text is brought to NFC."""
    try:
        document = _nfc(json.loads(data.decode("utf-8"), object_pairs_hook=_distinct))
    except TaxonomyError:
        raise
    except (ValueError, RecursionError) as error:
        raise TaxonomyError(problem="not-json") from error
    return read_taxonomy(document)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        _refuse("repeated")
    return found


def _nfc(value: Any) -> Any:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_nfc(item) for item in value]
    return {key: _nfc(item) for key, item in value.items()} if isinstance(value, dict) else value


def default_taxonomy() -> Taxonomy:
    """The taxonomy that a new instance begins with."""
    return load_taxonomy(DEFAULT.read_bytes())


def taxonomy_sha256(taxonomy: Taxonomy) -> str:
    """SHA-256 of the canonical JSON, in lower-case hexadecimal: what the log pins."""
    return hashlib.sha256(dump_taxonomy(taxonomy)).hexdigest()


def check_successor(old: Taxonomy, new: Taxonomy) -> None:
    """Check that ``new`` may follow ``old``: the version grows, and no code comes to mean something else.

    A label may be reworded, a category added or left out; a concern may not turn into praise or into
    a remedy, and a remedy may not move to another part, for then figures of two years could not be compared.
    A code that was left out stays burnt: compare with every version kept, not only with the last.

    Raises :class:`TaxonomyError` with the problem ``version-not-newer`` or ``code-reused``.
    """
    if new.version <= old.version:
        _refuse("version-not-newer")
    before, after = _meanings(old), _meanings(new)
    for code in sorted(before.keys() & after.keys()):
        if before[code] != after[code]:
            _refuse("code-reused", code)


def _meanings(taxonomy: Taxonomy) -> dict[str, str]:
    themes = {item.code: "theme" for item in taxonomy.themes}
    concerns = {item.code: "praise" if item.praise else "concern" for item in taxonomy.categories}
    remedies = {item.code: f"remedy {item.part}" for item in taxonomy.remedies}
    return themes | concerns | remedies
