"""Sentences of part I that published findings contradict, for a drafter to decide. Nothing here changes a
word.

The seed of all this: an office writes "đến nay chưa phát hiện trường hợp có biểu hiện né tránh, đùn đẩy…"
while its own people have said otherwise often enough to be published. Matching is by editable phrases
(``claims.vi.toml`` and the taxonomy's terms), so it can miss a sentence and can show one too many; it never
judges.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from portal.consultations.taxonomy import Taxonomy
from portal.reports.draft import is_praise
from portal.reports.model import Document, Heading, Sentence
from portal.reports.phrases import Phrases, load_phrases
from portal.reports.rows import natural, read_rows
from portal.reports.tables import load_file

CLAIMS = Path(__file__).parent / "claims.vi.toml"
# "hoà" and "hòa", "uỷ" and "ủy" are one spelling each: move the tone mark from the second vowel to the first.
TONE_PAIRS = re.compile(
    "([oO])([aeAE])([\u0300\u0301\u0303\u0309\u0323])|([uU])([yY])([\u0300\u0301\u0303\u0309\u0323])"
)


@dataclass(frozen=True, slots=True)
class Claims:
    """What counts as a denial, the terms a denial may deny, and affirmations that deny by themselves."""

    denials: tuple[str, ...]
    terms: Mapping[str, tuple[str, ...]]
    affirmations: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A sentence and the published codes it denies; ``block`` and ``position`` say where it stands."""

    sentence: Sentence
    codes: tuple[str, ...]
    block: int
    position: int


@cache
def load_claims(path: Path = CLAIMS) -> Claims:
    """The editable table, read once.

    :raises BadTable: with the dotted name of the first wrong key.
    """
    return load_file(Claims, path)


def contradictions(
    document: Document,
    publication: Mapping[str, Any],
    taxonomy: Taxonomy,
    *,
    claims: Claims | None = None,
    phrases: Phrases | None = None,
) -> list[Contradiction]:
    """Pairs of a sentence of part I (before its difficulties) and the published findings it denies, in text
    order.

    A published theme (a small office has no categories) is denied by a denial of any of its categories.
    """
    claims = claims or load_claims()
    published = _published(publication, taxonomy, phrases or load_phrases())
    found = []
    for place, block in document.part(1):
        if isinstance(block, Heading):
            break
        for position, sentence in enumerate(block.sentences):
            # Whatever it rests on: a drafter may say so of any sentence.
            codes = denied(sentence.text, published, taxonomy, claims)
            if codes:
                found.append(Contradiction(sentence, codes, place, position))
    return found


def _published(publication: Mapping[str, Any], taxonomy: Taxonomy, phrases: Phrases) -> dict[str, tuple[str, ...]]:
    """Each published code with the categories a denial of which denies it."""
    rows = read_rows(publication)
    published: dict[str, tuple[str, ...]] = {}
    for row in rows.categories:
        if not is_praise(row.code, taxonomy, phrases):
            published[row.code] = (row.code,)
    for row in rows.themes:
        concerns = (code for code, theme in taxonomy.counted_themes.items() if theme == row.code)
        published[row.code] = tuple(concerns)
    return published


def denied(text: str, published: Mapping[str, tuple[str, ...]], taxonomy: Taxonomy, claims: Claims) -> tuple[str, ...]:
    """The published codes that ``text`` denies, in natural order."""
    clauses = re.split(r"[.;!?](?:\s|$)", fold(text))
    codes = set()
    for code, categories in published.items():
        for name in categories:
            category = taxonomy.category_by_code.get(name)
            terms = (*(category.terms if category else ()), *claims.terms.get(name, ()))
            flat = any(_has(clause, claims.affirmations.get(name, ())) for clause in clauses)
            if flat or any(_has(clause, claims.denials) and _has(clause, terms) for clause in clauses):
                codes.add(code)
    return tuple(sorted(codes, key=natural))


def _has(clause: str, phrases: Iterable[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(fold(phrase))}(?!\w)", clause) for phrase in phrases)


def fold(text: str) -> str:
    """Lower case, single spaces, NFC, and one place for the tone mark of oa, oe, uy."""
    marked = unicodedata.normalize("NFD", " ".join(text.split()).casefold())
    moved = TONE_PAIRS.sub(lambda hit: _first_vowel(*(part for part in hit.groups() if part)), marked)
    return unicodedata.normalize("NFC", moved)


def _first_vowel(first: str, second: str, tone: str) -> str:
    return first + tone + second
