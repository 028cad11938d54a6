"""What a coding may say: a strict, canonical form, whose paraphrase bleach has cleaned."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import bleach

from portal.consultations.taxonomy import Taxonomy
from portal.errors import Invalid

FLAGS = ("denunciation", "no_publishable")
PARAPHRASE_TAGS = frozenset({"p", "br", "em", "strong", "ul", "ol", "li"})
PARAPHRASE_MAX = 2000
REASON_MAX = 500
KEYS = {"v", "categories", "severity", "level", "unit", "remedies", "flags", "paraphrase"}


@dataclass(frozen=True)
class CodingRules:
    """What a consultation lets a coding name."""

    taxonomy: Taxonomy
    units: dict[str, str]


def clean_paraphrase(html: str) -> str:
    """Rich text limited to :data:`PARAPHRASE_TAGS`, without any attribute; NFC."""
    text = unicodedata.normalize("NFC", html)
    cleaned = bleach.clean(text, tags=PARAPHRASE_TAGS, attributes={}, protocols=[], strip=True, strip_comments=True)
    return re.sub(r"\s+", " ", str(cleaned)).strip()


def normalise(raw: Any, rules: CodingRules, *, decision: bool = False) -> dict[str, Any]:
    """The canonical coding for what a browser sent; refuses by name what it cannot mean.

    A decision between two codings says why as well: ``reason``, rich text like a paraphrase, never empty.
    """
    if not isinstance(raw, dict) or set(raw) - (KEYS | {"reason"} if decision else KEYS) or raw.get("v", 1) != 1:
        raise Invalid("coding-malformed")
    coding = {
        "v": 1,
        "categories": _codes(raw, "categories", {item.code for item in rules.taxonomy.categories}),
        "severity": raw.get("severity"),
        "level": raw.get("level"),
        "unit": raw.get("unit"),
        "remedies": _codes(raw, "remedies", {item.code for item in rules.taxonomy.remedies}),
        "flags": _codes(raw, "flags", set(FLAGS)),
        "paraphrase": _paraphrase(raw.get("paraphrase", "")),
    }
    _check(coding, rules)
    return {**coding, "reason": _reason(raw.get("reason", ""))} if decision else coding


def _codes(raw: dict[str, Any], key: str, known: set[str]) -> list[str]:
    values = raw.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value in known for value in values):
        raise Invalid(f"coding-unknown-{key}")
    return sorted(set(values))


def _paraphrase(value: Any) -> str:
    return _rich(value, PARAPHRASE_MAX, "coding-paraphrase-long")


def _reason(value: Any) -> str:
    reason = _rich(value, REASON_MAX, "decision-reason-long")
    if not bleach.clean(reason, tags=set(), strip=True).strip():
        raise Invalid("decision-reason-missing")
    return reason


def _rich(value: Any, most: int, too_long: str) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise Invalid(too_long, limit=most)
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Invalid("coding-malformed")  # half a surrogate pair: no UTF-8, so no canonical JSON
    return clean_paraphrase(value)


def _check(coding: dict[str, Any], rules: CodingRules) -> None:
    if coding["severity"] is not None and (type(coding["severity"]) is not int or not 1 <= coding["severity"] <= 3):
        raise Invalid("coding-malformed")
    if coding["level"] not in (None, "office", "unit", "party"):
        raise Invalid("coding-malformed")
    if coding["unit"] is not None and not (isinstance(coding["unit"], str) and coding["unit"] in rules.units):
        raise Invalid("coding-unknown-unit")
    # A unit alone is enough: tying units to categories would let one published list unlock the other
    # (portal.findings.disclosure, rule 4).
    if not coding["categories"] and not coding["flags"] and coding["unit"] is None:
        raise Invalid("coding-empty")
    if coding["categories"] and "no_publishable" in coding["flags"]:
        raise Invalid("coding-contradiction")
