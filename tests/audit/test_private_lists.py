"""Differentially private lists in the log: what a portal that lies about one can be told by."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from portal.audit.private_lists import overspent
from portal.crypto.canonical import dump_canonical
from portal.findings.private import parse_release
from tests.audit import tampering
from tests.audit.rich import PRIVATE, WITH_BALLOTS, Rich
from tests.audit.support import Files, digest, names
from tests.audit.tampering import lied

NAME = f"results/{WITH_BALLOTS}/private-categories.json"
OPENED = f"{WITH_BALLOTS}/categories"


def redrawn(rich: Rich, change: Callable[[dict[str, Any]], None]) -> Files:
    """The export with another list in its place: leaf, file and log are made to fit and signed anew."""
    file = json.loads(rich.files[NAME])
    change(file["publication"])
    sha256 = digest(dump_canonical(file["publication"]))
    leaf = _with_digest(file["leaf"].encode(), sha256)
    made = Rich({**rich.files, NAME: dump_canonical({**file, "leaf": leaf.decode()})}, rich.log, rich.policy)

    def rewrite(leaves: tampering.Numbered) -> tampering.Numbered:
        return [(place, _with_digest(data, sha256)) for place, data in leaves]

    return lied(made, rewrite)


def _with_digest(data: bytes, sha256: str) -> bytes:
    leaf = json.loads(data)
    if (leaf["type"], leaf["v"]) == ("finding", 3) and leaf["list"] == "categories":
        leaf["publication_sha256"] = sha256
    return dump_canonical(leaf)


def opened(rich: Rich, change: Callable[[dict[str, Any]], None]) -> Files:
    """The same with other openings."""
    openings = json.loads(rich.files["openings.json"])
    change(openings)
    return {**rich.files, "openings.json": dump_canonical(openings)}


def _row(document: dict[str, Any], count: int) -> None:
    document["rows"][0]["count"] = count


REDRAWN = {
    "nothing": (lambda d: None, set()),
    "a row left out": (lambda d: d["rows"].pop(), {"published-rows-not-of-counts"}),
    "a row of no category": (lambda d: d["rows"].append({"code": "Z9", "count": 0}), {"published-rows-not-of-counts"}),
    "more comments than there are": (
        lambda d: (d.update(ballots=10**6), _row(d, 10**6)),
        {"private-of-other-ballots", "published-rows-not-of-counts"},
    ),
    "a row beyond all comments": (lambda d: _row(d, 10**6), {"publication-malformed"}),
    "more ballots for a person": (
        lambda d: (d["person"].update(ballots=4), d["noise"].update(scale=9)),
        {"private-of-other-ballots", "published-rule-not-of-settings"},
    ),
    "another scale": (lambda d: d["noise"].update(scale=1), {"publication-malformed"}),
    "less noise than was promised": (
        lambda d: d["noise"].update(epsilon_milli=2000, scale=4), {"published-rule-not-of-settings"}
    ),
    "more rows than were promised": (
        lambda d: (d["person"].update(rows_of_a_ballot=3), d["noise"].update(scale=10)),
        {"published-rule-not-of-settings", "counts-not-of-codings"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", REDRAWN)
def test_a_list_that_was_signed_anew_is_named(rich, how) -> None:
    change, expected = REDRAWN[how]
    found = names(rich.judged(redrawn(rich, change)))
    # which rows a lot draws may be the same with more of them
    assert found == expected or found == expected - {"counts-not-of-codings"}


def test_a_row_further_off_than_noise_reaches_is_named(rich) -> None:
    # given a consultation with so many comments that a row could stand far from its count
    counts = json.loads(rich.files["openings.json"])["private"][OPENED]["counts"]
    far = parse_release(dump_canonical(json.loads(rich.files[NAME])["publication"])).plan.margin(1e-12)
    files = opened(rich, lambda o: o["private"][OPENED]["counts"].update(dict.fromkeys(counts, far + 7)))
    assert {"published-rows-not-of-counts", "counts-not-of-codings"} <= names(rich.judged(files))


OPENINGS = {
    "counts changed": (
        lambda o: o["private"][OPENED]["counts"].update(C1=0),
        {"counts-commitment-does-not-open", "counts-not-of-codings"},
    ),
    "another lot": (lambda o: o["private"][OPENED].update(lot="00" * 32), {"counts-commitment-does-not-open"}),
    "another salt": (lambda o: o["private"][OPENED].update(salt="00" * 32), {"counts-commitment-does-not-open"}),
    "a lot that is none": (lambda o: o["private"][OPENED].update(lot="x"), {"openings-malformed"}),
    "withheld": (lambda o: o["private"].pop(OPENED), {"opening-missing"}),
    "of no list": (lambda o: o["private"].update({"khac/units": o["private"][OPENED]}), {"opening-of-no-publication"}),
    "a key added": (lambda o: o["private"][OPENED].update(note="x"), {"openings-malformed"}),
    "a promise that was not frozen": (
        lambda o: o["consultations"][WITH_BALLOTS]["settings"].pop("private"),
        {"settings-not-as-logged", "published-rule-not-of-settings"},
    ),
    "a promise beyond a year's budget": (
        lambda o: o["consultations"][WITH_BALLOTS]["settings"]["private"].update(units=1500),
        {"settings-not-as-logged", "published-rule-not-of-settings", "private-budget-overspent"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("how", OPENINGS)
def test_openings_of_lists_that_were_changed_are_named(rich, how) -> None:
    change, expected = OPENINGS[how]
    found = names(rich.judged(opened(rich, change)))
    assert found == expected or found == expected | {"counts-not-of-codings"}


def test_openings_of_the_version_before_are_read_and_said_not_to_hold_lists(rich) -> None:
    files = opened(rich, lambda o: (o.update(v=4), o.pop("private")))
    verdict = rich.judged(files)
    assert verdict.ok
    assert [text for text in verdict.skipped if text.startswith("private lists")]


def test_a_list_that_no_leaf_names_is_named(rich) -> None:
    files = {**rich.files, "results/thu-2026/private-units.json": rich.files[NAME]}
    assert names(rich.judged(files)) == {"publication-not-logged"}


def test_a_year_holds_two_units_of_epsilon() -> None:
    kept = {"categories": PRIVATE["private_categories"], "units": PRIVATE["private_units"], "rows": 2}
    year = [{"opens": "2026-11-30", "private": kept}, {"opens": "2026-01-05"}, {"opens": "2027-01-05", "private": kept}]
    assert overspent(year) == []
    assert overspent([*year, {"opens": "2027-12-31", "private": {"units": 501, "rows": 2}}]) == ["2027"]
