"""A round goes one way: preparing, ready, closed; what it signs is what stands in the store."""

from __future__ import annotations

import dataclasses
import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.crypto.ballot import card_hash
from portal.crypto.statements import read_closing, read_terms
from portal.errors import Conflict, Invalid, NotFound, PortalError
from portal.issuing import claims, rounds
from portal.issuing.models import Card, Person, Round
from portal.issuing.roster import Member, fingerprint
from portal.issuing.store import work
from portal.storage import forget_order
from tests.issuing.support import CONSULTATION, begin, make_ready, roster_of
from tests.issuing.support import Person as Collector


def draft(today, **over) -> rounds.RoundDraft:
    return dataclasses.replace(
        rounds.RoundDraft(CONSULTATION, "Góp ý", today, today + timedelta(days=6)), **over
    )


def test_terms_say_what_the_store_holds(store, issuer, today) -> None:
    # given a round with a roster and half-cards
    row, _ = begin(store, issuer, today, people=7, cards=6)
    # when its terms are signed
    signed = read_terms(make_ready(store, issuer, row))
    # then they are signed by this issuer and say its key, days, numbers, roster and cards
    terms = signed.terms
    assert signed.identity == issuer.identity.verifier
    assert (terms.consultation, terms.issuer, terms.each) == (CONSULTATION, "van-phong", 3)
    assert (terms.collect_from, terms.collect_until) == (today, today + timedelta(days=6))
    assert (terms.public_key, terms.roster_size) == (row.public_key, 7)
    assert terms.roster_sha256 == fingerprint(CONSULTATION, roster_of(7))
    assert list(terms.cards) == sorted(d.hex() for d in store.scalars(select(Card.key_sha256)))
    assert [(unit.code, unit.headcount) for unit in signed.about.units] == [("P1", 3), ("P2", 4)]
    # and no name of a person
    assert "Người" not in (row.terms or "")


def test_two_issuers_that_read_the_same_roster_agree_whatever_its_order_and_names() -> None:
    people = roster_of(9)
    renamed = [dataclasses.replace(one, name="X", email="") for one in reversed(people)]
    assert fingerprint(CONSULTATION, people) == fingerprint(CONSULTATION, renamed)
    moved = [dataclasses.replace(people[0], unit_code="P9"), *people[1:]]
    assert fingerprint(CONSULTATION, people) != fingerprint(CONSULTATION, moved)
    assert fingerprint(CONSULTATION, people) != fingerprint("khac-2026", people)


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"consultation": "Có dấu"}, "consultation-bad-id"),
        ({"consultation": "a"}, "consultation-bad-id"),
        ({"each": 0}, "consultation-each-ballots"),
        ({"each": 10}, "consultation-each-ballots"),
        ({"title_vi": ""}, "round-without-title"),
    ],
)
def test_a_round_that_makes_no_sense_is_refused(store, issuer, today, over, code) -> None:
    with pytest.raises(Invalid) as refused:
        rounds.create(store, issuer.atrest, draft(today, **over))
    assert refused.value.code == code


def test_the_last_day_is_not_before_the_first(store, issuer, today) -> None:
    with pytest.raises(Invalid) as refused:
        rounds.create(store, issuer.atrest, draft(today, collect_until=today - timedelta(days=1)))
    assert refused.value.code == "consultation-collecting-period"


def test_a_short_name_is_taken_once(store, issuer, today) -> None:
    rounds.create(store, issuer.atrest, draft(today))
    with pytest.raises(Conflict) as refused:
        rounds.create(store, issuer.atrest, draft(today))
    assert refused.value.code == "consultation-id-taken"


def test_every_round_has_a_key_of_its_own_and_stores_it_sealed(store, issuer, today) -> None:
    first = rounds.create(store, issuer.atrest, draft(today))
    second = rounds.create(store, issuer.atrest, draft(today, consultation="khac-2026"))
    assert first.public_key != second.public_key
    # a private key in the clear would begin with PKCS #8's head
    assert first.sealed_key is not None and b"\x02\x01\x00\x30\x0d\x06\x09\x2a\x86\x48" not in first.sealed_key
    with pytest.raises(NotFound):
        rounds.get(store, "khong-co")


@pytest.mark.parametrize(
    "people",
    [
        [],
        [*roster_of(2), roster_of(1)[0]],
        [Member("cb-nhỏ", "A", "P1", "Phòng")],
        [Member("CB1", "", "P1", "Phòng")],
        [Member("CB1", "A", "P 1", "Phòng")],
        [Member("CB1", "A", "P1", "")],
    ],
)
def test_a_malformed_roster_changes_nothing(store, issuer, today, people) -> None:
    row, _ = begin(store, issuer, today, people=4)
    with pytest.raises(Invalid) as refused:
        rounds.import_roster(store, row, people)
    assert refused.value.code == "roster-malformed"
    assert rounds.figures(store, row).people == 4


def test_a_new_roster_makes_earlier_codes_void(store, issuer, today) -> None:
    row, _ = begin(store, issuer, today)
    assert rounds.figures(store, row).with_code == 5
    rounds.import_roster(store, row, roster_of(6))
    assert rounds.figures(store, row) == rounds.Figures(people=6, with_code=0, collected=0, took_cards=0, cards=0)
    assert [one.staff_code for one in rounds.members(store, row)] == [f"CB{n:03}" for n in range(1, 7)]


def test_cards_are_kept_as_hashes_alone_and_made_again_as_a_whole(store, issuer, today) -> None:
    # given cards
    row, _ = begin(store, issuer, today)
    codes = rounds.make_cards(store, row, issuer.issuer, 6)
    assert len(set(codes)) == 6
    # then the store holds the hashes of their keys
    expected = {card_hash(code, CONSULTATION, issuer.issuer) for code in codes}
    assert set(store.scalars(select(Card.key_sha256))) == expected
    # and when they are made again, none of the first holds
    rounds.make_cards(store, row, issuer.issuer, 3)
    assert len(set(store.scalars(select(Card.key_sha256))) - expected) == 3
    for count in (-3, 4, rounds.CARDS_MOST + 2):
        with pytest.raises(Invalid) as refused:
            rounds.make_cards(store, row, issuer.issuer, count)
        assert refused.value.code == "cards-count"


def test_terms_need_a_roster(store, issuer, today) -> None:
    row = rounds.create(store, issuer.atrest, draft(today))
    with pytest.raises(Conflict) as refused:
        make_ready(store, issuer, row)
    assert refused.value.code == "round-needs-roster"


def test_signed_terms_freeze_roster_cards_and_days(store, issuer, today) -> None:
    # given signed terms
    row, _ = begin(store, issuer, today)
    make_ready(store, issuer, row)
    # when anything that they say would be changed, then it is refused
    for change in (
        lambda: rounds.change(store, row, draft(today)),
        lambda: rounds.import_roster(store, row, roster_of(2)),
        lambda: rounds.make_cards(store, row, issuer.issuer, 3),
        lambda: rounds.discard(store, row),
        lambda: make_ready(store, issuer, row),
    ):
        with pytest.raises(Conflict) as refused:
            change()
        assert refused.value.code == "round-frozen"


def test_going_back_ends_with_the_first_who_collects(store, issuer, today) -> None:
    # given signed terms that nobody used
    row, _ = begin(store, issuer, today, cards=3)
    make_ready(store, issuer, row)
    rounds.reopen(store, row)
    assert (row.state, row.terms) == ("preparing", None)
    with pytest.raises(Conflict) as early:
        rounds.reopen(store, row)
    assert early.value.code == "round-not-ready"
    # when somebody draws cards
    make_ready(store, issuer, row)
    claims.hand_cards(store, row, "cb001", today=today)
    # then they stand
    with pytest.raises(Conflict) as refused:
        rounds.reopen(store, row)
    assert refused.value.code == "round-collecting-began"


def test_discarding_leaves_nothing_of_a_round(store, issuer, today) -> None:
    row, _ = begin(store, issuer, today, cards=3)
    rounds.discard(store, row)
    assert rounds.listing(store) == []
    assert not store.scalars(select(Person)).all() and not store.scalars(select(Card)).all()


def test_closing_signs_the_digests_and_destroys_the_key(store, issuer, today) -> None:
    # given one who collected and one who drew cards
    row, codes = begin(store, issuer, today, cards=6)
    make_ready(store, issuer, row)
    person = Collector("CB001", codes["CB001"], row.public_key)
    asked = {"staff_code": "CB001", "claim_code": codes["CB001"], "messages": person.sent}
    claims.claim(store, issuer.atrest, row, **asked, today=today)
    claims.hand_cards(store, row, "CB002", today=today)
    # when it is too early, then it is refused
    with pytest.raises(Conflict) as early:
        rounds.close(store, row, issuer.identity, issuer.issuer, today=row.collect_until)
    assert early.value.code == "round-still-collecting"
    # when the last day is past
    after = row.collect_until + timedelta(days=1)
    statement = rounds.close(store, row, issuer.identity, issuer.issuer, today=after)
    # then the list holds the digests of what was signed, in order, and the cards
    closing = read_closing(statement, issuer.identity.verifier)
    assert closing.issued == tuple(sorted(hashlib.sha256(message).hexdigest() for message in person.sent))
    assert closing.cards == 3
    # and the key is gone, and asking again gives the same bytes
    assert (row.state, row.sealed_key) == ("closed", None)
    assert rounds.close(store, row, issuer.identity, issuer.issuer, today=after) == statement
    with pytest.raises(Conflict):
        claims.make_codes(store, row)
    with pytest.raises(Conflict) as late:
        claims.claim(store, issuer.atrest, row, **asked, today=today)
    assert late.value.code == "claim-window"


def test_a_round_that_was_never_ready_is_not_closed(store, issuer, today) -> None:
    row, _ = begin(store, issuer, today)
    with pytest.raises(PortalError) as refused:
        rounds.close(store, row, issuer.identity, issuer.issuer, today=row.collect_until + timedelta(days=1))
    assert refused.value.code == "round-not-ready"


def test_of_a_destroyed_key_no_byte_stays_in_the_files(engine, issuer, today, tmp_path) -> None:
    # given a committed round, whose sealed key stands in the store's files
    with work(engine) as session:
        row, _ = begin(session, issuer, today)
        make_ready(session, issuer, row)
        sealed = row.sealed_key
    assert sealed is not None and any(sealed[40:80] in path.read_bytes() for path in tmp_path.glob("issuer.sqlite3*"))
    # when it closes and the file is rewritten, as the issuer's process does
    with work(engine) as session:
        row = session.get(Round, CONSULTATION)
        rounds.close(session, row, issuer.identity, issuer.issuer, today=today + timedelta(days=7))
    assert forget_order(engine)
    # then no file holds any of it
    files = [path.read_bytes() for path in tmp_path.glob("issuer.sqlite3*")]
    assert files and not any(sealed[40:80] in data for data in files)


def test_people_are_erased_only_after_closing(store, issuer, today) -> None:
    # given a round that collects
    row, _ = begin(store, issuer, today, cards=6)
    make_ready(store, issuer, row)
    with pytest.raises(Conflict, match="round-not-closed"):
        rounds.forget_people(store, row)
    claims.hand_cards(store, row, "CB001", today=today)
    statement = rounds.close(store, row, issuer.identity, issuer.issuer, today=today + timedelta(days=7))
    before = rounds.figures(store, row)
    # when its people are erased, twice
    rounds.forget_people(store, row)
    rounds.forget_people(store, row)
    # then nobody is left, and what is told is what was signed
    assert rounds.members(store, row) == []
    assert rounds.figures(store, row) == before == rounds.Figures(5, 5, 0, 1, 6)
    assert rounds.close(store, row, issuer.identity, issuer.issuer, today=today) == statement
