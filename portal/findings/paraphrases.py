"""Which paraphrases the committee may read: few, each once, and only behind a published row that is large enough.

A list as long as the number of comments would be an exact count, and a paraphrase under two categories would tie the
two one-way lists together. So a list holds at most :data:`SHOWN_MOST`, a paraphrase stands under one row only, and the
order says nothing of the log's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

from portal.findings.counts import UNCOUNTED_FLAGS, Classification
from portal.findings.publication import Publication

SHOWN_MOST = 5


def choose(
    codings: Iterable[Mapping[str, Any]], publication: Publication, taxonomy: Classification
) -> dict[str, list[str]]:
    """Code of a published row -> its paraphrases (cleaned HTML), sorted; a row under ``k_paraphrase`` is left out.

    Where only themes were published, the paraphrases of a theme's categories stand under the theme. The choice is
    stable: it follows digests of the texts, so that it favours no wording and nobody can draw again.
    """
    eligible = _eligible(publication, taxonomy)
    said: dict[str, set[str]] = {}
    for coding in codings:
        rows = {eligible[code] for code in coding["categories"] if code in eligible}
        if rows and coding["paraphrase"] and not UNCOUNTED_FLAGS.intersection(coding["flags"]):
            said.setdefault(coding["paraphrase"], set()).update(rows)
    chosen: dict[str, list[str]] = {code: [] for code in sorted(set(eligible.values()))}
    for text in sorted(said, key=lambda text: hashlib.sha256(text.encode()).digest()):
        row = min(said[text], key=lambda code: (len(chosen[code]), code))
        if len(chosen[row]) < SHOWN_MOST:
            chosen[row].append(text)
    return {code: sorted(texts) for code, texts in chosen.items()}


def _eligible(publication: Publication, taxonomy: Classification) -> dict[str, str]:
    """Category -> the published row under which its paraphrases may stand."""
    rows, rule = publication.rows, publication.rule
    if rows.themes_only:
        large = {row.code for row in rows.themes if row.may_paraphrase(rule)}
        return {code: theme for code, theme in taxonomy.counted_themes.items() if theme in large}
    return {row.code: row.code for row in rows.categories if row.may_paraphrase(rule)}
