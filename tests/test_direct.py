"""Transactions on the driver's own cursor: all or nothing, at every moment and on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import bindparam, create_engine, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, OperationalError

from portal.clock import FixedClock
from portal.config import Settings
from portal.direct import Direct, Prepared, Unwritten
from portal.errors import PortalError
from portal.extensions import db
from portal.factory import create_public_app, create_staff_app
from portal.ledger.log import Log
from portal.submissions.models import SequencedCount
from portal.submissions.sequencing import sequence_groups
from portal.submissions.together import Offer
from portal.web.public import submissions
from portal.web.runtime import unit_of_work
from tests.rounds import stored
from tests.submissions.faults import Crash
from tests.submissions.judge import judge
from tests.submissions.test_together import offer
from tests.support import Office, build_office

ADD = Prepared(insert(SequencedCount.__table__))  # type: ignore[arg-type]


@contextmanager
def place(given: Settings, clock: FixedClock, log: Log) -> Iterator[Any]:
    """A public app with an office, and its counter."""
    with create_staff_app(given, clock).app_context():
        db.create_all()
        with unit_of_work() as session:
            office = build_office(session, log, clock)
        db.engine.dispose()
    app = create_public_app(given, clock)
    with app.test_request_context():
        counter = submissions.counter(app)
        yield SimpleNamespace(office=office, counter=counter, direct=counter.direct, log=log)
        counter.direct.close()
        db.session.rollback()
        db.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def here(request: pytest.FixtureRequest, settings: Settings, clock: FixedClock, log: Log) -> Iterator[Any]:
    """On either engine."""
    url = request.getfixturevalue("postgres").fresh() if request.param == "postgresql" else ""
    with place(replace(settings, database_url=url), clock, log) as made:
        yield made


def count() -> int:
    with unit_of_work() as session:
        return session.scalar(select(func.count()).select_from(SequencedCount)) or 0


def row(name: str) -> dict[str, object]:
    return {"consultation_id": name, "comments": 1}


def test_a_transaction_is_kept_at_its_end_and_lost_with_an_exception(here) -> None:
    name = here.office.consultation
    with pytest.raises(ValueError, match="changed its mind"), here.direct.transaction() as transaction:
        transaction.write(ADD, [row(name)])
        raise ValueError("changed its mind")
    assert count() == 0
    # and the connection serves the next one
    held = here.direct._held
    with here.direct.transaction() as transaction:
        transaction.write(ADD, [row(name)])
    assert here.direct._held is held
    assert count() == 1


def test_what_the_database_refuses_comes_out_as_elsewhere_and_without_parameters(here) -> None:
    with pytest.raises(IntegrityError) as caught, here.direct.transaction() as transaction:
        transaction.write(ADD, [row("nobody-knows-it"), row(here.office.consultation)])
    assert (caught.value.params, caught.value.statement, caught.value.hide_parameters) == (None, None, True)
    assert count() == 0


def test_a_row_that_is_not_written_undoes_those_that_were(here) -> None:
    name = here.office.consultation
    none = Prepared(
        update(SequencedCount).where(SequencedCount.consultation_id == bindparam("name")).values(comments=7)
    )
    with pytest.raises(Unwritten), here.direct.transaction() as transaction:
        transaction.write(ADD, [row(name)])
        transaction.write(none, [{"name": name}, {"name": "nobody-knows-it"}])
    assert count() == 0
    # and the same connection goes on
    held = here.direct._held
    with here.direct.transaction() as transaction:
        transaction.write(ADD, [row(name)])
        transaction.write(none, [{"name": name}])
    assert here.direct._held is held is not None
    assert count() == 1


def test_a_transaction_of_another_who_writes_is_waited_for(here) -> None:
    """Nothing of it is seen before its end, and it holds what it holds."""
    name = here.office.consultation
    other = Direct(db.engine)
    with here.direct.transaction() as transaction:
        transaction.write(ADD, [row(name)])
        with db.engine.connect() as connection:
            assert connection.execute(select(func.count()).select_from(SequencedCount)).scalar() == 0
    with pytest.raises(IntegrityError), other.transaction() as transaction:
        transaction.write(ADD, [row(name)])
    other.close()


# --- a fault at every moment ---


class Breaking:
    """Something of a driver that fails at one of the moments before and after whatever it is asked."""

    def __init__(self, real: Any, at: int, asked: tuple[str, ...]) -> None:
        self.__dict__.update(real=real, at=at, asked=asked, moment=-1)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.real, name)
        return partial(self.around, found) if name in self.asked else found

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.real, name, value)

    def around(self, work: Any, *given: Any) -> Any:
        self.pass_by()
        done = work(*given)
        self.pass_by()
        return done

    def pass_by(self) -> None:
        self.__dict__["moment"] += 1
        if self.moment == self.at:
            raise Crash(str(self.at))


def breaking(driver: Any, at: int) -> Any:
    """That connection, whose statements fail at that moment."""
    if db.engine.dialect.name == "sqlite":
        cursor = Breaking(driver.cursor(), at, ("execute",))
        return SimpleNamespace(cursor=lambda: cursor, in_transaction=True)
    asked = ("send_query_prepared", "pipeline_sync", "flush", "get_result")
    return SimpleNamespace(pgconn=Breaking(driver.pgconn, at, asked))


def failing(here: Any, offers: list[Offer], at: int) -> bool:
    """Take the offers on a connection that fails at that moment; whether it did."""
    raw = db.engine.raw_connection()
    here.direct.hold(SimpleNamespace(driver_connection=breaking(raw.driver_connection, at), invalidate=raw.invalidate))
    try:
        here.counter.take_all(offers)
    except Crash:
        return True
    finally:
        here.direct.close()
    return False


def test_a_group_that_fails_at_any_moment_is_taken_once_when_it_is_sent_again(here) -> None:
    at = 0
    while True:
        # given a group of two that fails at that moment
        offers = [offer(here.office), offer(here.office)]
        with unit_of_work() as session:
            before = stored(session)[0]
        struck = failing(here, offers, at)
        with unit_of_work() as session:
            assert stored(session)[0] - before in ({0, 2} if struck else {2})
        # when both are sent again, and once more
        for _ in range(2):
            answers = here.counter.take_all(offers)
            assert not [one for one in answers if isinstance(one, PortalError)]
        # then each is there once
        with unit_of_work() as session:
            assert stored(session)[0] == before + 2
        if not struck:
            break
        at += 1
    assert at >= 6  # begin, statements, commit: before and after each
    with unit_of_work() as session:
        total, _, _ = stored(session)
        assert sequence_groups(session, here.log, [here.office.consultation]) == total
    with unit_of_work() as session:
        judge(session, here.log)


def test_a_server_that_went_away_between_two_groups_is_found_again(postgres, settings, clock, log) -> None:
    with place(replace(settings, database_url=postgres.fresh()), clock, log) as here:
        here.counter.take_all([offer(here.office)])
        # given that the server has cut the kept connection
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            connection.execute(text(f"{others} AND datname = current_database()"))
        # then the next group is taken all the same, and the one after on a connection of its own again
        for _ in range(2):
            assert not [one for one in here.counter.take_all([offer(here.office)]) if isinstance(one, PortalError)]
        with unit_of_work() as session:
            assert stored(session) == (3, 3, 3)
        assert here.direct._held is not None


def test_a_server_that_is_gone_comes_out_as_elsewhere(postgres, settings, clock, log) -> None:
    with place(replace(settings, database_url=postgres.fresh()), clock, log) as here:
        # given that no connection can be made any more
        gone = Direct(create_engine("postgresql+psycopg://portal@127.0.0.1:1/none"))
        with pytest.raises(OperationalError), gone.transaction():
            raise AssertionError("there is none")
        assert here.direct._held is None


def test_a_store_that_stays_away_is_said_to_everybody(public_app: Flask, office: Office, monkeypatch) -> None:
    with public_app.test_request_context():
        counter = submissions.counter(public_app)

        def away(*_given: object) -> None:
            raise OperationalError("", {}, Exception("no such host"))

        counter.opened.of(office.consultation)
        monkeypatch.setattr(Direct, "transaction", away)
        monkeypatch.setattr(submissions, "unit_of_work", away)
        with pytest.raises(OperationalError):
            counter.take_all([offer(office)])
