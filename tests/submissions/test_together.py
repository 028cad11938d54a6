"""Group commit: comments that share a transaction, and each of them judged as if it were alone."""

from __future__ import annotations

import threading
import time
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from portal.consultations import service as consultations
from portal.consultations.intake import intake_of
from portal.crypto import receipt
from portal.errors import Conflict, Invalid, PortalError, TooMany
from portal.extensions import db
from portal.ledger.models import LogWitness, PoolEntry
from portal.ledger.pool import Waiting
from portal.submissions import service, together
from portal.submissions.models import SealedEnvelope, Submission
from portal.submissions.together import Alone, Group, accept_all
from portal.web.public import submissions
from tests.support import ORIGIN
from tests.web.public.support import body_of, post

DAYS = 2


def offer(office, **sealing):
    envelope, raw = office.seal(**sealing)
    return service.offer(office.consultation, envelope=envelope, locator_hash=receipt.locator_hash(raw), ballot=None)


def take(session, clock, offers, welcome=lambda place: None):
    return accept_all(session, clock, offers, promise_days=DAYS, welcome=welcome)


def counts(session) -> set[int]:
    return {
        session.scalar(select(func.count()).select_from(table)) for table in (Submission, SealedEnvelope, PoolEntry)
    }


def until(holds) -> None:
    """Wait for other threads."""
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to be")


def client(app):
    visitor = app.test_client()
    visitor.environ_base["HTTP_ORIGIN"] = ORIGIN
    return visitor


# --- accept_all ---


def test_a_group_waits_as_each_would_alone(session, office, clock, log) -> None:
    # given three comments taken together and one alone
    offers = [offer(office) for _ in range(3)]
    outcomes = take(session, clock, offers)
    place = intake_of(office_row(session, office))
    envelope, raw = office.seal()
    alone = service.accept(
        session, log, clock, place, envelope=envelope, locator_hash=receipt.locator_hash(raw), promise_days=DAYS
    )
    # then each has its own place and its own promise, and nothing tells the two ways apart
    assert [outcome.leaf_hash for outcome in outcomes] == [one.leaf_hash for one in offers]
    assert counts(session) == {4}
    rows = session.execute(select(PoolEntry.kind, PoolEntry.group, PoolEntry.day, PoolEntry.due)).all()
    assert len(set(rows)) == 1
    assert log.promise(outcomes[0].leaf_hash, outcomes[0].due).split("\n")[0] == alone.promise.split("\n")[0]


def office_row(session, office):
    return consultations.get(session, office.consultation)


def test_one_that_is_refused_spoils_nothing_for_its_neighbours(session, office, clock) -> None:
    good, strange, broken = offer(office), offer(office), offer(office)
    strange = replace(strange, header=replace(strange.header, keys=("00" * 16,)))
    elsewhere = replace(offer(office), consultation="khong-co")
    outcomes = take(session, clock, [strange, good, replace(broken, header=None), elsewhere])
    assert [getattr(one, "code", "") for one in outcomes] == [
        "envelope-unknown-key", "", "envelope-malformed", "consultation-unknown"
    ]  # fmt: skip
    assert isinstance(outcomes[1], Waiting)
    assert counts(session) == {1}


def test_a_closed_consultation_and_a_full_bucket_refuse_each(session, office, clock) -> None:
    def full(_place) -> None:
        raise TooMany("busy")

    assert [one.code for one in take(session, clock, [offer(office)], full)] == ["busy"]
    office_row(session, office).state = "closed"
    session.flush()
    assert [one.code for one in take(session, clock, [offer(office), offer(office)])] == ["consultation-closed"] * 2
    assert counts(session) == {0}


def test_what_came_before_or_twice_is_taken_alone(session, office, clock) -> None:
    first = offer(office)
    take(session, clock, [first])
    for group in ([first], [offer(office), first], [one := offer(office), one]):
        with pytest.raises(Alone):
            take(session, clock, group)


def test_nothing_is_taken_while_the_log_runs_on_an_old_copy(session, office, clock) -> None:
    session.add(LogWitness(name="w", key_id=b"1234", size=10**6, status=409))
    session.flush()
    with pytest.raises(Conflict, match="log-rolled-back"):
        take(session, clock, [offer(office)])
    # and a group in which all are refused for what they are is told so
    assert [one.code for one in take(session, clock, [replace(offer(office), header=None)])] == ["envelope-malformed"]


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_locator_hash_of_another_length_is_no_offer(office, length) -> None:
    with pytest.raises(Invalid, match="receipt-malformed"):
        service.offer(office.consultation, envelope=b"", locator_hash=bytes(length), ballot=None)


# --- the group ---


def test_whoever_waits_is_served_by_the_one_who_writes() -> None:
    # given work that does not end before five more wait
    begun, go, batches = threading.Event(), threading.Event(), []

    def work(offered: list[int]) -> list[int]:
        batches.append(sorted(offered))
        begun.set()
        go.wait(30)
        return [2 * one for one in offered]

    group, answers = Group(work), {}
    threads = [threading.Thread(target=lambda n=n: answers.update({n: group.run(n)})) for n in range(6)]
    threads[0].start()
    begun.wait(30)
    for thread in threads[1:]:
        thread.start()
    until(lambda: len(group._waiting) == 5)
    go.set()
    for thread in threads:
        thread.join()
    # then two turns served six, and each got its own answer
    assert batches == [[0], [1, 2, 3, 4, 5]]
    assert answers == {n: 2 * n for n in range(6)}


def test_what_goes_wrong_reaches_everybody_of_the_group_and_nobody_after() -> None:
    faults = [OperationalError("", {}, Exception()), None]

    def work(offered: list[int]) -> list[int]:
        if fault := faults.pop(0):
            raise fault
        return offered

    group = Group(work)
    with pytest.raises(OperationalError):
        group.run(1)
    assert group.run(2) == 2


def test_a_group_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(together, "MOST", 2)
    batches: list[list[int]] = []
    group = Group(lambda offered: batches.append(offered) or offered)
    held = group._turn
    answers: dict[int, int] = {}
    with held:
        threads = [threading.Thread(target=lambda n=n: answers.update({n: group.run(n)})) for n in range(5)]
        for thread in threads:
            thread.start()
        until(lambda: len(group._waiting) == 5)
    for thread in threads:
        thread.join()
    assert sorted(map(len, batches)) == [1, 2, 2]
    assert answers == {n: n for n in range(5)}


# --- the view ---


def test_posts_that_come_together_share_one_transaction_and_a_retry_is_answered(
    public_app, office, monkeypatch
) -> None:
    # given posts of which two are the same bytes and one is for other keys, held until all wait
    groups: list[int] = []
    honest = submissions.accept_all

    def noted(session, clock, offers, **more):
        groups.append(len(offers))
        return honest(session, clock, offers, **more)

    monkeypatch.setattr(submissions, "accept_all", noted)
    good = [body_of(*office.seal()) for _ in range(4)]
    answers: list[tuple[int, str]] = []

    def run(body: dict[str, str]) -> None:
        answer = post(client(public_app), office, body)
        answers.append((answer.status_code, answer.get_json().get("promise", "")))

    group: Group = public_app.extensions[submissions.GROUP]
    with group._turn:
        threads = [threading.Thread(target=run, args=(body,)) for body in good]
        for thread in threads:
            thread.start()
        until(lambda: len(group._waiting) == 4)
    for thread in threads:
        thread.join()
    assert groups == [4]
    assert sorted(status for status, _ in answers) == [201] * 4
    assert len({promise for _, promise in answers}) == 4
    # then the same bytes again, beside a new comment, are answered as the first time
    with group._turn:
        threads = [threading.Thread(target=run, args=(body,)) for body in (good[0], body_of(*office.seal()))]
        for thread in threads:
            thread.start()
        until(lambda: len(group._waiting) == 2)
    for thread in threads:
        thread.join()
    assert sorted(status for status, _ in answers[4:]) == [200, 201]
    with public_app.app_context():
        assert counts(db.session()) == {5}


def test_a_receipt_that_serves_another_comment_fails_alone(public_app, office) -> None:
    """The database refuses it in the middle of a group: the others are taken all the same."""
    first, raw = office.seal()
    post(client(public_app), office, body_of(first, raw))
    offers = [offer(office), service.offer(office.consultation, envelope=office.seal()[0],
                                           locator_hash=receipt.locator_hash(raw), ballot=None)]  # fmt: skip
    with public_app.test_request_context():
        outcomes = submissions.take_all(offers)
    assert isinstance(outcomes[1], PortalError) and outcomes[1].code == "replay"
    assert isinstance(outcomes[0], service.Acceptance) and outcomes[0].fresh
    with public_app.app_context():
        assert counts(db.session()) == {2}
