"""Codings of two readers and decisions between them: what an auditor finds when they were falsified."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from portal.audit.openings import OpeningsMalformed, parse_openings
from portal.crypto.canonical import dump_canonical
from portal.crypto.commitment import commit
from portal.ledger import events
from tests.audit.rich import PLAIN, Rich
from tests.audit.support import Files, names, redone, relogged
from tests.audit.tampering import Change, lied, places_of
from tests.ballots.support import CONSULTATION as TWO

Item = dict[str, Any]


def codings(rich: Rich) -> list[Item]:
    """The openings of the consultation that two people read."""
    return list(json.loads(rich.files["openings.json"])["consultations"][TWO]["codings"])


def commitment(item: Item) -> str:
    document = {key: value for key, value in item.items() if key != "salt"} | {"consultation": TWO}
    return commit(bytes.fromhex(item["salt"]), document).hex()


def rewritten(rich: Rich, change: Callable[[list[Item]], None]) -> Files:
    """The export of a portal that says something else of codings, and commits to that from the beginning."""
    openings = json.loads(rich.files["openings.json"])
    items = openings["consultations"][TWO]["codings"]
    before = list(map(commitment, items))
    change(items)
    new = dict(zip(before, map(commitment, items), strict=True))

    def again(data: bytes) -> bytes:
        leaf = json.loads(data)
        return redone(data, commitment=new[leaf["commitment"]]) if leaf.get("commitment") in new else data

    files = {**rich.files, "openings.json": dump_canonical(openings)}
    return relogged(files, rich.log, lambda entries: map(again, entries))


def of_slot(items: list[Item], slot: int, nth: int = 0) -> Item:
    return [item for item in items if item["slot"] == slot][nth]


def same_coder(items: list[Item]) -> None:
    of_slot(items, 2)["coder"] = of_slot(items, 1)["coder"]


def decided_by_a_reader(items: list[Item]) -> None:
    of_slot(items, 3)["coder"] = of_slot(items, 1)["coder"]


def no_reason(items: list[Item]) -> None:
    del of_slot(items, 3)["coding"]["reason"]


def reason_of_a_reader(items: list[Item]) -> None:
    of_slot(items, 2)["coding"]["reason"] = "<p>Vì sao.</p>"


def other_decision(items: list[Item]) -> None:
    of_slot(items, 3)["coding"]["categories"] = ["C9"]


def both_otherwise(items: list[Item]) -> None:
    for slot in (1, 2):
        of_slot(items, slot, nth=1)["coding"]["categories"] = ["C9"]


def one_otherwise(items: list[Item]) -> None:
    of_slot(items, 2, nth=1)["coding"]["categories"] = ["C9"]


REWRITTEN = {
    "coder-in-two-slots": [same_coder, decided_by_a_reader],
    "decision-reason-out-of-place": [no_reason, reason_of_a_reader],
    "counts-not-of-codings": [other_decision, both_otherwise],
    "finding-with-unsettled-comment": [one_otherwise],
}


@pytest.mark.parametrize(("name", "change"), [(name, one) for name, found in REWRITTEN.items() for one in found])
def test_codings_that_say_something_else_are_named(rich, name, change) -> None:
    assert name in names(rich.judged(rewritten(rich, change)))


def test_honest_codings_rewritten_as_they_were_pass(rich) -> None:
    assert names(rich.judged(rewritten(rich, lambda _items: None))) == set()


def test_the_tags_of_coders_tell_nothing_across_comments(rich) -> None:
    tags = [item["coder"] for item in codings(rich)]
    assert len(tags) > 12
    assert len(set(tags)) == len(tags)
    assert all(len(bytes.fromhex(tag)) == 16 for tag in tags)


def slots_of(rich: Rich, comment: int) -> dict[int, int]:
    """Slot -> the newest leaf that codes the ``comment``-th comment of the consultation that two people read."""
    place = sorted({item["submission"] for item in codings(rich)})[comment]
    leaves = {at: json.loads(rich.entries[at]) for at in places_of(rich.entries, ("coding", 2))}
    return {leaf["slot"]: at for at, leaf in leaves.items() if leaf["submission"] == place}


def decision_first(rich: Rich) -> Change:
    """The first comment's decision stands where its first coding stood."""
    there = slots_of(rich, 0)
    return lambda leaves: [
        *leaves[: there[1]],
        leaves[there[3]],
        *(one for one in leaves[there[1] :] if one[0] != there[3]),
    ]


def coded_again(rich: Rich) -> Change:
    """A reader's coding is revised after the decision."""
    there = slots_of(rich, 0)
    late = redone(rich.entries[there[1]], revision=2)
    return lambda leaves: [*leaves[: there[3] + 1], (-1, late), *leaves[there[3] + 1 :]]


def one_of_one_reader(rich: Rich) -> Change:
    """A coding of version 1 among those of version 2."""
    there = slots_of(rich, 1)[1]
    leaf = {key: value for key, value in json.loads(rich.entries[there]).items() if key not in {"slot", "type", "v"}}
    plain = events.encode("coding", **leaf)
    return lambda leaves: [*leaves[:there], (-1, plain), *leaves[there + 1 :]]


def one_reader_only(rich: Rich) -> Change:
    """The second comment's second coding never was."""
    return lambda leaves: [one for one in leaves if one[0] != slots_of(rich, 1)[2]]


LEAVES = {
    "decision-without-codings": decision_first,
    "coding-after-decision": coded_again,
    "coding-versions-mixed": one_of_one_reader,
    "finding-with-half-read-comment": one_reader_only,
}


@pytest.mark.parametrize("name", LEAVES)
def test_slots_that_no_honest_portal_logs_are_named_without_any_opening(rich, name) -> None:
    files = lied(rich, LEAVES[name](rich))
    del files["openings.json"]
    assert name in names(rich.judged(files))


def test_settings_that_say_one_reader_do_not_hide_the_slots(rich) -> None:
    openings = json.loads(rich.files["openings.json"])
    assert openings["consultations"][TWO]["settings"]["readers"] == 2
    assert "readers" not in openings["consultations"][PLAIN]["settings"]
    del openings["consultations"][TWO]["settings"]["readers"]
    found = names(rich.judged({**rich.files, "openings.json": dump_canonical(openings)}))
    assert {"coding-slots-not-of-settings", "settings-not-as-logged"} <= found


def test_older_openings_stay_readable_and_know_no_slots(rich) -> None:
    openings = json.loads(rich.files["openings.json"])
    assert openings["v"] == 5
    # given what an earlier version wrote: no consultation that two people read
    plain = {PLAIN: openings["consultations"][PLAIN]}
    assert parse_openings(dump_canonical({"v": 2, "consultations": plain})).rounds == plain
    # then slots are refused in it, and a coding of any other shape everywhere
    with pytest.raises(OpeningsMalformed):
        parse_openings(dump_canonical({**openings, "v": 2}))
    for change in ({"slot": "1"}, {"slot": True}, {"who": "x"}):
        other = json.loads(rich.files["openings.json"])
        other["consultations"][TWO]["codings"][0] |= change
        with pytest.raises(OpeningsMalformed):
            parse_openings(dump_canonical(other))
