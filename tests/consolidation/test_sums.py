"""Sums of bands: honest ends, offices counted once, and nothing but what several offices published."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.consolidation.sums import JoinRule, Line, Part, added, consolidate, parts_of
from portal.findings.rule import Band, band_of, bands_from
from tests.consolidation.offices import NEWER, TAXONOMY, document, joined


def shown(number: int, rows: dict[str, str], *, themes: dict[str, str] | None = None, taxonomy=TAXONOMY, **over):
    """An office that published exactly these rows."""
    found = document(1, ballots=60, taxonomy=taxonomy, **over)
    found["rule"]["themes_only"] = themes is not None
    for table, listed in (("categories", rows), ("themes", themes or {}), ("units", {})):
        found["rows"][table] = [{"code": code, "band": band} for code, band in sorted(listed.items())]
    return joined(number, found, taxonomy)


def lines(*parts, **rule) -> dict[str, Line]:
    rows = consolidate(parts, JoinRule(**rule))
    return {line.code: line for line in (*rows.categories, *rows.themes)}


def test_lows_and_highs_are_added_and_an_absent_row_may_be_anything_below_the_threshold() -> None:
    found = lines(shown(1, {"C1": "5-9"}), shown(2, {"C1": "20-29"}), shown(3, {"D1": "5-9"}))
    assert found == {"C1": Line("C1", 25, 9 + 29 + 4, 2, 3)}


def test_an_open_band_leaves_the_sum_without_an_upper_end() -> None:
    found = lines(shown(1, {"C1": "50+"}), shown(2, {"C1": "5-9"}))
    assert found["C1"] == Line("C1", 55, None, 2, 2)


def test_what_one_office_alone_published_stays_in_its_own_list() -> None:
    assert lines(shown(1, {"C1": "50+"}), shown(2, {})) == {}


def test_two_consultations_of_one_office_are_one_office() -> None:
    first, second = shown(1, {"C1": "5-9"}), shown(1, {"C1": "5-9"}, consultation="quy-ba-b")
    assert lines(first, second) == {}
    assert lines(first, second, shown(2, {"C1": "5-9"}))["C1"] == Line("C1", 15, 27, 2, 2)


def test_small_offices_are_counted_apart_by_theme() -> None:
    small = [shown(number, {}, themes={"C": "5-9"}) for number in (1, 2)]
    found = lines(*small, shown(3, {"C1": "5-9"}), shown(4, {"C1": "5-9"}))
    assert found["C"] == Line("C", 10, 18, 2, 2)
    assert found["C1"] == Line("C1", 10, 18, 2, 2)  # the small ones could not have shown it


def test_an_office_whose_taxonomy_lacks_a_code_was_not_asked() -> None:
    old = shown(3, {"C1": "5-9"})
    found = lines(*(shown(number, {"C13": "5-9"}, taxonomy=NEWER) for number in (1, 2)), old)
    assert found["C13"] == Line("C13", 10, 18, 2, 2)


def test_a_stricter_office_may_hide_more() -> None:
    parts = [shown(1, {"C1": "5-9"}), shown(2, {"C1": "5-9"})]
    strict = document(1, ballots=60)
    strict["rule"] |= {"k": 10, "bands": [[band.low, band.high] for band in bands_from(10)]}
    strict["rows"] |= {"categories": [], "units": []}
    assert lines(*parts, joined(3, strict))["C1"].high == 9 + 9 + 9


def test_the_thresholds_of_the_consolidated_table_are_kept() -> None:
    parts = [shown(1, {"C1": "5-9"}), shown(2, {"C1": "5-9"})]
    assert lines(*parts, k=10)["C1"].low == 10
    assert lines(*parts, k=11) == {}
    assert lines(*parts, offices_least=3) == {}


@given(st.lists(st.integers(0, 120), min_size=1, max_size=12), st.integers(3, 12))
def test_whatever_was_counted_lies_in_the_sum(counts, k) -> None:
    """The real sum is never outside of what is said, for any counts and any threshold."""
    bands = bands_from(k)
    parts = [
        Part(str(number), band_of(count, bands) or Band(0, k - 1), count >= k) for number, count in enumerate(counts)
    ]
    line = added("C1", parts)
    assert line.low <= sum(counts)
    assert line.high is None or sum(counts) <= line.high


@pytest.mark.parametrize("seed", range(20))
def test_whatever_real_publishers_counted_lies_in_the_sum(seed) -> None:
    """From ballots through the real publisher: each category's true sum lies in its range."""
    chance = random.Random(seed)
    totals, parts = dict.fromkeys(TAXONOMY.counted_themes, 0), []
    for number in range(1, 6):
        counts: dict[str, int] = {}
        found = document(seed * 10 + number, ballots=chance.choice((25, 40, 90)), exact=counts)
        parts.append(joined(number, found))
        totals = {code: totals[code] + counts[code] for code in totals}
    for code in totals:
        line = added(code, list(parts_of(code, "categories", parts)))
        assert line.low <= totals[code]
        assert line.high is None or totals[code] <= line.high
