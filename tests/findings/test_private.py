"""Private lists: what one person can change, what the noise is worth by OpenDP's reckoning, what is left to spend."""

from __future__ import annotations

import json
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from portal.consultations.private_lists import Budget, allowed
from portal.errors import PortalError
from portal.findings.private import Plan, Release, bounded, parse_release
from portal.findings.private_noise import measurement, noisy
from portal.findings.rule import DisclosureError
from tests.mutations import mutations

CODES = ("C1", "C2", "C3", "D1", "D2", "D3")
LOT = b"\7" * 32
SILENT: dict[str, Any] = {"categories": [], "flags": ["no_publishable"], "unit": None}
PLAN = Plan("categories", each=3, most=2, epsilon=1000)

ballot = st.builds(
    lambda categories, unit, flags: {"categories": sorted(categories), "unit": unit, "flags": flags},
    st.sets(st.sampled_from(CODES)), st.sampled_from((None, "P1", "P2")), st.sampled_from(([], ["denunciation"])),
)  # fmt: skip


def refused(code: str, call, *args, **more) -> None:
    with pytest.raises(PortalError) as caught:
        call(*args, **more)
    assert caught.value.code == code


def changed(one: dict[str, int], other: dict[str, int]) -> int:
    """The distance of two lists in L1."""
    return sum(abs(one[code] - other[code]) for code in one)


# --- the sensitivity ---


@given(st.data(), st.lists(ballot, min_size=3, max_size=12), st.integers(1, 3), st.integers(1, 5))
def test_one_person_changes_all_rows_by_the_sensitivity_at_most(data, ballots, each, most) -> None:
    # given a person's ballots, anywhere among those of others, when they say nothing
    own = data.draw(st.sets(st.sampled_from(range(len(ballots))), max_size=each))
    silent = [SILENT if place in own else one for place, one in enumerate(ballots)]
    for plan, codes in ((Plan("categories", each, most, 500), CODES), (Plan("units", each, 1, 500), ("P1", "P2"))):
        # then the rows together change by so much at most
        with_them, without = (bounded(those, plan, codes, lot=LOT) for those in (ballots, silent))
        assert changed(with_them, without) <= plan.sensitivity


def test_without_the_bound_a_person_changes_more() -> None:
    """The canary: a count of everything that a ballot names has no such sensitivity."""
    loud = {"categories": list(CODES), "flags": [], "unit": None}
    everything = dict.fromkeys(CODES, PLAN.each)
    assert changed(everything, dict.fromkeys(CODES, 0)) > PLAN.sensitivity
    assert sum(bounded([loud] * PLAN.each, PLAN, CODES, lot=LOT).values()) == PLAN.sensitivity


def test_a_draw_favours_no_code() -> None:
    # given 6 000 ballots that name all six codes, of which two count
    loud = {"categories": list(CODES), "flags": [], "unit": None}
    counts = bounded([loud] * 6000, PLAN, CODES, lot=LOT)
    # then each code has about 2 000: off by seven deviations would be no accident
    assert all(abs(count - 2000) < 7 * 37 for count in counts.values())


def test_codes_that_the_list_does_not_have_are_refused() -> None:
    strange = {"categories": ["X9"], "flags": [], "unit": None}
    refused("disclosure-unknown-code", bounded, [strange], PLAN, CODES, lot=LOT)


# --- the noise ---


@pytest.mark.parametrize("epsilon", [50, 100, 300, 333, 700, 1000, 1999, 2000])
@pytest.mark.parametrize(("each", "most"), [(1, 1), (3, 2), (7, 3), (9, 5)])
def test_opendp_finds_the_noise_worth_the_epsilon(epsilon, each, most) -> None:
    plan = Plan("categories", each, most, epsilon)
    assert 0 < measurement(plan).map(d_in=plan.sensitivity) <= epsilon / 1000
    # and one step less noise would not be enough
    assert plan.sensitivity / (plan.scale - 1 or 0.1) >= epsilon / 1000


def test_a_plan_with_too_little_noise_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(Plan, "scale", property(lambda plan: plan.sensitivity * 1000 // plan.epsilon - 1))
    refused("private-plan", measurement, PLAN)


def test_noise_is_as_wide_as_it_is_said_to_be() -> None:
    # given a list of 4 000 rows far from the ends
    counts = {f"C{number}": 5000 for number in range(4000)}
    off = [abs(count - 5000) for count in noisy(counts, PLAN, 10_000).values()]
    # then its mean is the scale, and one in twenty lies beyond the margin; ten deviations off would be no accident
    assert abs(sum(off) / 4000 - PLAN.scale) < 10 * PLAN.scale / 4000**0.5
    assert sum(one > PLAN.margin() for one in off) < 200 + 10 * 14
    # and the margin is the least such number
    assert sum(one > PLAN.margin() // 2 for one in off) > 200 + 10 * 14
    assert max(off) <= PLAN.margin(1e-15)


def test_every_code_has_a_row_also_of_nobody() -> None:
    rows = noisy(bounded([SILENT] * 50, PLAN, CODES, lot=LOT), PLAN, 50)
    assert tuple(rows) == CODES
    assert all(0 <= count <= 50 for count in rows.values())


# --- the budget ---


def test_promises_add_up_and_what_is_spent_is_refused() -> None:
    budget = Budget().spend("categories gop-y", 1500)
    assert budget.left == 500
    refused("private-budget-spent", budget.spend, "units gop-y", 501)
    assert budget.spend("units gop-y", 500).left == 0
    # and no list is promised twice, for whoever averages would take the noise off
    refused("private-given", budget.spend, "categories gop-y", 100)
    refused("private-budget-spent", budget.spend, "units gop-y", 0)


def test_who_may_have_such_lists() -> None:
    assert allowed(1001, with_ballots=True)
    # a thousand people, or comments without ballots, of which one person could send any number
    assert not allowed(1000, with_ballots=True)
    assert not allowed(5000, with_ballots=False)


@pytest.mark.parametrize(
    "plan",
    [
        ("themes", 3, 2, 500), ("categories", 0, 2, 500), ("categories", 3, 6, 500), ("categories", 3, 2, 49),
        ("categories", 3, 2, 2001), ("units", 3, 2, 500), ("categories", True, 2, 500), ("categories", 3, 2, 500.0),
    ],
)  # fmt: skip
def test_a_plan_out_of_range_is_refused(plan) -> None:
    refused("private-plan", Plan, *plan)


# --- the document ---

RELEASE = Release("gop-y-2026", PLAN, 1800, {"C1": 431, "C2": 0, "D1": 1800})


def test_a_release_is_read_back_and_says_what_was_promised() -> None:
    document = json.loads(RELEASE.to_bytes())
    assert parse_release(RELEASE.to_bytes()) == RELEASE
    assert document["noise"] == {"kind": "discrete-laplace", "epsilon_milli": 1000, "scale": 7}
    assert document["person"] == {"ballots": 3, "rows_of_a_ballot": 2}


@pytest.mark.parametrize(
    ("name", "value"),
    [("v", 2), ("noise", {"kind": "discrete-laplace", "epsilon_milli": 1000, "scale": 6}), ("ballots", 1799),
     ("list", "themes"), ("rows", [{"code": "C1", "count": -1}]), ("rows", [{"code": "C1", "count": True}]),
     ("rows", [{"code": "c 1", "count": 1}]), ("consultation", "Góp ý"), ("more", 1)],
)  # fmt: skip
def test_a_release_that_does_not_follow_from_its_plan_is_refused(name, value) -> None:
    with pytest.raises(DisclosureError):
        parse_release(rfc8785.dumps({**RELEASE.as_document(), name: value}))


@given(mutations(RELEASE.to_bytes()))
def test_damage_is_refused_by_name(data) -> None:
    try:
        assert parse_release(data).to_bytes() == data
    except DisclosureError as error:
        assert error.code.startswith(("private-", "disclosure-"))
