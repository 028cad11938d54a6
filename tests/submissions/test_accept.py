"""Accepting a sealed comment: every refusal by its name, and a retry that is answered as the first time."""

import hashlib
import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import inspect, select

from portal.consultations import service as consultations
from portal.crypto import keys, receipt
from portal.errors import Conflict, Invalid, PortalError
from portal.ledger import pool
from portal.ledger.models import PoolEntry
from portal.submissions.sequencing import sequence_groups
from portal.submissions.service import accept, look_up
from portal.tlog.keys import VerifierKey
from portal.tlog.merkle import leaf_hash
from portal.tlog.promise import open_promise
from portal.tlog.proof import verify_proof
from portal.web.runtime import unit_of_work
from tests.rounds import send, stored

HASH = b"h" * 32


@pytest.fixture
def row(office, session):
    return consultations.get(session, office.consultation)


@pytest.fixture
def take(session, log, clock, row):
    """Accept an envelope with a locator's hash."""

    def run(envelope: bytes, locator_hash: bytes = HASH):
        values = {"envelope": envelope, "locator_hash": locator_hash, "promise_days": 2}
        return accept(session, log, clock, row, **values)

    return run


def refused(take, *args) -> PortalError:
    with pytest.raises(PortalError) as caught:
        take(*args)
    return caught.value


def test_an_accepted_comment_waits_with_a_promise_that_its_log_signed(office, session, log, clock, take) -> None:
    sealed, _ = office.seal()
    answer = take(sealed)
    # then the leaf names the envelope and nothing else
    digest = hashlib.sha256(sealed).hexdigest()
    expected = f'{{"consultation":"{office.consultation}","envelope_sha256":"{digest}","type":"submission","v":1}}'
    assert answer.leaf.decode() == expected
    # and the promise is of that leaf, for two days ahead
    promise = open_promise(answer.promise, VerifierKey.parse(log.vkey))
    assert (promise.leaf, promise.latest) == (leaf_hash(answer.leaf), clock.today() + timedelta(days=2))
    assert answer.fresh
    assert stored(session) == (1, 1, 1)


def test_the_same_bytes_again_are_answered_as_the_first_time(office, session, take) -> None:
    sealed, _ = office.seal()
    first, again = take(sealed), take(sealed)
    assert again == replace(first, fresh=False)
    assert stored(session) == (1, 1, 1)


def test_the_same_bytes_after_sequencing_need_no_promise(office, session, log, take) -> None:
    sealed, _ = office.seal()
    first = take(sealed)
    sequence_groups(session, log, [office.consultation])
    again = take(sealed)
    assert (again.leaf, again.promise, again.fresh) == (first.leaf, "", False)


@pytest.mark.parametrize("days", [-1, 15])
def test_outside_its_days_a_consultation_takes_nothing(office, session, clock, take, days) -> None:
    sealed, _ = office.seal()
    clock.advance(days=days)
    refusal = refused(take, sealed)
    assert (type(refusal), refusal.code) == (Conflict, "consultation-closed")
    assert stored(session) == (0, 0, 0)


def test_on_its_last_day_it_still_takes(office, clock, take) -> None:
    clock.advance(days=14)
    assert take(office.seal()[0]).fresh


def test_a_closed_consultation_takes_nothing_even_within_its_days(office, session, log, row, take) -> None:
    consultations.close_consultation(session, log, row)
    assert refused(take, office.seal()[0]).code == "consultation-closed"


def broken(sealed: bytes) -> dict[str, bytes]:
    length = int.from_bytes(sealed[4:6])
    return {
        "empty": b"",
        "another magic": b"PFE2" + sealed[4:],
        "cut": sealed[:-1],
        "longer": sealed + b"\0",
        "header cut": sealed[: 6 + length - 1],
        "header longer than the rest": sealed[:4] + b"\xff\xff" + sealed[6:],
        "header spaced": sealed[:4] + (length + 1).to_bytes(2) + b" " + sealed[6:],
        "text": "Việc khó thường bị để lại.".encode(),
    }


@pytest.mark.parametrize("how", broken(b"PFE1" + b"\0" * 100))
def test_a_damaged_envelope_is_refused(office, session, take, how) -> None:
    refusal = refused(take, broken(office.seal()[0])[how])
    assert (type(refusal), refusal.code) == (Invalid, "envelope-malformed")
    assert stored(session) == (0, 0, 0)


def test_an_envelope_for_another_consultation_is_refused(office, session, take) -> None:
    sealed, _ = replace(office, consultation="khac-2026").seal()
    assert refused(take, sealed).code == "envelope-other-consultation"
    assert stored(session) == (0, 0, 0)


@pytest.mark.parametrize("change", ["one key fewer", "one key more", "another key"])
def test_an_envelope_for_other_keys_is_refused(office, session, take, change) -> None:
    # given a sender whose page knew other keys than the consultation has
    public_key = keys.public_key(b"\7" * 32)
    stranger = keys.kid_of(public_key)
    kids = {
        "one key fewer": office.kids[:1],
        "one key more": sorted([*office.kids, stranger]),
        "another key": sorted([office.kids[0], stranger]),
    }[change]
    sealed, _ = replace(office, kids=kids, public_keys={**office.public_keys, stranger: public_key}).seal()
    assert refused(take, sealed).code == "envelope-unknown-key"
    assert stored(session) == (0, 0, 0)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_locator_hash_of_another_length_is_refused(office, take, length) -> None:
    assert refused(take, office.seal()[0], b"h" * length).code == "receipt-malformed"


def test_the_same_envelope_under_another_receipt_is_a_replay(office, session, take) -> None:
    sealed, _ = office.seal()
    take(sealed)
    assert refused(take, sealed, b"x" * 32).code == "replay"
    assert stored(session) == (1, 1, 1)


def test_a_receipt_serves_one_comment_only(office, staff_app, log, clock) -> None:
    def take(sealed: bytes):
        with staff_app.app_context(), unit_of_work() as session:
            row = consultations.get(session, office.consultation)
            return accept(session, log, clock, row, envelope=sealed, locator_hash=HASH, promise_days=2)

    take(office.seal()[0])
    assert refused(take, office.seal()[0]).code == "replay"
    # then the refused comment has left nothing behind
    with staff_app.app_context(), unit_of_work() as session:
        assert stored(session) == (1, 1, 1)


def test_many_threads_with_the_same_body_store_it_once(office, staff_app, log, clock) -> None:
    # given a browser that sends again and again before it hears an answer
    sealed, _ = office.seal()
    answers, gate = [], threading.Barrier(6)

    def run() -> None:
        gate.wait()
        with staff_app.app_context(), unit_of_work() as session:
            row = consultations.get(session, office.consultation)
            answers.append(accept(session, log, clock, row, envelope=sealed, locator_hash=HASH, promise_days=2))

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # then one of them was the first, and all got the same answer
    assert sorted(answer.fresh for answer in answers) == [False] * 5 + [True]
    assert len({(answer.leaf, answer.promise) for answer in answers}) == 1
    with staff_app.app_context(), unit_of_work() as session:
        assert stored(session) == (1, 1, 1)


def test_a_receipt_goes_from_promise_to_proof(office, session, log, clock) -> None:
    answer, raw = send(session, log, clock, office)
    waiting = look_up(session, log, locator=receipt.locator(raw))
    assert (waiting.state, waiting.leaf, waiting.promise) == ("waiting", answer.leaf, answer.promise)
    sequence_groups(session, log, [office.consultation])
    placed = look_up(session, log, locator=receipt.locator(raw))
    assert (placed.state, placed.leaf, placed.promise) == ("sequenced", answer.leaf, "")
    verify_proof(placed.proof, leaf_hash(placed.leaf), VerifierKey.parse(log.vkey))
    assert look_up(session, log, locator=receipt.locator(b"x" * 10)).state == "unknown"


def test_a_receipt_that_its_sender_used_in_two_consultations_is_still_answered(office, session, log, clock) -> None:
    # given one receipt's hash on a comment here and on another elsewhere, which is nobody's fault but the sender's
    _, raw = send(session, log, clock, office)
    handle = hashlib.sha256(receipt.locator(raw)).digest()
    other = pool.Entry("elsewhere", b"leaf", leaf_hash(b"leaf"), handle=handle, load=b"load")
    pool.put(session, other, kind="submission", today=clock.today(), promise_days=2)
    # when it is asked for, then one of them answers, and the same one each time
    answers = {look_up(session, log, locator=receipt.locator(raw)).leaf for _ in range(3)}
    assert len(answers) == 1 and b"" not in answers


def test_the_store_keeps_nothing_of_who_sent_it_or_when(office, session, log, clock) -> None:
    _, raw = send(session, log, clock, office)
    # given every column of the tables that a submission touches
    there = inspect(session.connection())
    names = {
        column["name"]
        for table in ("submission", "sealed_envelope", "pool_entry")
        for column in there.get_columns(table)
    }
    # then only these exist, the receipt is known by a hash, and days are the finest times
    assert names == {
        "consultation_id", "envelope_sha256", "locator_hash", "leaf_hash", "leaf_index",
        "data", "group", "kind", "day", "due", "handle", "load",
    }  # fmt: skip
    found = session.scalars(select(PoolEntry)).one()
    assert found.handle == hashlib.sha256(receipt.locator(raw)).digest()
