"""Claim codes open one set of signatures for one person; cards and signatures exclude each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import Conflict, PortalError
from portal.issuing import claims, rounds
from portal.issuing.models import Issuance
from portal.issuing.models import Person as Row
from portal.issuing.store import work
from tests.issuing.support import CONSULTATION, Person, begin, make_ready, one_round


@pytest.fixture
def ready(store, issuer, today):
    """A round whose terms are signed, and its claim codes."""
    row, codes = begin(store, issuer, today, cards=6)
    make_ready(store, issuer, row)
    return row, codes


def claim(store, issuer, row, person: Person, today, **over) -> list[bytes]:
    asked = {"staff_code": person.staff_code, "claim_code": person.claim_code, "messages": person.sent, **over}
    return claims.claim(store, issuer.atrest, row, **asked, today=today)


def refused(run) -> str:
    with pytest.raises(PortalError) as refusal:
        run()
    return refusal.value.code


def test_signatures_hold_once_they_are_unblinded(store, issuer, today, ready) -> None:
    # given somebody with a slip, who types it carelessly
    row, codes = ready
    person = Person("CB001", codes["CB001"], row.public_key)
    # when they claim
    typed = {"staff_code": " cb001 ", "claim_code": codes["CB001"].lower().replace("-", " ")}
    answer = claim(store, issuer, row, person, today, **typed)
    # then each answer unblinds to a signature of a message that the issuer has not seen
    assert person.holds(answer)
    assert not set(person.messages) & set(person.sent)
    assert rounds.figures(store, row).collected == 1


def test_the_store_keeps_digests_and_neither_code_nor_message_nor_signature(store, issuer, today, ready) -> None:
    row, codes = ready
    person = Person("CB001", codes["CB001"], row.public_key)
    answer = claim(store, issuer, row, person, today)
    stored = b"|".join(
        bytes(value) if isinstance(value, bytes) else str(value).encode()
        for table in (Row, Issuance)
        for one in store.execute(select(table.__table__)).all()
        for value in one
    )
    for secret in (*person.sent, *answer, *person.messages, codes["CB001"].encode(), codes["CB002"].encode()):
        assert secret not in stored


def test_asking_again_gives_the_same_and_other_messages_nothing(store, issuer, today, ready) -> None:
    # given one who collected
    row, codes = ready
    person = Person("CB001", codes["CB001"], row.public_key)
    first = claim(store, issuer, row, person, today)
    # when the same messages come again, as after a broken connection
    assert claim(store, issuer, row, person, today) == first
    # and when others come
    other = Person("CB001", codes["CB001"], row.public_key)
    assert refused(lambda: claim(store, issuer, row, other, today)) == "claim-collected-already"
    mixed = (*person.sent[:2], other.sent[0])
    assert refused(lambda: claim(store, issuer, row, person, today, messages=mixed)) == "claim-collected-already"
    # then exactly one set was noted
    assert len(store.scalars(select(Issuance)).all()) == 3


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"claim_code": "0000"}, "claim-code-malformed"),
        ({"claim_code": "0000-0000-0000-0000-01"}, "claim-code-malformed"),
        ({"claim_code": "0000-0000-0000-0000-00"}, "claim-unknown"),
        ({"staff_code": "CB002"}, "claim-unknown"),
        ({"staff_code": "CB999"}, "claim-unknown"),
        ({"staff_code": ""}, "claim-unknown"),
        ({"staff_code": "CB001\ud800"}, "claim-unknown"),
        ({"messages": ()}, "claim-malformed"),
        ({"messages": (b"\x01" * 256,) * 3}, "claim-malformed"),
        ({"messages": (b"\x00" * 256, b"\x01" * 256, b"\x02" * 256)}, "claim-malformed"),
        ({"messages": (b"\xff" * 256, b"\x01" * 256, b"\x02" * 256)}, "claim-malformed"),
        ({"messages": (b"\x01" * 255, b"\x01" * 256, b"\x02" * 256)}, "claim-malformed"),
        ({"messages": (b"\x01" * 256, b"\x02" * 256)}, "claim-malformed"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_noted_nowhere(store, issuer, today, ready, over, code) -> None:
    row, codes = ready
    person = Person("CB001", codes["CB001"], row.public_key)
    assert refused(lambda: claim(store, issuer, row, person, today, **over)) == code
    assert rounds.figures(store, row).collected == 0 and not store.scalars(select(Issuance)).all()


def test_only_the_days_of_collecting_count(store, issuer, today) -> None:
    # given a round that is still prepared
    row, codes = begin(store, issuer, today)
    person = Person("CB001", codes["CB001"], row.public_key)
    assert refused(lambda: claim(store, issuer, row, person, today)) == "claim-window"
    # when its terms are signed, then the first and the last day count and their neighbours do not
    make_ready(store, issuer, row)
    for day in (row.collect_from - timedelta(days=1), row.collect_until + timedelta(days=1)):
        assert refused(lambda day=day: claim(store, issuer, row, person, day)) == "claim-window"
    assert person.holds(claim(store, issuer, row, person, row.collect_until))


def test_a_code_of_another_round_opens_nothing(store, issuer, today, ready) -> None:
    # given two rounds with the same people
    row, codes = ready
    draft = rounds.RoundDraft("khac-2026", "Khác", today, today)
    second = rounds.create(store, issuer.atrest, draft)
    rounds.import_roster(store, second, rounds.members(store, row))
    claims.make_codes(store, second)
    make_ready(store, issuer, second)
    # when the first one's code is shown to the second
    person = Person("CB001", codes["CB001"], second.public_key)
    # then it is not known
    assert refused(lambda: claim(store, issuer, second, person, today)) == "claim-unknown"


def test_nobody_gets_signatures_on_a_colleagues_messages(store, issuer, today, ready) -> None:
    # given one who collected
    row, codes = ready
    first = Person("CB001", codes["CB001"], row.public_key)
    claim(store, issuer, row, first, today)
    # when another sends one of the same messages
    second = Person("CB002", codes["CB002"], row.public_key)
    mixed = (*second.sent[:2], first.sent[0])
    # then it is refused: one digest in the list would stand for two people
    assert refused(lambda: claim(store, issuer, row, second, today, messages=mixed)) == "claim-malformed"
    assert second.holds(claim(store, issuer, row, second, today))


def test_new_codes_make_old_ones_void_for_those_people_alone(store, issuer, today, ready) -> None:
    # given codes that were handed out
    row, codes = ready
    # when one person gets a new one
    slip = claims.make_code(store, row, "cb002")
    # then the old one is void and the others hold
    assert (slip.staff_code, slip.name, slip.email) == ("CB002", "Người 2", "cb2@example.org")
    old = Person("CB002", codes["CB002"], row.public_key)
    assert refused(lambda: claim(store, issuer, row, old, today)) == "claim-unknown"
    assert old.holds(claim(store, issuer, row, old, today, claim_code=slip.code))
    other = Person("CB001", codes["CB001"], row.public_key)
    assert other.holds(claim(store, issuer, row, other, today))
    # and who has collected gets none any more
    assert refused(lambda: claims.make_code(store, row, "CB002")) == "claim-collected-already"
    assert refused(lambda: claims.make_code(store, row, "CB999")) == "person-unknown"
    assert [one.staff_code for one in claims.make_codes(store, row)] == ["CB004", "CB003", "CB005"]


def test_codes_can_be_made_for_those_without_one_and_with_an_address(store, issuer, today) -> None:
    # given a roster without codes
    row, _ = begin(store, issuer, today)
    rounds.import_roster(store, row, rounds.members(store, row))
    # when only people with an address get one
    mailed = claims.make_codes(store, row, missing=True, addressed=True)
    # then the others are those who still miss theirs
    assert {one.staff_code for one in mailed} == {"CB001", "CB002", "CB004", "CB005"}
    assert [one.staff_code for one in claims.make_codes(store, row, missing=True)] == ["CB003"]
    assert claims.make_codes(store, row, missing=True) == []
    assert [one.staff_code for one in claims.make_codes(store, row, only=["CB004"])] == ["CB004"]


def test_cards_and_signatures_exclude_each_other(store, issuer, today, ready) -> None:
    row, codes = ready
    # given one who drew cards and one who collected
    claims.hand_cards(store, row, " cb001", today=today)
    collector = Person("CB002", codes["CB002"], row.public_key)
    claim(store, issuer, row, collector, today)
    # then neither gets the other kind, nor the same again
    drawer = Person("CB001", codes["CB001"], row.public_key)
    assert refused(lambda: claim(store, issuer, row, drawer, today)) == "claim-took-cards"
    assert refused(lambda: claims.hand_cards(store, row, "CB001", today=today)) == "claim-took-cards"
    assert refused(lambda: claims.make_code(store, row, "CB001")) == "claim-took-cards"
    assert refused(lambda: claims.hand_cards(store, row, "CB002", today=today)) == "claim-collected-already"
    assert refused(lambda: claims.hand_cards(store, row, "NOBODY", today=today)) == "person-unknown"
    assert refused(lambda: claims.hand_cards(store, row, "\ud800", today=today)) == "person-unknown"
    after = row.collect_until + timedelta(days=1)
    assert refused(lambda: claims.hand_cards(store, row, "CB003", today=after)) == "claim-window"


def test_no_more_cards_are_handed_out_than_were_made(store, issuer, today, ready) -> None:
    # given six half-cards and three for each person
    row, _ = ready
    claims.hand_cards(store, row, "CB001", today=today)
    claims.hand_cards(store, row, "CB002", today=today)
    # then the box is empty
    assert refused(lambda: claims.hand_cards(store, row, "CB003", today=today)) == "cards-none-left"


def test_of_many_requests_of_one_person_only_one_set_is_noted(engine, issuer, today) -> None:
    # given twenty different requests with one slip, all admitted and signed before any is noted
    key, codes = one_round(engine, issuer, today)
    people = [Person("CB001", codes["CB001"], key) for _ in range(20)]
    with Session(engine, expire_on_commit=False) as session:
        row = rounds.get(session, CONSULTATION)
        for person in people:
            claims.admit(session, row, person.asked, today=today)
    signed = [claims.sign(issuer.atrest, row, person.asked) for person in people]

    # when all are noted at the same time
    def note(person: Person) -> bool:
        try:
            with work(engine) as session:
                claims.note(session, rounds.get(session, CONSULTATION), person.asked, today=today)
        except Conflict as refusal:
            assert refusal.code == "claim-collected-already"
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        noted = list(pool.map(note, people))
    # then one may be answered, and the list holds that one's digests alone
    assert noted.count(True) == 1
    winner = people[noted.index(True)]
    assert winner.holds(signed[noted.index(True)])
    with Session(engine) as session:
        assert len(session.scalars(select(Issuance)).all()) == 3


@pytest.mark.parametrize("meanwhile", ["new-code", "cards", "closed"])
def test_what_changes_while_it_is_signed_is_seen_before_anything_leaves(engine, issuer, today, meanwhile) -> None:
    # given a request that was admitted and signed
    key, codes = one_round(engine, issuer, today, cards=3)
    person = Person("CB001", codes["CB001"], key)
    with Session(engine, expire_on_commit=False) as session:
        row = rounds.get(session, CONSULTATION)
        claims.admit(session, row, person.asked, today=today)
    claims.sign(issuer.atrest, row, person.asked)
    # when the desk does something else meanwhile
    with work(engine) as session:
        now = rounds.get(session, CONSULTATION)
        if meanwhile == "new-code":
            claims.make_code(session, now, "CB001")
        elif meanwhile == "cards":
            claims.hand_cards(session, now, "CB001", today=today)
        else:
            rounds.close(session, now, issuer.identity, issuer.issuer, today=today + timedelta(days=7))
    # then the request is not noted, so its signatures never leave
    with pytest.raises(PortalError) as refusal, work(engine) as session:
        claims.note(session, rounds.get(session, CONSULTATION), person.asked, today=today)
    expected = {"new-code": "claim-unknown", "cards": "claim-took-cards", "closed": "claim-window"}
    assert refusal.value.code == expected[meanwhile]


def test_nothing_that_is_printed_or_logged_shows_a_code(issuer, today, store, ready) -> None:
    row, codes = ready
    person = Person("CB001", codes["CB001"], row.public_key)
    assert codes["CB001"] not in repr(person.asked) and "claim_code" not in repr(person.asked)
