"""What a pass remembers lies in files, and the quick way through plain comments is the same as the slow one."""

from __future__ import annotations

import json
import secrets
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.audit import scratch
from portal.audit.invariants import Invariants
from portal.audit.rounds import Places
from portal.audit.runs import plain_coding, plain_run
from portal.audit.scratch import Digests, Scratch
from portal.crypto.canonical import dump_canonical
from portal.ledger import events
from portal.ledger.events import BadLeaf, decode

KID, HASH = "ab" * 16, "cd" * 32
ROUND = {"consultation": "thu-2026", "settings_sha256": HASH, "taxonomy_sha256": HASH, "keys": [KID]}
ROUND |= {"opens": "2026-11-01", "closes": "2026-11-30"}
KEY = events.encode("key", action="add", kid=KID, alg="X-Wing", public_key_sha256=KID * 2)
OPEN, CLOSE = (events.encode("consultation", action=action, **ROUND) for action in ("open", "close"))


def comment(number: int, consultation: str = "thu-2026") -> bytes:
    return events.encode("submission", consultation=consultation, envelope_sha256=f"{number:064x}")


def spoiled(data: bytes, place: int, byte: int) -> bytes:
    at = place % len(data)
    return data[:at] + bytes([byte]) + data[at + 1 :]


comments = st.builds(comment, st.integers(0, 40), st.sampled_from(["thu-2026", "thu-2027", "a1"]))
leaves = st.one_of(
    comments,
    comments,
    st.builds(spoiled, comments, st.integers(0, 200), st.integers(0, 255)),
    st.builds(lambda one, other: one + b"\n" + other, comments, comments),
    st.builds(
        lambda n: events.encode("message", consultation="thu-2026", envelope_sha256=f"{n:064x}"), st.integers(0, 9)
    ),
    st.builds(
        lambda place, revision: events.encode(
            "coding", consultation="thu-2026", submission=place, commitment=HASH, revision=revision
        ),
        st.integers(0, 30),
        st.integers(0, 2),
    ),
    st.builds(
        lambda place, at, byte: spoiled(
            events.encode("coding", consultation="thu-2026", submission=place, commitment=HASH, revision=1), at, byte
        ),
        st.integers(0, 30),
        st.integers(0, 200),
        st.integers(0, 255),
    ),
    st.sampled_from([KEY, OPEN, CLOSE, b"", b"\n", b"{}", OPEN + b"\n"]),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.lists(leaves, max_size=40), st.booleans())
def test_many_at_once_say_what_one_by_one_say(entries, opened) -> None:
    history = [KEY, OPEN, *entries] if opened else entries
    quick, slow = Invariants(), Invariants()
    quick.feed_all(0, history)
    for index, data in enumerate(history):
        slow.feed(index, data)
    assert quick.finish() == slow.finish()
    assert (quick.kinds, quick.size, set(quick.rounds)) == (slow.kinds, slow.size, set(slow.rounds))
    for name, current in quick.rounds.items():
        other = slow.rounds[name]
        assert (len(current.submissions), current.coded, current.state) == (
            len(other.submissions), other.coded, other.state,
        )  # fmt: skip
        assert all((place in current.submissions) == (place in other.submissions) for place in range(-1, 50))
    quick.close()
    slow.close()


@settings(max_examples=300, deadline=None)
@given(st.lists(leaves, min_size=1, max_size=12))
def test_a_run_holds_what_the_registry_would_have_decoded(entries) -> None:
    run = plain_run(entries, 0)
    if run is None:
        with suppress(BadLeaf):
            assert (decode(entries[0])["type"], decode(entries[0])["v"]) != ("submission", 1)
        return
    for data, digest in zip(entries, run.envelopes, strict=False):
        leaf = {"consultation": run.consultation, "envelope_sha256": digest.hex(), "type": "submission", "v": 1}
        assert decode(data) == leaf
        assert dump_canonical(leaf) == data


@settings(max_examples=300, deadline=None)
@given(leaves)
def test_a_coding_is_read_as_the_registry_would_have_decoded_it(data) -> None:
    found = plain_coding(data)
    if found is not None:
        assert decode(data) == found
        return
    with suppress(BadLeaf):
        assert (decode(data)["type"], decode(data)["v"]) != ("coding", 1)


def test_places_are_those_that_were_added() -> None:
    places = Places()
    for start, count in ((3, 2), (5, 1), (9, 1), (20, 5)):
        places.add(start, count)
    assert [place for place in range(40) if place in places] == [3, 4, 5, 9, *range(20, 25)]
    assert len(places) == 9


def test_a_hash_that_stood_before_is_told_with_its_later_leaf(monkeypatch) -> None:
    # given buffers so small that everything goes through the file
    monkeypatch.setattr(scratch, "BUFFER", 120)
    digests, values = Digests(), [secrets.token_bytes(32) for _ in range(2000)]
    digests.add_all(values, 100)
    digests.add(values[7], 5000)
    digests.add(values[7], 5001)
    digests.add_all([values[1999], secrets.token_bytes(32)], 6000)
    assert sorted(digests.twice()) == [5000, 5001, 6000]
    digests.close()


def test_nothing_stands_twice_that_does_not() -> None:
    digests = Digests()
    digests.add_all([bytes([n, *bytes(31)]) for n in range(256)], 0)
    assert list(digests.twice()) == []
    digests.close()


def test_spent_erased_and_coded_are_remembered() -> None:
    found = Scratch()
    assert (found.spend(b"a" * 32), found.spend(b"b" * 32), found.spend(b"a" * 32)) == (True, True, False)
    assert (found.erase(7), found.erase(8), found.erase(7)) == (True, True, False)
    assert found.coding(3, 1) is None
    codings = ((3, 1, 1, b"x" * 32), (3, 1, 2, b"y" * 32), (4, 1, 1, b"z" * 32), (3, 2, 1, b"w" * 32))
    assert [found.code(*one) for one in codings] == [0, 1, 0, 0]
    assert (found.coding(3, 1), found.coding(3, 2)) == ((2, b"y" * 32), (1, b"w" * 32))
    assert (found.slots(3), found.slots(4), found.slots(5)) == ({1, 2}, {1}, set())
    found.close()


def test_a_leaf_decodes_only_from_what_was_written() -> None:
    data = comment(1)
    for other in (json.dumps(json.loads(data)).encode(), data + b" ", data.decode().encode("utf-16")):
        try:
            decode(other)
        except BadLeaf:
            continue
        raise AssertionError(other)
