"""Disclosure control: which rows of a consultation's counts may be published, and how coarsely.

Use::

    counts = tally(codings, taxonomy, headcounts)   # one coding for every submission of the consultation
    rows = publish(counts, Rule(k=5))               # what the public sees
    for verdict in verdicts(counts, Rule(k=5)):     # why, for those who may see exact counts

What must hold
    No publication lets anyone prove ``1 <= |S| < k`` for a set S of kinds of ballots (a kind: which
    categories a ballot names, and which unit), even knowing this algorithm, the headcounts and N, the number
    of submissions. N is public: each submission is a leaf of the log. (S = all kinds says N only, which is
    nobody's secret.)

What the guarantee rests on, the "open world"
    A ballot may name any set of categories, none and all included, and a unit or none, independently of each
    other; a ballot that counts nowhere is always possible and never counted aloud. A form or a moderation
    rule that ties a unit to a category, or caps the number of categories, breaks the guarantee.

Why it holds
    Each published row says "a to b" with ``a >= k`` and at least k values; every other row can be empty. Nest
    the published rows: rows of one band hold the same ballots, rows of a higher band hold these too, rows
    whose band reaches N hold all. Take a kind of ballot met in this chain. It holds the difference of two
    neighbours, which bands at least k wide let grow to k. So either S holds one of these kinds, and can reach
    k, or it holds none, and can be empty. Where units divide the ballots as well,
    ``tests/findings/test_disclosure_scope.py`` tries every table of a small scope and every S. Four rules
    follow, and the same test has a canary for each:

    1. Bands are at least k wide (:func:`bands_from` merges the usual ones for a larger k): with N = 20,
       k = 10 and a band 15-19, the ballots outside the row would be 1 to 5.
    2. Themes are published only where categories are not, under ``themes_only_under`` ballots: beside each
       other they are nested, and a theme "10-14" over a category "5-9" and one hidden category proves that
       the hidden one has 1 to 4. The switch looks at N, which is public, and not at the number of publishable
       ballots.
    3. A unit's count may not exceed its headcount less the margin. Everybody can compute that limit, so a row
       whose band it cuts to fewer than k values is withheld: headcount 13 would turn "10-14" into exactly 10.
    4. A unit row counts ballots with or without a category. Counting only those with one would tie the lists:
       two units "5-9" beside a published category "5-9" would prove that the only hidden one has 1 to 4.

Thresholds in people
    Where everyone has up to ``e`` ballots, a rule can be asked for in people: ``k`` of them take ``e * (k - 1) + 1``
    ballots, the ``k`` of this rule (:func:`~portal.findings.rule.rule_of_settings`). Then at least k people stand
    behind each row; and nobody proves that 1 to k - 1 people wrote something of S, even knowing which ballots came
    from the same person, though not what they say. For so few people have at most ``e * (k - 1)`` ballots: who proved
    that they are so few had proved 1 to ``e * (k - 1)`` ballots in S, which is what cannot be proved.
    ``tests/findings/test_disclosure_people.py`` tries every way to write of a small scope.

Not covered here: publishing again after one more ballot, two-way tables, trends. A consultation publishes
once, and such tables need a gate of their own. Against ``a`` submitters who pool what they wrote, the threshold
is worth k - a.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from portal.consultations.taxonomy import Taxonomy, taxonomy_sha256
from portal.findings.counts import UNCODED, Classification, Counts, tally
from portal.findings.publication import Publication, Published, Row, parse_publication
from portal.findings.rule import Band, DisclosureError, Rule, band_labelled, band_of, bands_from

__all__ = [
    "UNCODED", "Band", "Classification", "Counts", "DisclosureError", "Publication", "Published", "Reason", "Row",
    "Rule", "Verdict", "band_labelled", "band_of", "bands_from", "parse_publication", "publication_document",
    "publish", "tally", "verdicts",
]  # fmt: skip


class Reason(StrEnum):
    """Why a row is shown or not."""

    SHOWN = "shown"
    THEMES_ONLY = "themes-only"
    CATEGORIES_SHOWN = "categories-shown"
    SMALL_UNIT = "small-unit"
    UNDER_THRESHOLD = "under-threshold"
    NEARLY_WHOLE_UNIT = "nearly-whole-unit"
    NARROW_BAND = "narrow-band"

    @property
    def discreet(self) -> Reason:
        """The reason for those who must not see small cells.

        What follows from public facts (N, headcounts) stays; what tells a withheld count apart from a small
        one reads ``under-threshold``.
        """
        telling = (Reason.NEARLY_WHOLE_UNIT, Reason.NARROW_BAND)
        return Reason.UNDER_THRESHOLD if self in telling else self


@dataclass(frozen=True)
class Verdict:
    """What becomes of one row. ``table`` is categories, units or themes; ``band`` is set only when shown."""

    table: str
    code: str
    reason: Reason
    band: Band | None = None


Judgement = tuple[Reason, Band | None]


def judge(count: int, rule: Rule) -> Judgement:
    """What becomes of a figure that concerns no group of people: a band, or nothing."""
    band = band_of(count, rule.bands)
    return (Reason.UNDER_THRESHOLD, None) if band is None else (Reason.SHOWN, band)


def judge_unit(count: int, headcount: int, rule: Rule) -> Judgement:
    """The same where the figure concerns a group of ``headcount`` people."""
    limit = rule.unit_limit(headcount)
    if limit is None:
        return Reason.SMALL_UNIT, None
    reason, band = judge(count, rule)
    if band is None:
        return reason, None
    if count > limit:
        return Reason.NEARLY_WHOLE_UNIT, None
    if band.width_under(limit) < rule.k:
        return Reason.NARROW_BAND, None
    return reason, band


def verdicts(counts: Counts, rule: Rule) -> tuple[Verdict, ...]:
    """A verdict for every code of every list. As secret as ``counts``; see :attr:`Reason.discreet`."""
    few = rule.themes_only(counts.ballots)
    withheld: Judgement = (Reason.THEMES_ONLY, None)
    nested: Judgement = (Reason.CATEGORIES_SHOWN, None)
    tables: dict[str, dict[str, Judgement]] = {
        "categories": {code: withheld if few else judge(count, rule) for code, count in counts.categories.items()},
        "units": {
            code: withheld if few else judge_unit(count, counts.headcounts[code], rule)
            for code, count in counts.units.items()
        },
        "themes": {code: judge(count, rule) if few else nested for code, count in counts.themes.items()},
    }
    return tuple(
        Verdict(table, code, *judged) for table, rows in tables.items() for code, judged in sorted(rows.items())
    )


def publish(counts: Counts, rule: Rule) -> Published:
    """The rows that may be shown. An absent row always says "under the threshold, perhaps none"."""
    shown: dict[str, list[Row]] = {"categories": [], "units": [], "themes": []}
    for verdict in verdicts(counts, rule):
        if verdict.band is not None:
            shown[verdict.table].append(Row(verdict.code, verdict.band))
    lists = {table: tuple(rows) for table, rows in shown.items()}
    return Published(themes_only=rule.themes_only(counts.ballots), **lists)


def publication_document(
    *,
    consultation: str,
    title: Mapping[str, str],
    opens: date,
    closes: date,
    taxonomy: Taxonomy,
    rule: Rule,
    counts: Counts,
) -> dict[str, Any]:
    """The public document of a consultation (version 1; shape in ``publication``), ready for canonical JSON.

    ``title`` has the keys ``vi`` and ``en``. Raises :class:`DisclosureError` for a title or name that version
    1 cannot hold, or for a rule that differs in what version 1 fixes.
    """
    return Publication(
        consultation=consultation,
        title_vi=title["vi"],
        title_en=title["en"],
        opens=opens,
        closes=closes,
        taxonomy_version=taxonomy.version,
        taxonomy_sha256=taxonomy_sha256(taxonomy),
        rule=rule,
        rows=publish(counts, rule),
    ).as_document()
