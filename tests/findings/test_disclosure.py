"""Rules, bands, counting and verdicts."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.consultations.taxonomy import default_taxonomy
from portal.findings.disclosure import (
    Band,
    Counts,
    DisclosureError,
    Reason,
    Row,
    Rule,
    band_labelled,
    band_of,
    bands_from,
    publish,
    tally,
    verdicts,
)

HEADCOUNTS = {"A": 17, "B": 13, "C": 9}
TAXONOMY = default_taxonomy()


def coding(categories: str = "", unit: str | None = None, *flags: str) -> dict[str, Any]:
    """A decided coding; ``categories`` are separated by spaces."""
    return {"categories": categories.split(), "unit": unit, "flags": list(flags)}


def counts(ballots: int = 100, headcounts: dict[str, int] | None = None, **tables: dict[str, int]) -> Counts:
    """Counts with the tables given and none else."""
    people = headcounts or dict.fromkeys(tables.get("units", {}), 30)
    return Counts(
        ballots=ballots,
        categories=tables.get("categories", {}),
        themes=tables.get("themes", {}),
        units=tables.get("units", {}),
        headcounts=people,
    )


def labels(bands: tuple[Band, ...]) -> list[str]:
    return [band.label for band in bands]


def test_the_default_rule_has_the_bands_of_the_design() -> None:
    assert labels(Rule().bands) == ["5-9", "10-14", "15-19", "20-29", "30-49", "50+"]
    assert (Rule().k, Rule().k_paraphrase) == (5, 10)


@pytest.mark.parametrize(
    ("k", "expected"),
    [
        (7, ["7-14", "15-29", "30-49", "50+"]),
        (10, ["10-19", "20-29", "30-49", "50+"]),
        (30, ["30+"]),
        (80, ["80+"]),
    ],
)
def test_bands_of_a_larger_threshold_merge(k: int, expected: list[str]) -> None:
    assert labels(bands_from(k)) == expected


@given(k=st.integers(3, 200), count=st.integers(0, 400))
def test_every_count_from_the_threshold_on_has_one_band_at_least_k_wide(k: int, count: int) -> None:
    bands = bands_from(k)
    holding = [band for band in bands if band.holds(count)]
    assert len(holding) == (count >= k)
    assert band_of(count, bands) == (holding[0] if holding else None)
    assert all(band.width_under(10**6) >= k for band in bands)
    assert all(band_labelled(band.label, bands) == band for band in bands)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"k": 2, "k_paraphrase": 10}, "disclosure-threshold"),
        ({"k": 12, "k_paraphrase": 10}, "disclosure-threshold"),
        ({"unit_margin": -1}, "disclosure-limits"),
        ({"bands": (Band(4, 9), Band(10, None))}, "disclosure-bands-gap"),
        ({"bands": (Band(5, 9), Band(11, None))}, "disclosure-bands-gap"),
        ({"bands": (Band(5, 9), Band(10, 19))}, "disclosure-bands-gap"),
        ({"bands": (Band(5, None), Band(10, None))}, "disclosure-bands-gap"),
        ({"bands": (Band(5, 8), Band(9, None))}, "disclosure-bands-narrow"),
        ({"k": 10, "bands": (Band(10, 14), Band(15, None))}, "disclosure-bands-narrow"),
    ],
)
def test_a_rule_that_would_not_hold_cannot_be_built(given: dict[str, Any], code: str) -> None:
    with pytest.raises(DisclosureError) as refused:
        Rule(**given)
    assert refused.value.code == code


def test_a_ballot_counts_once_for_each_category_and_theme() -> None:
    # given a ballot that names one category twice and two of one theme, and one of both themes
    codings = [coding("C1 C1 C2", "A"), coding("C2 D1", "A")]
    # when they are counted
    found = tally(codings, TAXONOMY, HEADCOUNTS)
    # then the unit is the ballot
    assert found.ballots == 2
    assert {code: n for code, n in found.categories.items() if n} == {"C1": 1, "C2": 2, "D1": 1}
    assert found.themes == {"C": 2, "D": 1}
    assert found.units == {"A": 2, "B": 0, "C": 0}


def test_praise_counts_for_no_theme() -> None:
    found = tally([coding("C12", "B"), coding("C12 C1")], TAXONOMY, HEADCOUNTS)
    assert (found.categories["C12"], found.themes["C"], found.units["B"]) == (2, 1, 1)


def test_a_unit_counts_without_any_category() -> None:
    """Tying the two would leak; see the canary in test_disclosure_scope."""
    assert tally([coding("", "A")], TAXONOMY, HEADCOUNTS).units["A"] == 1


@pytest.mark.parametrize("flag", ["no_publishable", "denunciation"])
def test_flagged_ballots_are_submissions_and_nothing_else(flag: str) -> None:
    found = tally([coding("C1 C2", "A", flag), coding("C1", "A")], TAXONOMY, HEADCOUNTS)
    assert (found.ballots, found.categories["C1"], found.categories["C2"]) == (2, 1, 0)
    assert (found.themes["C"], found.units["A"]) == (1, 1)


def test_counts_name_every_code_so_that_a_zero_is_a_fact() -> None:
    found = tally([], TAXONOMY, HEADCOUNTS)
    assert set(found.categories) == {item.code for item in TAXONOMY.categories}
    assert set(found.themes) == {"C", "D"}
    assert {n for table in (found.categories, found.themes, found.units) for n in table.values()} == {0}


@pytest.mark.parametrize("wrong", [coding("C99"), coding("R1"), coding("C1", "Z")])
def test_a_code_of_another_consultation_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DisclosureError) as refused:
        tally([wrong], TAXONOMY, HEADCOUNTS)
    assert refused.value.code == "disclosure-unknown-code"


@pytest.mark.parametrize(
    "tables",
    [{"categories": {"C1": 11}}, {"categories": {"C1": -1}}, {"units": {"A": 6, "B": 5}}],
)
def test_counts_that_no_ballots_have_are_refused(tables: dict[str, dict[str, int]]) -> None:
    with pytest.raises(DisclosureError):
        counts(10, **tables)


def test_counts_are_written_and_read_back() -> None:
    found = tally([coding("C1 D2", "A"), coding("C12")], TAXONOMY, HEADCOUNTS)
    assert Counts.from_document(found.as_document()) == found


@pytest.mark.parametrize("wrong", [{"v": 2}, {"ballots": True}, {"units": []}, {"themes": {"C": "1"}}, {"total": 3}])
def test_other_counts_are_not_read(wrong: dict[str, Any]) -> None:
    document = tally([coding("C1")], TAXONOMY, HEADCOUNTS).as_document()
    with pytest.raises(DisclosureError):
        Counts.from_document(document | wrong)


def test_rows_are_shown_from_the_threshold_on_in_bands() -> None:
    # given counts on both sides of the threshold and of a band's edge
    found = counts(categories={"C9": 4, "C1": 5, "C10": 9, "C2": 10, "D1": 50})
    # when they are published
    rows = publish(found, Rule())
    # then the small one is absent and nothing says so
    assert [(row.code, row.band.label) for row in rows.categories] == [
        ("C1", "5-9"), ("C10", "5-9"), ("C2", "10-14"), ("D1", "50+"),
    ]  # fmt: skip
    assert (rows.units, rows.themes, rows.themes_only) == ((), (), False)


@pytest.mark.parametrize(("ballots", "themes_only"), [(19, True), (20, False)])
def test_under_twenty_ballots_only_themes_are_shown(ballots: int, themes_only: bool) -> None:
    found = counts(ballots, categories={"C1": 12}, themes={"C": 12}, units={"A": 12})
    rows = publish(found, Rule())
    shown = [bool(rows.categories), bool(rows.units), bool(rows.themes)]
    assert (rows.themes_only, shown) == (themes_only, [not themes_only, not themes_only, themes_only])


@pytest.mark.parametrize(
    ("headcount", "count", "reason"),
    [
        (9, 6, Reason.SMALL_UNIT),
        (10, 6, Reason.SMALL_UNIT),  # 5, 6 or 7 is too narrow a band
        (11, 8, Reason.SMALL_UNIT),
        (12, 4, Reason.UNDER_THRESHOLD),
        (12, 9, Reason.SHOWN),
        (12, 10, Reason.NEARLY_WHOLE_UNIT),
        (13, 10, Reason.NARROW_BAND),  # "10-14" would say exactly 10
        (16, 13, Reason.NARROW_BAND),
        (17, 14, Reason.SHOWN),
        (17, 15, Reason.NEARLY_WHOLE_UNIT),
    ],
)
def test_a_unit_row_needs_people_margin_and_width(headcount: int, count: int, reason: Reason) -> None:
    found = counts(units={"A": count}, headcounts={"A": headcount})
    (verdict,) = verdicts(found, Rule())
    assert verdict.reason is reason
    assert [row.code for row in publish(found, Rule()).units] == (["A"] if reason is Reason.SHOWN else [])


def test_every_row_has_a_verdict_and_only_the_shown_have_a_band() -> None:
    found = tally([coding("C1 D1", "A")] * 30 + [coding("C2", "C")] * 6, TAXONOMY, HEADCOUNTS)
    given = verdicts(found, Rule())
    assert len(given) == len(found.categories) + len(found.themes) + len(found.units)
    assert all((verdict.band is not None) == (verdict.reason is Reason.SHOWN) for verdict in given)
    reasons = {(verdict.table, verdict.code): verdict.reason for verdict in given}
    assert reasons["themes", "C"] is Reason.CATEGORIES_SHOWN
    assert reasons["units", "C"] is Reason.SMALL_UNIT
    assert reasons["units", "A"] is Reason.NEARLY_WHOLE_UNIT


def test_the_discreet_reason_hides_what_a_withheld_count_would_tell() -> None:
    hidden = {Reason.UNDER_THRESHOLD, Reason.NEARLY_WHOLE_UNIT, Reason.NARROW_BAND}
    assert {reason.discreet for reason in hidden} == {Reason.UNDER_THRESHOLD}
    assert all(reason.discreet is reason for reason in Reason if reason not in hidden)


@given(
    ballots=st.integers(20, 400),
    data=st.data(),
    k=st.integers(3, 20),
)
def test_what_is_shown_is_true_and_what_is_absent_can_be_none(ballots: int, data: st.DataObject, k: int) -> None:
    """Emptying every absent row changes nothing that is published."""
    # given any counts
    codes = [f"C{number}" for number in range(1, 7)]
    table = {code: data.draw(st.integers(0, ballots)) for code in codes}
    unit = data.draw(st.integers(0, ballots))
    people = {"A": data.draw(st.integers(1, 200))}
    rule = Rule(k=k, k_paraphrase=max(k, 10))
    # when they are published
    rows = publish(counts(ballots, people, categories=table, units={"A": unit}), rule)
    # then bands are true
    shown = {row.code for row in rows.categories}
    assert all(row.band.holds(table[row.code]) and table[row.code] >= k for row in rows.categories)
    assert shown == {code for code, n in table.items() if n >= k}
    # and absence means "perhaps none"
    emptied = {code: n if code in shown else 0 for code, n in table.items()}
    none = {"A": unit if rows.units else 0}
    assert publish(counts(ballots, people, categories=emptied, units=none), rule) == rows


@given(headcount=st.integers(1, 120), count=st.integers(0, 120), k=st.integers(3, 12))
def test_a_shown_unit_row_always_leaves_k_values(headcount: int, count: int, k: int) -> None:
    """Everybody knows the limit, so the band is judged by what the limit leaves of it."""
    rule = Rule(k=k, k_paraphrase=12)
    for row in publish(counts(200, {"A": headcount}, units={"A": count}), rule).units:
        possible = [n for n in range(201) if row.band.holds(n) and n <= headcount - rule.unit_margin]
        assert count in possible
        assert len(possible) >= k
        assert headcount >= rule.unit_min_headcount


def test_paraphrases_need_a_band_that_starts_high_enough() -> None:
    rule = Rule()
    assert [band.label for band in rule.bands if not Row("C1", band).may_paraphrase(rule)] == ["5-9"]


def test_an_auditor_needs_neither_flask_nor_a_database() -> None:
    script = "import sys, portal.findings.disclosure; print(sorted({'flask', 'sqlalchemy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
