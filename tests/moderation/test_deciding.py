"""The rule by which the codings of a comment become what counts."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from portal.moderation.deciding import agree, combined, common, decide, settled

CODES = st.lists(st.sampled_from(["C1", "C2", "D1"]), unique=True).map(sorted)
CODINGS = st.fixed_dictionaries(
    {
        "v": st.just(1),
        "categories": CODES,
        "severity": st.none() | st.integers(1, 3),
        "level": st.sampled_from([None, "office", "unit"]),
        "unit": st.sampled_from([None, "P1", "P2"]),
        "remedies": st.lists(st.sampled_from(["R1", "R2"]), unique=True).map(sorted),
        "flags": st.lists(st.sampled_from(["denunciation", "no_publishable"]), unique=True).map(sorted),
        "paraphrase": st.sampled_from(["", "<p>Một.</p>", "<p>Hai.</p>"]),
    }
)
Coding = dict[str, Any]


@given(CODINGS, CODINGS)
def test_the_order_of_the_readers_changes_nothing_that_is_counted(one: Coding, other: Coding) -> None:
    assert agree(one, other) == agree(other, one)
    there, back = decide({1: one, 2: other}), decide({1: other, 2: one})
    assert {key: there[key] for key in there if key != "paraphrase"} == {
        key: back[key] for key in back if key != "paraphrase"
    }


@given(CODINGS, CODINGS)
def test_nothing_counts_that_one_alone_named(one: Coding, other: Coding) -> None:
    found = decide({1: one, 2: other})
    assert set(found["categories"]) <= set(one["categories"]) & set(other["categories"])
    assert found["unit"] in (None, one["unit"])
    assert found["unit"] in (None, other["unit"])
    assert set(found) == set(one)


@given(CODINGS, CODINGS)
def test_severity_remedies_and_words_are_no_difference(one: Coding, other: Coding) -> None:
    same = {**other, **{key: one[key] for key in ("categories", "unit", "flags")}}
    assert agree(one, same)
    assert settled({1: one, 2: same}, readers=2)
    assert decide({1: one, 2: same}) == combined(one, same)


@given(CODINGS, CODINGS, CODINGS)
def test_a_decision_counts_whatever_the_two_said(one: Coding, other: Coding, third: Coding) -> None:
    assert decide({1: one, 2: other, 3: {**third, "reason": "<p>Vì.</p>"}}) == third
    assert settled({1: one, 2: other, 3: third}, readers=2)


@given(CODINGS, CODINGS)
def test_alone_a_coding_counts_as_it_is(one: Coding, other: Coding) -> None:
    assert decide({1: one}) == one
    assert settled({1: one}, readers=1)
    assert not settled({1: one}, readers=2)
    assert settled({1: one, 2: other}, readers=2) == agree(one, other)


def test_two_who_share_nothing_say_that_nothing_can_be_published() -> None:
    blank = {"v": 1, "severity": None, "level": None, "unit": None, "remedies": [], "flags": [], "paraphrase": ""}
    found = common({**blank, "categories": ["C1"]}, {**blank, "categories": ["C2"]})
    assert (found["categories"], found["flags"]) == ([], ["no_publishable"])
