"""Dealing comments to readers: even, from the log alone, and by nobody's choice; taking and handing back."""

from __future__ import annotations

import hashlib
from collections import Counter

import pytest

from portal.errors import Conflict, Invalid
from portal.ledger.log import read_leaf
from portal.moderation import assignment, recusal
from portal.moderation.models import Handover
from tests.moderation.two import NAMES, Pair
from tests.rounds import moderator

NOTE = bytes(assignment.NOTE_SIZE)


def fallen(pair: Pair, places: list[int] | None = None) -> dict[int, list[str]]:
    """Leaf -> the moderators to whom that comment falls, in order."""
    names = {moderator(pair.session, name).id: name for name in NAMES}
    found = assignment.assigned(pair.session, pair.row, places or pair.places())
    return {place: [names[one] for one in readers] for place, readers in found.items()}


def say(pair: Pair, name: str, index: int, note: bytes | None) -> bool:
    return assignment.say(pair.session, moderator(pair.session, name), pair.row, index, note=note)


def test_each_comment_falls_to_two_and_the_shares_are_even(pair) -> None:
    pair.send(30)
    found = fallen(pair)
    assert {len(set(readers)) for readers in found.values()} == {2}
    shares = Counter(name for readers in found.values() for name in readers)
    assert max(shares.values()) - min(shares.values()) <= len({place // assignment.BLOCK for place in found})
    # and each couple meets
    assert len({frozenset(readers) for readers in found.values()}) == 3


def test_a_comment_keeps_its_readers_while_the_log_grows_and_on_every_page(pair) -> None:
    first = pair.send(7)
    before = fallen(pair, first)
    pair.code("moderator", first[0], 1, "C1")  # a leaf between the comments
    pair.send(7)
    assert {place: readers for place, readers in fallen(pair).items() if place in first[1:]} == {
        place: readers for place, readers in before.items() if place in first[1:]
    }
    assert [fallen(pair, [place])[place] for place in first[1:]] == [before[place] for place in first[1:]]


def test_anybody_computes_it_from_the_log(pair) -> None:
    # given the rule as the module's words have it
    places = pair.send(12)
    opening = read_leaf(pair.session, pair.row.open_leaf)

    def digest(kid: str, block: int) -> bytes:
        head = b"portal/assignment/v1\0" + opening + b"\0" + block.to_bytes(8, "big")
        return hashlib.sha256(head + kid.encode()).digest()

    names = {pair.kid(name): name for name in NAMES}
    turns: Counter[int] = Counter()
    for place in places:
        block = place // 256
        order = [names[kid] for kid in sorted(names, key=lambda kid, block=block: digest(kid, block))]
        turn = turns[block]
        turns[block] += 1
        assert fallen(pair)[place] == [order[turn % 3], order[(turn + 1) % 3]]


def test_who_hands_back_is_followed_by_the_next_and_may_take_again(pair) -> None:
    (index,) = pair.send()
    first, second = fallen(pair)[index]
    (third,) = set(NAMES) - {first, second}
    assert not say(pair, first, index, NOTE)
    assert fallen(pair)[index] == [second, third]
    with pytest.raises(Conflict, match="comment-handed-back"):
        pair.code(first, index, 1, "C1")
    assert say(pair, first, index, None)
    pair.code(first, index, 1, "C1")
    # then what is coded cannot be handed back
    with pytest.raises(Conflict, match="handover-coded"):
        say(pair, first, index, NOTE)


def test_who_takes_a_comment_reads_it_instead_of_the_last_to_whom_it_fell(pair) -> None:
    (index,) = pair.send()
    first, second = fallen(pair)[index]
    (third,) = set(NAMES) - {first, second}
    assert say(pair, third, index, None)
    assert fallen(pair)[index] == [third, first]


def test_a_note_has_one_size_so_that_reasons_look_alike(pair) -> None:
    one, other = pair.send(2)
    for size in (0, assignment.NOTE_SIZE - 1, assignment.NOTE_SIZE + 1):
        with pytest.raises(Invalid, match="handover-note-size"):
            say(pair, "moderator", one, bytes(size))
    for index, letter in ((one, b"a"), (other, b"b")):
        say(pair, "moderator", index, letter * assignment.NOTE_SIZE)
    kept = [pair.session.get(Handover, (index, moderator(pair.session).id)) for index in (one, other)]
    assert [(word.taken, len(word.note)) for word in kept] == [(False, assignment.NOTE_SIZE)] * 2
    # and only whoever wrote it finds it again
    notes = {
        name: [
            found.note
            for found in assignment.page(pair.session, moderator(pair.session, name), pair.row, after=-1, limit=9)
        ]
        for name in ("moderator", "third")
    }
    assert notes == {"moderator": [word.note for word in kept], "third": [None, None]}


def test_nothing_falls_to_who_stands_back(pair) -> None:
    pair.send(9)
    account = moderator(pair.session, "third")
    recusal.recuse(pair.session, pair.atrest, account, pair.row, reason="")
    assert {frozenset(readers) for readers in fallen(pair).values()} == {frozenset(NAMES[:2])}


def test_ones_own_share_in_per_cent(pair) -> None:
    # given six comments of which two of three read each: four are an even share
    places = pair.send(6)
    account = moderator(pair.session)

    def own() -> int:
        return assignment.own_percent(pair.session, account, pair.row, total=6)

    assert own() == 0
    for done, index in enumerate(places, start=1):
        pair.code("moderator", index, 1, "C1")
        assert own() == min(100, 25 * done)
    assert assignment.own_percent(pair.session, account, pair.row, total=0) == 0
