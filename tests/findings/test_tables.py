"""Tables from the codings to the document, without a database: what is counted, what is written, what is read."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from typing import Any

import pytest
import rfc8785

from portal.consultations.taxonomy import default_taxonomy, taxonomy_sha256
from portal.findings.disclosure import Rule, tally
from portal.findings.gate import one_way, parts_of
from portal.findings.publication import Published, Row
from portal.findings.rule import DisclosureError, band_labelled
from portal.findings.tables import Member, Table, TableCell, parse_table, table_id
from portal.findings.tables_figures import Cell, Cross, Part, Surveyed, count, cross, figures, shown
from tests.findings.attackers import LEVELS, PEOPLE, TAXONOMY, office

BANDS = Rule().bands
DAYS = (date(2026, 10, 1), date(2026, 10, 15))
H = "ab" * 32


def cell(row: str, column: str, band: str = "5-9") -> TableCell:
    return TableCell(row, column, band_labelled(band, BANDS))


def table(**other: Any) -> Table:
    return Table(
        **{
            "table": "units-gop-y",
            "kind": "units",
            "members": (Member("gop-y", *DAYS, H),),
            "taxonomy_version": 1,
            "taxonomy_sha256": taxonomy_sha256(default_taxonomy()),
            "rule": Rule(),
            "floor": (),
            "cells": (cell("C1", "P1"), cell("C10", "P2", "10-14")),
            **other,
        }
    )


# --- figures ---


@pytest.mark.parametrize("kind", ["units", "levels", "severity"])
def test_a_two_way_table_counts_ballots_by_category_and_column(kind: str) -> None:
    # given a hundred codings
    (one,) = office(100, seed=5)
    found = count(kind, [one.known], {one.name: one.cross})

    # when they are counted by hand
    def column(coding: dict[str, Any]) -> str | None:
        level = LEVELS[coding["unit"]] if coding["unit"] else coding["level"]
        return {"units": coding["unit"], "levels": level, "severity": str(coding["severity"] or "") or None}[kind]

    wanted = Counter(
        (code, where) for coding in one.codings for code in coding["categories"] if (where := column(coding))
    )
    # then every cell is there, zeros too
    assert {place: many for place, many in found.items() if many} == dict(wanted)
    assert len(found) == len(TAXONOMY.categories) * len({place[1] for place in found})


def test_a_year_adds_the_consultations_up_and_a_trend_sets_their_themes_side_by_side() -> None:
    rounds = office(30, seed=2, quarters=3)
    known, crosses = [one.known for one in rounds], {one.name: one.cross for one in rounds}
    counts = {one.name: tally(one.codings, TAXONOMY, PEOPLE) for one in rounds}
    year, trend = count("year", known, crosses), count("trend", known, crosses)
    for code in TAXONOMY.counted_themes:
        assert year[code, "all"] == sum(found.categories[code] for found in counts.values())
    assert trend == {(theme, name): found.themes[theme] for name, found in counts.items() for theme in found.themes}


def test_parts_add_up_to_what_the_lists_count() -> None:
    (one,) = office(80, seed=1)
    found, counted = one.cross, tally(one.codings, TAXONOMY, PEOPLE)
    assert sum(found.ballots.values()) == counted.ballots
    for unit in PEOPLE:
        assert sum(many for part, many in found.ballots.items() if part.unit == unit) == counted.units[unit]
    assert Cross.from_document(json.loads(rfc8785.dumps(found.as_document()))) == found


def test_what_says_nothing_lies_in_no_unit() -> None:
    said = {"categories": ["C1"], "unit": "P1", "level": "unit", "severity": 2, "flags": ["denunciation"]}
    assert cross([said], TAXONOMY, PEOPLE) == Cross({Part(): 1}, {Part(): {}})


@pytest.mark.parametrize("wrong", [{"categories": ["C99"]}, {"unit": "P99"}])
def test_a_code_of_another_consultation_is_refused(wrong: dict[str, Any]) -> None:
    said = {"categories": [], "unit": None, "level": None, "severity": None, "flags": [], **wrong}
    with pytest.raises(DisclosureError) as refused:
        cross([said], TAXONOMY, PEOPLE)
    assert refused.value.code == "disclosure-unknown-code"


def test_the_attackers_parts_hold_every_ballot_exactly_once() -> None:
    (one,) = office(60, seed=9)
    for kind in ("units", "levels", "severity"):
        parts = parts_of(one.known, {kind})
        places = [cells.cells[0].parts for cells in figures(kind, [one.known], {one.name: parts}).values()]
        assert all(inside <= set(parts) for inside in places if inside is not None)
        assert len(parts) == len(set(parts))


def test_a_small_unit_and_one_that_is_nearly_all_are_never_in_a_cell() -> None:
    said = [{"categories": ["C1"], "unit": unit, "level": None, "severity": None, "flags": []} for unit in PEOPLE]
    (one,) = office(40, seed=0)
    many = [coding for coding in said for _ in range(PEOPLE[coding["unit"]])]
    counts = count("units", [one.known], {one.name: cross(many, TAXONOMY, PEOPLE)})
    assert shown("units", [one.known], counts) == {}


def test_a_unit_whose_code_is_a_categorys_is_not_taken_for_it() -> None:
    # given a unit and a category of one code, of which only the category is published
    known = Surveyed(
        "q", 40, {"C1": "C"}, {"C1": "unit"}, {"C1": 12}, Rule(),
        Published(False, (Row("C1", band_labelled("30-49", BANDS)),), (), ()),
    )  # fmt: skip
    # when an attacker reads the lists, then each says its own
    category, unit = one_way(known)
    assert (category.cells, category.ranges) == ((Cell("q", "C1"),), ((30, 40),))
    assert (unit.cells[0].flag, unit.ranges) == (None, ((0, 4), (10, 40)))


# --- the document ---


def test_the_document_has_the_published_shape_and_nothing_else() -> None:
    assert table().as_document() == {
        "v": 1,
        "table": "units-gop-y",
        "kind": "units",
        "consultations": [
            {
                "id": "gop-y",
                "period": {"opens": "2026-10-01", "closes": "2026-10-15"},
                "publication_sha256": H,
            }
        ],
        "taxonomy": {"version": 1, "sha256": taxonomy_sha256(default_taxonomy())},
        "rule": {
            "k": 5,
            "k_paraphrase": 10,
            "bands": [[5, 9], [10, 14], [15, 19], [20, 29], [30, 49], [50, None]],
            "unit_min_headcount": 10,
        },
        "floor": [],
        "cells": [
            {"row": "C1", "column": "P1", "band": "5-9"},
            {"row": "C10", "column": "P2", "band": "10-14"},
        ],
    }


QUARTERS = tuple(Member(f"q{nth}", date(2026, 3 * nth, 1), date(2026, 3 * nth, 9), H) for nth in (1, 2))
GOOD = [
    table(),
    table(cells=()),
    table(cells=(), floor=None),
    table(table="levels-gop-y", kind="levels", cells=(cell("C1", "office"),)),
    table(table="year-2026", kind="year", members=QUARTERS, cells=(cell("C1", "all"),), floor=(cell("C2", "all"),)),
    table(table="trend-2026", kind="trend", members=QUARTERS, cells=(cell("C", "q1"), cell("C", "q2"))),
]


@pytest.mark.parametrize("good", GOOD)
def test_reading_is_the_inverse_of_writing(good: Table) -> None:
    assert parse_table(good.to_bytes()) == good


@pytest.mark.parametrize(
    "wrong",
    [
        {"table": "units-khac"},
        {"table": "levels-gop-y"},
        {"kind": "rooms"},
        {"members": ()},
        {"members": (Member("gop-y", *DAYS, "x"),)},
        {"members": QUARTERS},
        {"table": "year-2027", "kind": "year", "members": QUARTERS},
        {"cells": (cell("C2", "P1"), cell("C1", "P1"))},
        {"cells": (cell("C1", "P1"), cell("C1", "P1"))},
        {"cells": (cell("C1", "P 1"),)},
        {"floor": None},
        {"cells": (cell("C1", "P1"),), "floor": (cell("C1", "P1"),)},
        {"rule": Rule(k=10, k_paraphrase=10)},
        {"rule": Rule(unit_margin=2)},
        {"taxonomy_version": 0},
    ],
)
def test_a_table_that_version_1_cannot_hold_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(DisclosureError):
        table(**wrong)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("v", 2),
        ("note", "x"),
        ("floor", False),
        ("taxonomy.version", True),
        ("rule.unit_min_headcount", True),
        ("rule.k", "5"),
        ("rule.bands.0.1", 8),
        ("cells.0.band", "6-9"),
        ("cells.0.count", 7),
        ("cells.0.row", 1),
        ("consultations.0.period.opens", "2026-W40-1"),
        ("consultations", {}),
    ],
)
def test_other_documents_are_not_read(path: str, value: Any) -> None:
    whole = table().as_document()
    at: Any = whole
    *parents, last = [int(step) if step.isdecimal() else step for step in path.split(".")]
    for step in parents:
        at = at[step]
    at[last] = value
    with pytest.raises(DisclosureError):
        parse_table(rfc8785.dumps(whole))


@pytest.mark.parametrize("data", [b"", b"[]", b"null", table().to_bytes() + b"\n", b"{" * 5000])
def test_what_is_not_canonical_is_not_read(data: bytes) -> None:
    with pytest.raises(DisclosureError):
        parse_table(data)


@pytest.mark.parametrize(("kind", "subject"), [("units", "X"), ("rooms", "gop-y"), ("year", "26"), ("year", "gop-y")])
def test_other_names_are_no_tables(kind: str, subject: str) -> None:
    with pytest.raises(DisclosureError):
        table_id(kind, subject)
