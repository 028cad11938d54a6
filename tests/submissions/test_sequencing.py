"""Shuffling what waits into the log: enough company or the day's end, then every comment has its place."""

import pytest
from sqlalchemy import event, func, select

from portal.consultations import service as consultations
from portal.ledger import log as ledger
from portal.ledger.models import PoolEntry
from portal.submissions.models import Submission
from portal.submissions.sequencing import count_sequenced, sequence_due, sequence_groups
from portal.tlog.merkle import leaf_hash
from tests.postgres import sqlite_only
from tests.rounds import places, send


@pytest.fixture
def due(office, session, log, clock):
    """Sequence what is due today; the office's consultation mixes at least 3."""
    return lambda: sequence_due(session, log, today=clock.today(), default_minimum=10)


def test_fewer_than_the_minimum_wait(office, session, log, clock, due) -> None:
    before = ledger.size(session)
    for _ in range(2):
        send(session, log, clock, office)
    assert due() == 0
    assert ledger.size(session) == before
    assert places(session) == []


def test_the_minimum_is_enough(office, session, log, clock, due) -> None:
    for _ in range(3):
        send(session, log, clock, office)
    assert due() == 3
    assert session.scalar(select(func.count()).select_from(PoolEntry)) == 0
    assert due() == 0


def test_at_the_days_end_even_one_comment_is_logged(office, session, log, clock, due) -> None:
    send(session, log, clock, office)
    assert due() == 0
    clock.advance(days=1)
    assert due() == 1
    assert len(places(session)) == 1


def test_every_comment_gets_the_place_of_its_own_leaf(office, session, log, clock, due) -> None:
    answers = [send(session, log, clock, office)[0] for _ in range(7)]
    due()
    found = {row.leaf_hash: row.leaf_index for row in session.scalars(select(Submission))}
    assert {leaf_hash(answer.leaf) for answer in answers} == set(found)
    for digest, index in found.items():
        assert leaf_hash(ledger.read_leaf(session, index)) == digest


def test_the_number_that_is_kept_is_the_number_of_places(office, session, log, clock, due) -> None:
    """Comments that wait are not in it, and two batches are added up."""
    assert count_sequenced(session, office.consultation) == 0
    for batch in (3, 4):
        for _ in range(batch):
            send(session, log, clock, office)
        waiting = len(places(session))
        assert count_sequenced(session, office.consultation) == waiting
        due()
        assert count_sequenced(session, office.consultation) == len(places(session)) == waiting + batch


def test_closing_logs_the_rest_whatever_its_number(office, session, log, clock) -> None:
    send(session, log, clock, office)
    assert sequence_groups(session, log, [office.consultation]) == 1
    assert sequence_groups(session, log, [office.consultation]) == 0


def test_the_consultations_own_minimum_counts(office, session, log, clock, due) -> None:
    consultations.get(session, office.consultation).mix_minimum = 5
    session.flush()
    for _ in range(4):
        send(session, log, clock, office)
    assert due() == 0
    send(session, log, clock, office)
    assert due() == 5


def test_the_order_of_arrival_is_not_the_order_of_the_log(office, session, log, clock, due) -> None:
    answers = [send(session, log, clock, office)[0] for _ in range(25)]
    due()
    found = {row.leaf_hash: row.leaf_index for row in session.scalars(select(Submission))}
    order = [found[leaf_hash(answer.leaf)] for answer in answers]
    assert order != sorted(order)
    assert order != sorted(order, reverse=True)


@sqlite_only
def test_a_batch_costs_what_it_holds_and_not_what_the_log_holds(office, session, log, clock) -> None:
    # given the statements that give a batch its places
    for _ in range(3):
        send(session, log, clock, office)
    statements: list[tuple[str, tuple]] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: statements.append(args[2:4]))
    sequence_groups(session, log, [office.consultation])
    # then none of them goes through the tables that grow
    assert any("INSERT INTO sealed_envelope" in sql for sql, _ in statements)
    for sql, parameters in statements:
        if sql.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")):
            one = parameters[0] if isinstance(parameters, list) else parameters
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", one).all()
            grown = ("SCAN submission", "SCAN sealed_envelope", "SCAN log_leaf", "SCAN mail_message")
            assert not [line[3] for line in plan if line[3].startswith(grown)], sql
