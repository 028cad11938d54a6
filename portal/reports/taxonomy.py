"""What drafting needs of a taxonomy document: labels, themes, praise, and the remedy of each concern."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.reports.errors import BadTable
from portal.reports.phrases import Phrases
from portal.reports.rows import natural


@dataclass(frozen=True, slots=True)
class RemedyName:
    """A remedy of the taxonomy: its code, its Vietnamese label, its place in the report ("II.1")."""

    code: str
    label: str
    part: str


@dataclass(frozen=True, slots=True)
class Names:
    """A taxonomy as far as a draft may know it; empty when none was given."""

    labels: Mapping[str, str]
    themes: Mapping[str, str]
    praise: frozenset[str]
    terms: Mapping[str, tuple[str, ...]]
    remedies: tuple[RemedyName, ...]
    concern_remedy: Mapping[str, str]

    def label(self, code: str) -> str | None:
        """The Vietnamese label of a category, if the taxonomy has it."""
        return self.labels.get(code)

    def theme_of(self, code: str) -> str:
        """The theme of a category; without a taxonomy, the letters of its code."""
        return self.themes.get(code) or re.sub(r"\d+$", "", code)

    def is_praise(self, code: str, phrases: Phrases) -> bool:
        """Whether a category speaks well: either table may say so, for praise must never read as blame."""
        return code in self.praise or code in phrases.praise

    @property
    def remedy_themes(self) -> frozenset[str]:
        """Themes of remedies: asked for, not complained of, so never a difficulty."""
        return frozenset(re.sub(r"\d+$", "", remedy.code) for remedy in self.remedies) | {"R"}

    def has_praise(self, theme: str) -> bool:
        """Whether a theme counts praise among its ballots, so that its row alone proves no difficulty."""
        return any(self.theme_of(code) == theme for code in self.praise)


def read_names(taxonomy: Mapping[str, Any] | None) -> Names:
    """Read a taxonomy document (version 1).

    :raises BadTable: when it lacks what a taxonomy must have.
    """
    if taxonomy is None:
        return Names({}, {}, frozenset(), {}, (), {})
    try:
        categories = taxonomy["categories"]
        remedies = [RemedyName(item["code"], item["vi"], item["part"]) for item in taxonomy["remedies"]]
        return Names(
            labels={item["code"]: item["vi"] for item in categories},
            themes={item["code"]: item["theme"] for item in categories},
            praise=frozenset(item["code"] for item in categories if item.get("praise")),
            terms={item["code"]: tuple(item.get("terms", ())) for item in categories},
            remedies=tuple(sorted(remedies, key=lambda remedy: natural(remedy.part))),
            concern_remedy=dict(taxonomy["concern_remedy"]),
        )
    except (KeyError, TypeError) as error:
        raise BadTable(key="taxonomy") from error
