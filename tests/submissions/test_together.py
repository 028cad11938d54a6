"""Group commit: comments that share a transaction, and each of them judged as if it were alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from portal.consultations.models import Consultation
from portal.crypto import receipt
from portal.direct import Unwritten
from portal.errors import Invalid, PortalError, TooMany
from portal.extensions import db
from portal.ledger.models import LogWitness, PoolEntry
from portal.ledger.pool import Waiting
from portal.submissions import service, together
from portal.submissions.sequencing import sequence_groups
from portal.submissions.together import Group, accept_all
from portal.web.public import submissions
from portal.web.runtime import unit_of_work
from tests.rounds import send, stored
from tests.support import ORIGIN
from tests.web.public.support import body_of, post

DAYS = 2


def offer(office, **sealing):
    envelope, raw = office.seal(**sealing)
    return service.offer(office.consultation, envelope=envelope, locator_hash=receipt.locator_hash(raw), ballot=None)


@pytest.fixture
def take(public_app, office, clock):
    """Take offers in one transaction, as a process does that read the consultations when they were open."""
    with public_app.app_context():
        counter = submissions.counter(public_app)
        counter.opened.of(office.consultation)

        def run(*offers, welcome=lambda place: None):
            places = {one.entry.group: counter.opened.of(one.entry.group) for one in offers}
            with counter.direct.transaction() as transaction:
                given = {"places": places, "promise_days": DAYS, "welcome": welcome}
                return accept_all(transaction, clock, offers, **given)

        yield run
        counter.direct.close()


def kept(app) -> tuple[int, int, int]:
    with app.app_context(), unit_of_work() as session:
        return stored(session)


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


def test_a_group_waits_as_each_would_alone(public_app, office, clock, log, take) -> None:
    # given three comments taken together and one alone
    offers = [offer(office) for _ in range(3)]
    outcomes = take(*offers)
    with public_app.app_context(), unit_of_work() as session:
        alone, _ = send(session, log, clock, office)
        # then each has its own place and its own promise, and nothing tells the two ways apart
        assert [outcome.leaf_hash for outcome in outcomes] == [one.entry.leaf_hash for one in offers]
        assert stored(session) == (4, 4, 4)
        rows = session.execute(select(PoolEntry.kind, PoolEntry.group, PoolEntry.day, PoolEntry.due)).all()
        assert len(set(rows)) == 1
        assert log.promise(outcomes[0].leaf_hash, outcomes[0].due).split("\n")[0] == alone.promise.split("\n")[0]
        # and what waits is what was offered
        waits = {row.leaf_hash: (row.data, row.handle, row.load) for row in session.scalars(select(PoolEntry))}
        assert all(waits[one.entry.leaf_hash] == (one.entry.data, one.locator_hash, one.envelope) for one in offers)


def test_one_that_is_refused_spoils_nothing_for_its_neighbours(public_app, office, take) -> None:
    good, strange, broken = offer(office), offer(office), offer(office)
    strange = replace(strange, header=replace(strange.header, keys=("00" * 16,)))
    elsewhere = offer(office)
    elsewhere = replace(elsewhere, entry=replace(elsewhere.entry, group="khong-co"))
    outcomes = take(strange, good, replace(broken, header=None), elsewhere)
    assert [getattr(one, "code", "") for one in outcomes] == [
        "envelope-unknown-key", "", "envelope-malformed", "consultation-unknown"
    ]  # fmt: skip
    assert isinstance(outcomes[1], Waiting)
    assert kept(public_app) == (1, 1, 1)


def test_a_full_bucket_refuses_each(public_app, office, take) -> None:
    def full(_place) -> None:
        raise TooMany("busy")

    assert [one.code for one in take(offer(office), welcome=full)] == ["busy"]
    assert kept(public_app) == (0, 0, 0)


def test_what_came_before_or_twice_is_taken_alone(public_app, office, log, take) -> None:
    first, placed = offer(office), offer(office)
    take(placed)
    with public_app.app_context(), unit_of_work() as session:
        assert sequence_groups(session, log, [office.consultation]) == 1
    take(first)
    again = replace(offer(office), entry=replace(offer(office).entry, handle=placed.locator_hash))
    twice = offer(office)
    for group in ([first], [offer(office), first], [twice, twice], [placed], [offer(office), again]):
        with pytest.raises((Unwritten, IntegrityError)):
            take(*group)
        assert kept(public_app) == (2, 2, 1)


@pytest.mark.parametrize("change", [{"state": "closed"}, {"closes": date(2026, 1, 2)}])
def test_a_consultation_that_was_open_when_it_was_read_takes_nothing_once_it_is_not(
    public_app, office, take, change
) -> None:
    with public_app.app_context(), unit_of_work() as session:
        session.execute(update(Consultation).values(**change, opens=date(2026, 1, 1)))
    with pytest.raises(Unwritten):
        take(offer(office), offer(office))
    assert kept(public_app) == (0, 0, 0)


def test_nothing_is_taken_while_the_log_runs_on_an_old_copy(public_app, public, office, take) -> None:
    with public_app.app_context(), unit_of_work() as session:
        session.add(LogWitness(name="w", key_id=b"1234", size=10**6, status=409))
    with pytest.raises(Unwritten):
        take(offer(office))
    # and whoever sends is told so
    answer = post(public, office, body_of(*office.seal()))
    assert (answer.status_code, answer.get_json()["error"]) == (409, "log-rolled-back")
    # and a group in which all are refused for what they are is told that
    assert [one.code for one in take(replace(offer(office), header=None))] == ["envelope-malformed"]


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_locator_hash_of_another_length_is_no_offer(office, length) -> None:
    with pytest.raises(Invalid, match="receipt-malformed"):
        service.offer(office.consultation, envelope=b"", locator_hash=bytes(length), ballot=None)


@contextmanager
def held(group: Group):
    """Nobody is served until the block ends: somebody's work goes on until then."""
    honest, begun, go = group.work, threading.Event(), threading.Event()

    def work(offered):
        begun.set()
        go.wait(30)
        group.work = honest
        return [None for _ in offered]

    group.work = work
    holder = threading.Thread(target=group.run, args=(None,))
    holder.start()
    begun.wait(30)
    try:
        yield
    finally:
        go.set()
        holder.join()


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


def test_many_at_once_are_each_answered_once() -> None:
    """Work goes from hand to hand: nobody is forgotten at the moment at which one ends and the next begins."""
    served: list[int] = []
    group, answers = Group(lambda offered: served.extend(offered) or [-one for one in offered]), dict[int, int]()

    def run(first: int) -> None:
        for n in range(first, first + 400):
            answers[n] = group.run(n)

    threads = [threading.Thread(target=run, args=(400 * n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert answers == {n: -n for n in range(3200)}
    assert sorted(served) == list(range(3200))


def test_a_group_is_bounded(monkeypatch) -> None:
    monkeypatch.setattr(together, "MOST", 2)
    batches: list[list[int]] = []
    group = Group(lambda offered: batches.append(offered) or offered)
    answers: dict[int, int] = {}
    with held(group):
        threads = [threading.Thread(target=lambda n=n: answers.update({n: group.run(n)})) for n in range(5)]
        for thread in threads:
            thread.start()
        until(lambda: len(group._waiting) == 5)
    for thread in threads:
        thread.join()
    # whoever waited longest worked for the next as well
    assert list(map(len, batches)) == [2, 2, 1]
    assert answers == {n: n for n in range(5)}


# --- the view ---


def all_at_once(group: Group, run: Callable[[dict[str, str]], None], bodies: list[dict[str, str]]) -> None:
    """Each in a thread of its own, served when all of them wait; returns when all are answered."""
    with held(group):
        threads = [threading.Thread(target=run, args=(body,)) for body in bodies]
        for thread in threads:
            thread.start()
        until(lambda: len(group._waiting) == len(bodies))
    for thread in threads:
        thread.join()


def test_posts_that_come_together_share_one_transaction_and_a_retry_is_answered(
    public_app, office, monkeypatch
) -> None:
    # given posts of which two are the same bytes and one is for other keys, held until all wait
    groups: list[int] = []
    honest = submissions.accept_all

    def noted(transaction, clock, offers, **more):
        groups.append(len(offers))
        return honest(transaction, clock, offers, **more)

    monkeypatch.setattr(submissions, "accept_all", noted)
    good = [body_of(*office.seal()) for _ in range(4)]
    answers: list[tuple[int, str]] = []

    def run(body: dict[str, str]) -> None:
        answer = post(client(public_app), office, body)
        answers.append((answer.status_code, answer.get_json().get("promise", "")))

    group: Group = public_app.extensions[submissions.GROUP]
    all_at_once(group, run, good)
    assert groups == [4]
    assert sorted(status for status, _ in answers) == [201] * 4
    assert len({promise for _, promise in answers}) == 4
    # then the same bytes again, beside a new comment, are answered as the first time
    all_at_once(group, run, [good[0], body_of(*office.seal())])
    assert sorted(status for status, _ in answers[4:]) == [200, 201]
    with public_app.app_context():
        assert stored(db.session()) == (5, 5, 5)


def test_a_receipt_that_serves_another_comment_fails_alone(public_app, office) -> None:
    """The database refuses it in the middle of a group: the others are taken all the same."""
    first, raw = office.seal()
    post(client(public_app), office, body_of(first, raw))
    offers = [offer(office), service.offer(office.consultation, envelope=office.seal()[0],
                                           locator_hash=receipt.locator_hash(raw), ballot=None)]  # fmt: skip
    with public_app.test_request_context():
        outcomes = submissions.counter(public_app).take_all(offers)
    assert isinstance(outcomes[1], PortalError) and outcomes[1].code == "replay"
    assert isinstance(outcomes[0], service.Acceptance) and outcomes[0].fresh
    with public_app.app_context():
        assert stored(db.session()) == (2, 2, 2)
