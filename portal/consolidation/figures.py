"""The consolidated table as a document: what its report's leaf commits to, and what a reader can recompute.

Version 1, canonical JSON (RFC 8785)::

    {"v":1, "consolidation":id, "title":{"vi","en"}, "period":{"opens","closes"},
     "taxonomy":{"version","sha256"}, "rule":{"k","offices_least"},
     "sources":[{"office","name","vkey","consultation","publication_sha256"}],
     "rows":{"categories":[{"code","low","high":null,"offices","asked"}],"themes":[...]}}

``sources`` are sorted by office and consultation: with the offices' publications at hand, everybody gets the same rows.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Any

import rfc8785

from portal.consolidation.sums import JoinRule, Line, Rows
from portal.errors import Invalid
from portal.findings.publication import CODE, HASH, SLUG

VERSION = 1


class BadFigures(Invalid):
    """A consolidated table that version 1 cannot hold, or other bytes than it would be written as."""

    code = "consolidation-figures-malformed"


@dataclass(frozen=True, order=True)
class SourceLine:
    """A publication that was added: whose, by which log, of which consultation, and its digest."""

    office: str
    consultation: str
    name: str
    vkey: str
    publication_sha256: str


@dataclass(frozen=True)
class Figures:
    """The consolidated table with what it was made from. Raises :class:`BadFigures` for what cannot be."""

    consolidation: str
    title_vi: str
    title_en: str
    opens: date
    closes: date
    taxonomy_version: int
    taxonomy_sha256: str
    rule: JoinRule
    sources: tuple[SourceLine, ...]
    rows: Rows

    def __post_init__(self) -> None:
        names = (self.consolidation, *(name for one in self.sources for name in (one.office, one.consultation)))
        digests = (self.taxonomy_sha256, *(one.publication_sha256 for one in self.sources))
        if not all(map(SLUG.fullmatch, names)) or not all(map(HASH.fullmatch, digests)):
            raise BadFigures
        titles = (self.title_vi, self.title_en, *(one.name for one in self.sources))
        if not all(words.strip() and unicodedata.is_normalized("NFC", words) for words in titles):
            raise BadFigures
        places = [(one.office, one.consultation) for one in self.sources]
        if places != sorted(set(places)) or self.opens > self.closes or self.taxonomy_version < 1:
            raise BadFigures
        for lines in (self.rows.categories, self.rows.themes):
            self._check(lines)

    def _check(self, lines: tuple[Line, ...]) -> None:
        codes = [line.code for line in lines]
        if codes != sorted(set(codes)) or not all(map(CODE.fullmatch, codes)):
            raise BadFigures
        for line in lines:
            ends = line.low >= self.rule.k and (line.high is None or line.high >= line.low)
            if not ends or not self.rule.offices_least <= line.offices <= line.asked:
                raise BadFigures

    @property
    def offices(self) -> dict[str, str]:
        """The offices' names by id."""
        return {one.office: one.name for one in self.sources}

    @property
    def digest(self) -> str:
        """SHA-256 (hex), as the ``report`` leaf names it."""
        return sha256(self.to_bytes()).hexdigest()

    def as_document(self) -> dict[str, Any]:
        """Plain JSON values; :func:`parse_figures` reads their canonical bytes back."""
        return {
            "v": VERSION,
            "consolidation": self.consolidation,
            "title": {"vi": self.title_vi, "en": self.title_en},
            "period": {"opens": self.opens.isoformat(), "closes": self.closes.isoformat()},
            "taxonomy": {"version": self.taxonomy_version, "sha256": self.taxonomy_sha256},
            "rule": asdict(self.rule),
            "sources": [asdict(one) for one in self.sources],
            "rows": {name: [asdict(line) for line in getattr(self.rows, name)] for name in ("categories", "themes")},
        }

    def to_bytes(self) -> bytes:
        """Canonical JSON; the inverse of :func:`parse_figures`."""
        return rfc8785.dumps(self.as_document())


def parse_figures(data: bytes) -> Figures:
    """Read canonical bytes of version 1, strictly; :class:`BadFigures` for anything else."""
    try:
        found = _figures(json.loads(data))
        again = found.to_bytes()
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise BadFigures from error
    if again != data:
        raise BadFigures
    return found


def _figures(document: Mapping[str, Any]) -> Figures:
    rows = {name: tuple(Line(**_whole(line)) for line in lines) for name, lines in document["rows"].items()}
    period, taxonomy, title = document["period"], document["taxonomy"], document["title"]
    return Figures(
        consolidation=document["consolidation"],
        title_vi=title["vi"],
        title_en=title["en"],
        opens=date.fromisoformat(period["opens"]),
        closes=date.fromisoformat(period["closes"]),
        taxonomy_version=_whole(taxonomy)["version"],
        taxonomy_sha256=taxonomy["sha256"],
        rule=JoinRule(**_whole(document["rule"])),
        sources=tuple(SourceLine(**one) for one in document["sources"]),
        rows=Rows(**rows),
    )


def _whole(table: Mapping[str, Any]) -> Mapping[str, Any]:
    """The table, whose numbers are integers: ``true`` and ``1.0`` equal one in Python and are none."""
    if any(isinstance(value, bool | float) for value in table.values()):
        raise BadFigures
    return table
