"""The publication document and its strict reader."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from portal.consultations.taxonomy import default_taxonomy, taxonomy_sha256
from portal.findings.disclosure import (
    Counts,
    DisclosureError,
    Rule,
    parse_publication,
    publication_document,
    publish,
)

TAXONOMY = default_taxonomy()
COUNTS = Counts(
    ballots=60,
    categories={"C1": 12, "C2": 4, "C10": 7},
    themes={"C": 15},
    units={"A": 8, "B": 3},
    headcounts={"A": 17, "B": 12},
)


def document(counts: Counts = COUNTS, rule: Rule | None = None, **other: Any) -> dict[str, Any]:
    """A publication document."""
    return publication_document(
        **{
            "consultation": "trach-nhiem",
            "title": {"vi": "Góp ý", "en": "Feedback"},
            "opens": date(2026, 10, 1),
            "closes": date(2026, 10, 15),
            "taxonomy": TAXONOMY,
            "rule": rule or Rule(),
            "counts": counts,
            **other,
        }
    )


def test_the_document_has_the_published_shape_and_nothing_else() -> None:
    assert document() == {
        "v": 1,
        "consultation": "trach-nhiem",
        "title": {"vi": "Góp ý", "en": "Feedback"},
        "period": {"opens": "2026-10-01", "closes": "2026-10-15"},
        "taxonomy": {"version": 1, "sha256": taxonomy_sha256(TAXONOMY)},
        "rule": {
            "k": 5,
            "k_paraphrase": 10,
            "bands": [[5, 9], [10, 14], [15, 19], [20, 29], [30, 49], [50, None]],
            "unit_min_headcount": 10,
            "themes_only": False,
        },
        "rows": {
            "categories": [{"code": "C1", "band": "10-14"}, {"code": "C10", "band": "5-9"}],
            "units": [{"code": "A", "band": "5-9"}],
            "themes": [],
        },
    }


def test_a_withheld_row_leaves_no_trace() -> None:
    """Counts that differ only in what is withheld give the same bytes."""
    zeros: dict[str, Any] = {
        "ballots": 60,
        "categories": {"C1": 12, "C2": 0, "C10": 7},
        "themes": {"C": 0},
        "units": {"A": 8, "B": 0},
        "headcounts": {"A": 17, "B": 12},
    }
    assert rfc8785.dumps(document(Counts(**zeros))) == rfc8785.dumps(document())


@given(
    ballots=st.integers(0, 90),
    figures=st.lists(st.integers(0, 90), min_size=4, max_size=4),
    k=st.integers(3, 30),
)
def test_reading_is_the_inverse_of_writing(ballots: int, figures: list[int], k: int) -> None:
    first, second, theme, unit = (min(figure, ballots) for figure in figures)
    counts = Counts(ballots, {"C1": first, "D1": second}, {"C": theme}, {"A": unit}, {"A": 40})
    rule = Rule(k=k, k_paraphrase=max(k, 10))
    written = document(counts, rule)
    found = parse_publication(rfc8785.dumps(written))
    assert found.as_document() == written
    assert found.rows == publish(counts, rule)
    assert (found.rule.k, found.rule.bands) == (rule.k, rule.bands)


def edited(path: str, value: Any) -> bytes:
    """The canonical document with one value replaced (or added) at a dotted path."""
    whole = document()
    at: Any = whole
    *parents, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    for step in parents:
        at = at[step]
    at[last] = value
    return rfc8785.dumps(whole)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("v", 2),
        ("total", 60),
        ("rows.other", []),
        ("rows.categories.0.count", 12),
        ("rows.categories.0.band", "10-13"),
        ("rows.categories.0.band", "12"),
        ("rows.categories.0.code", "D1"),
        ("rows.categories.1.code", "C1"),
        ("rows.categories.0.code", ""),
        ("rows.categories.0.code", 1),
        ("rows.themes", [{"code": "C", "band": "15-19"}]),
        ("rows.units", {}),
        ("rule.k", 4),
        ("rule.k", True),
        ("rule.k_paraphrase", 3),
        ("rule.themes_only", 0),
        ("rule.themes_only", True),
        ("rule.bands", []),
        ("rule.bands.0", [5, 8]),
        ("rule.bands.5", [50, 99]),
        ("rule.suppressed", 1),
        ("period.opens", "2026-10-16"),
        ("period.opens", "20261001"),
        ("period.opens", "2026-10-01T08:00"),
        ("taxonomy.sha256", "0" * 63),
        ("taxonomy.version", 0),
        ("title.vi", "Go\u0301p y\u0301"),
        ("title.vi", " "),
        ("title", "Góp ý"),
        ("consultation", "Trách nhiệm"),
        ("consultation", None),
    ],
)
def test_anything_else_is_refused(path: str, value: Any) -> None:
    with pytest.raises(DisclosureError):
        parse_publication(edited(path, value))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        json.dumps(document()).encode(),
        rfc8785.dumps(document()) + b"\n",
    ],
)
def test_only_canonical_bytes_are_read(data: bytes) -> None:
    with pytest.raises(DisclosureError):
        parse_publication(data)


def test_a_missing_key_is_refused() -> None:
    for key in document():
        whole = document()
        del whole[key]
        with pytest.raises(DisclosureError):
            parse_publication(rfc8785.dumps(whole))


@pytest.mark.parametrize("rule", [Rule(unit_margin=2), Rule(themes_only_under=10)])
def test_no_version_carries_a_margin_under_the_floor(rule: Rule) -> None:
    with pytest.raises(DisclosureError) as refused:
        document(rule=rule)
    assert refused.value.code == "publication-rule"


@pytest.mark.parametrize("change", [{"unit_margin": 5}, {"themes_only_under": 30}])
def test_a_stricter_rule_is_written_in_version_2_and_read_back(change) -> None:
    # given a rule that version 1 cannot hold, when it is written
    found = document(rule=Rule(**change))
    # then it says so, spells both out, and is read back the same
    assert found["v"] == 2
    assert (found["rule"]["unit_margin"], found["rule"]["themes_only_under"]) == (
        change.get("unit_margin", 3),
        change.get("themes_only_under", 20),
    )
    assert parse_publication(rfc8785.dumps(found)).rule == Rule(**change)
    # and neither version can be passed off as the other
    for wrong in (found | {"v": 1}, document() | {"v": 2}, found | {"rule": document()["rule"]}):
        with pytest.raises(DisclosureError):
            parse_publication(rfc8785.dumps(wrong))
