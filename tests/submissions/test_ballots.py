"""Spending a ballot with a comment: refusals by name, each ballot once, and retries that are no second time."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import func, select

from portal.ballots import redeem
from portal.ballots.models import BallotCount, Nullifier
from portal.consultations import service as consultations
from portal.crypto import ballot, receipt
from portal.crypto.collecting import HeldBallot
from portal.crypto.encoding import b64url_decode
from portal.errors import Conflict, Invalid, PortalError
from portal.ledger import events
from portal.submissions.sequencing import sequence_groups
from portal.submissions.service import accept
from portal.web.runtime import unit_of_work
from tests.ballots.support import (
    CONSULTATION,
    IssuerPair,
    bound,
    close_issuing,
    collect,
    draw_cards,
    move_to,
    open_with_ballots,
    two_issuers,
)
from tests.rounds import stored
from tests.support import Office


@dataclass
class Round:
    """A consultation with ballots on its first day: who sends, three collected ballots, three pairs of half-cards."""

    office: Office
    pair: IssuerPair
    held: tuple[HeldBallot, ...]
    cards: list[dict[str, bytes]]


@pytest.fixture
def round_(office, staff_app, log, clock, tmp_path) -> Round:
    pair = two_issuers(tmp_path, clock, cards=6)
    with staff_app.app_context(), unit_of_work() as session:
        row = open_with_ballots(session, log, clock, pair)
        made = Round(office, pair, collect(pair, "CB001"), draw_cards(pair, "CB002"))
        close_issuing(session, log, clock, pair)
        move_to(clock, row.opens)
    office.consultation = CONSULTATION
    return made


@pytest.fixture
def take(round_, staff_app, log, clock):
    """Hand in an envelope with a ballot's bytes, in a transaction of its own."""

    def run(envelope: bytes, raw: bytes, data: bytes | redeem.Verified | None):
        with staff_app.app_context(), unit_of_work() as session:
            row = consultations.get(session, CONSULTATION)
            values = {"envelope": envelope, "locator_hash": receipt.locator_hash(raw), "promise_days": 2}
            return accept(session, log, clock, row, **values, ballot=data)

    return run


def digest_of(envelope: bytes) -> bytes:
    return hashlib.sha256(envelope).digest()


def counts(app) -> tuple[int, int, int, int]:
    with app.app_context(), unit_of_work() as session:
        return (*stored(session), session.scalar(select(func.count()).select_from(Nullifier)) or 0)


def refused(take, *args) -> PortalError:
    with pytest.raises(PortalError) as caught:
        take(*args)
    return caught.value


def test_a_comment_spends_its_ballot_and_shows_it_in_the_leaf(round_, take, staff_app) -> None:
    envelope, raw = round_.office.seal()
    data = bound(round_.pair, round_.held[0], digest_of(envelope))
    answer = take(envelope, raw, data)
    # then the leaf holds the ballot, whole, and nothing more than that
    leaf = events.decode(answer.leaf)
    assert (leaf["v"], leaf["envelope_sha256"]) == (2, digest_of(envelope).hex())
    assert b64url_decode(leaf["ballot"]) == data
    assert set(leaf) == {"type", "v", "consultation", "envelope_sha256", "ballot"}
    # and the nullifier is the hash of the ballot's key
    with staff_app.app_context(), unit_of_work() as session:
        assert session.scalars(select(Nullifier.value)).all() == [ballot.parse_ballot(data).nonces[0]]
    assert counts(staff_app) == (1, 1, 1, 1)


def test_a_card_ballot_spends_both_halves_and_neither_serves_again(round_, take, staff_app) -> None:
    first, second = round_.cards[:2]
    envelope, raw = round_.office.seal()
    take(envelope, raw, ballot.card(CONSULTATION, first, digest_of(envelope)).encode())
    assert counts(staff_app) == (1, 1, 1, 2)
    # when one half is tried with a fresh other half
    one, other = first
    mixed = {one: first[one], other: second[other]}
    envelope, raw = round_.office.seal()
    refusal = refused(take, envelope, raw, ballot.card(CONSULTATION, mixed, digest_of(envelope)).encode())
    # then it is spent, and the fresh half stays good
    assert (type(refusal), refusal.code) == (Conflict, "ballot-spent")
    third = round_.cards[2]
    envelope, raw = round_.office.seal()
    good = {one: third[one], other: second[other]}
    assert take(envelope, raw, ballot.card(CONSULTATION, good, digest_of(envelope)).encode()).fresh
    assert counts(staff_app) == (2, 2, 2, 4)


def test_one_ballot_serves_one_comment(round_, take, staff_app) -> None:
    held = round_.held[0]
    envelope, raw = round_.office.seal()
    take(envelope, raw, bound(round_.pair, held, digest_of(envelope)))
    other, raw_other = round_.office.seal()
    refusal = refused(take, other, raw_other, bound(round_.pair, held, digest_of(other)))
    assert (type(refusal), refusal.code) == (Conflict, "ballot-spent")
    # then the next ballot of the same person serves that very comment
    assert take(other, raw_other, bound(round_.pair, round_.held[1], digest_of(other))).fresh
    assert counts(staff_app) == (2, 2, 2, 2)


def test_no_more_ballots_are_taken_than_the_shorter_list_has(round_, take, staff_app) -> None:
    # given an issuer that signed three ballots and listed one: its word is what the log holds
    with staff_app.app_context(), unit_of_work() as session:
        session.get(BallotCount, (CONSULTATION, ballot.COLLECTED)).most = 1
    first, raw = round_.office.seal()
    take(first, raw, bound(round_.pair, round_.held[0], digest_of(first)))
    # when an honest holder comes with another one, it is refused by name, and kept: it is the evidence
    second, raw_second = round_.office.seal()
    refusal = refused(take, second, raw_second, bound(round_.pair, round_.held[1], digest_of(second)))
    assert (type(refusal), refusal.code) == (Conflict, "ballots-used-up")
    # then a used one is still told as used, and half-cards have a count of their own
    again, raw_again = round_.office.seal()
    assert refused(take, again, raw_again, bound(round_.pair, round_.held[0], digest_of(again))).code == "ballot-spent"
    card = ballot.card(CONSULTATION, round_.cards[0], digest_of(second)).encode()
    assert take(second, raw_second, card).fresh
    assert counts(staff_app) == (2, 2, 2, 3)


def test_what_there_is_is_counted_with_the_last_list(round_, staff_app) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        rows = session.scalars(select(BallotCount).order_by(BallotCount.kind)).all()
        assert [(row.kind, row.most, row.spent) for row in rows] == [(ballot.COLLECTED, 3, 0), (ballot.CARD, 3, 0)]


def test_a_retry_is_answered_as_the_first_time_even_after_closing(round_, take, staff_app, log, clock) -> None:
    envelope, raw = round_.office.seal()
    data = bound(round_.pair, round_.held[0], digest_of(envelope))
    first, again = take(envelope, raw, data), take(envelope, raw, data)
    assert (again.leaf, again.promise, again.fresh) == (first.leaf, first.promise, False)
    # when the consultation has closed and the comment left the pool
    with staff_app.app_context(), unit_of_work() as session:
        sequence_groups(session, log, [CONSULTATION])
        consultations.close_consultation(session, log, consultations.get(session, CONSULTATION))
    clock.advance(days=60)
    late = take(envelope, raw, data)
    # then it is still the same entry, spent once
    assert (late.leaf, late.promise, late.fresh) == (first.leaf, "", False)
    assert counts(staff_app) == (1, 1, 0, 1)


def test_a_refused_comment_leaves_its_ballot_unspent(round_, take, staff_app) -> None:
    # given a receipt that serves another comment already
    envelope, raw = round_.office.seal()
    take(envelope, raw, bound(round_.pair, round_.held[0], digest_of(envelope)))
    other, _ = round_.office.seal()
    data = bound(round_.pair, round_.held[1], digest_of(other))
    # when the comment itself is refused after its ballot was checked
    assert refused(take, other, raw, data).code == "replay"
    # then nullifier and comment went together: the ballot still serves
    assert counts(staff_app) == (1, 1, 1, 1)
    assert take(other, secrets.token_bytes(10), data).fresh


def faulty(round_: Round, envelope: bytes) -> dict[str, tuple[type[PortalError], bytes | None]]:
    """A ballot for each refusal, with the kind that it gets."""
    held, digest = round_.held[0], digest_of(envelope)
    good = bound(round_.pair, held, digest)
    half = HeldBallot(held.seed, (held.signatures[0], secrets.token_bytes(256)))
    single = HeldBallot(held.seed, held.signatures[:1])
    none = HeldBallot(held.seed, (secrets.token_bytes(256), secrets.token_bytes(256)))
    one, other = round_.cards[0]
    swapped = {one: round_.cards[0][other], other: round_.cards[0][one]}
    half_card = {one: round_.cards[0][one], other: secrets.token_bytes(10)}
    return {
        "ballot-missing": (Invalid, None),
        "ballot-malformed": (Invalid, good[:-1]),
        "ballot-malformed empty": (Invalid, b""),
        "ballot-malformed longer": (Invalid, good + b"\0"),
        "ballot-malformed kind": (Invalid, good[:4] + b"\x03" + good[5:]),
        "ballot-other-consultation": (
            Conflict,
            ballot.collected("khac-2026", held.seed, held.signatures, digest).encode(),
        ),
        "ballot-forged": (Invalid, bound(round_.pair, none, digest)),
        "ballot-forged card": (Invalid, ballot.card(CONSULTATION, swapped, digest).encode()),
        "ballot-forged zeros": (Invalid, good[:4] + b"\x01" + good[5:16] + b"\x02" + bytes(len(good) - 17)),
        "ballot-of-one-issuer": (Invalid, bound(round_.pair, half, digest)),
        "ballot-of-one-issuer single": (Invalid, bound(round_.pair, single, digest)),
        "ballot-of-one-issuer card": (Invalid, ballot.card(CONSULTATION, half_card, digest).encode()),
        "ballot-moved": (Invalid, bound(round_.pair, held, digest_of(b"another envelope"))),
        "ballot-moved bit": (Invalid, good[:-1] + bytes([good[-1] ^ 1])),
    }


def test_every_faulty_ballot_is_refused_by_name_and_nothing_is_kept(round_, take, staff_app) -> None:
    envelope, raw = round_.office.seal()
    for case, (kind, data) in faulty(round_, envelope).items():
        refusal = refused(take, envelope, raw, data)
        assert (type(refusal), refusal.code) == (kind, case.split(" ")[0]), case
        assert counts(staff_app) == (0, 0, 0, 0), case


def test_no_ballot_is_taken_before_every_list_stands_in_the_log(office, staff_app, log, clock, tmp_path) -> None:
    # given a consultation whose first day came while an issuer's list is missing
    pair = two_issuers(tmp_path, clock)
    with staff_app.app_context(), unit_of_work() as session:
        row = open_with_ballots(session, log, clock, pair)
        held = collect(pair, "CB001")[0]
        move_to(clock, row.opens)
        envelope, raw = replace(office, consultation=CONSULTATION).seal()
        values = {"envelope": envelope, "locator_hash": receipt.locator_hash(raw), "promise_days": 2}
        data = bound(pair, held, digest_of(envelope))
        # then a good ballot has to wait
        with pytest.raises(Conflict) as caught:
            accept(session, log, clock, row, **values, ballot=data)
        assert caught.value.code == "ballots-not-ready"
        # and serves as soon as the lists are there
        close_issuing(session, log, clock, pair)
        assert accept(session, log, clock, row, **values, ballot=data).fresh


@pytest.mark.parametrize("days", [-1, 15])
def test_outside_its_days_a_ballot_does_not_help(round_, take, staff_app, clock, days) -> None:
    clock.advance(days=days)
    envelope, raw = round_.office.seal()
    refusal = refused(take, envelope, raw, bound(round_.pair, round_.held[0], digest_of(envelope)))
    assert (type(refusal), refusal.code) == (Conflict, "consultation-closed")
    assert counts(staff_app) == (0, 0, 0, 0)


def test_an_open_consultation_wants_no_ballot(office, round_, staff_app, log, clock) -> None:
    office.consultation = "thu-2026"
    envelope, raw = office.seal()
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, "thu-2026")
        with pytest.raises(Invalid) as caught:
            data = bound(round_.pair, round_.held[0], digest_of(envelope))
            values = {"envelope": envelope, "locator_hash": receipt.locator_hash(raw), "promise_days": 2}
            accept(session, log, clock, row, **values, ballot=data)
    assert caught.value.code == "ballot-not-needed"


def test_what_was_verified_for_one_envelope_is_verified_again_for_another(round_, take, staff_app) -> None:
    # given a ballot that was verified ahead, as the web does before it takes the write lock
    envelope, raw = round_.office.seal()
    data = bound(round_.pair, round_.held[0], digest_of(envelope))
    with staff_app.app_context(), unit_of_work() as session:
        verified = redeem.verify(session, CONSULTATION, data, envelope_sha256=digest_of(envelope))
    # when it comes with another envelope, then it does not pass for that one
    other, raw_other = round_.office.seal()
    assert refused(take, other, raw_other, verified).code == "ballot-moved"
    assert take(envelope, raw, verified).fresh
    assert counts(staff_app) == (1, 1, 1, 1)
