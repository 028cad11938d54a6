"""The portal and real witnesses on loopback: asked, caught up, out of reach, and contradicting."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import click
import pytest
from sqlalchemy import delete, select

from portal.cli import tick
from portal.cli.context import database, work
from portal.cli.witnessing import ask_witnesses, news, refuse_rolled_back
from portal.config import Settings
from portal.errors import Conflict
from portal.extensions import db
from portal.ledger import events
from portal.ledger import log as ledger
from portal.ledger.cosignatures import Witnessing, standing
from portal.ledger.log import Log
from portal.ledger.models import LogCosignature, LogWitness
from portal.tlog.checkpoint import open_checkpoint
from portal.tlog.policy import PolicyWitness
from portal.tlog.proof import verify_proof
from portal.tlog.witness import AddCheckpoint, Cosigned, Refused, request_cosignature
from tests.postgres import sqlite_only
from tests.witnesses import GONE, Standby, standby, watched_by


@pytest.fixture
def first(tmp_path, log) -> Standby:
    return standby(tmp_path, log, "one")


@pytest.fixture
def second(tmp_path, log) -> Standby:
    return standby(tmp_path, log, "two", "ml-dsa-44")


@pytest.fixture
def grow(public_app, settings, log):
    """Append so many leaves, and say how many the log has."""

    def append(count: int, start: int = 0) -> int:
        with work(settings) as session:
            first = ledger.append(session, log, [events.encode("erasure", leaf=start + n) for n in range(count)])
        return first + count

    return append


def stand(settings: Settings, log: Log) -> Witnessing:
    with database(settings):
        return standing(db.session(), log.policy, log)


def names(settings: Settings, log: Log) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    newest = stand(settings, log).newest
    assert newest
    return newest.cosigned, newest.missing, newest.holds


def test_both_cosign_and_what_is_served_shows_it(first, second, grow, settings, log) -> None:
    with first.up() as one, second.up() as two:
        watched = watched_by(log, [one, two])
        # given a log of which witnesses know nothing
        grow(300)
        # when they are asked
        heard = ask_witnesses(settings, watched)
        # then both are heard, the quorum holds, and checkpoint and proofs carry both signatures after the log's
        told = {name: (said.status, said.size) for name, said in heard.items()}
        assert told == {"one": (200, 300), "two": (200, 300)}
        assert names(settings, watched) == (("one", "two"), (), True)
        with database(settings):
            opened = open_checkpoint(ledger.newest_checkpoint(db.session()), log.signer.verifier, [one.key, two.key])
            leaf = ledger.open_tree(db.session()).leaf(7)
            verify_proof(watched.proof(db.session(), 7), leaf, log.signer.verifier, [one.key, two.key], quorum=2)
        signers = [line.name for line in opened.note.verified]
        assert signers == [log.origin, "witness.example/one", "witness.example/two"]
        # and nobody is asked again while the log stays as it is
        assert ask_witnesses(settings, watched) == {}


def test_one_out_of_reach_keeps_nobody_waiting_and_catches_up(first, second, grow, settings, log) -> None:
    # given one witness that is down
    with first.up() as one:
        watched = watched_by(log, [one, second.line(GONE)])
        grow(3)
        began = time.monotonic()
        heard = ask_witnesses(settings, watched, timeout=2)
        # then the other cosigns, and the quorum of both does not hold
        assert time.monotonic() - began < 10
        assert {name: said.status for name, said in heard.items()} == {"one": 200, "two": 0}
        assert names(settings, watched) == (("one",), ("two",), False)
        assert stand(settings, watched).quorum is None
        # and a thousand leaves later it comes back, and is caught up in one request
        for start in range(3, 1003, 250):
            size = grow(250, start)
            ask_witnesses(settings, watched, timeout=2)
        with second.up() as two:
            heard = ask_witnesses(settings, watched_by(log, [one, two]))
            assert {name: (said.status, said.size) for name, said in heard.items()} == {"two": (200, size)}
            assert names(settings, watched_by(log, [one, two])) == (("one", "two"), (), True)


def test_one_that_lags_is_told_the_growth_since_what_it_knows(first, grow, settings, log) -> None:
    with first.up() as one:
        watched = watched_by(log, [one])
        # given a witness that knows five leaves, of which the portal has forgotten that it does
        grow(5)
        ask_witnesses(settings, watched)
        with work(settings) as session:
            session.execute(delete(LogWitness))
        grow(1000, 5)
        # then its 409 is answered by a proof from five, in the same round
        heard = ask_witnesses(settings, watched)
        assert (heard["one"].status, heard["one"].size) == (200, 1005)
        assert first.evidence() == []


def test_the_newest_quorum_is_found_behind_checkpoints_without_one(first, second, grow, settings, log) -> None:
    with first.up() as one:
        with second.up() as two:
            grow(2)
            ask_witnesses(settings, watched_by(log, [one, two]))
        watched = watched_by(log, [one, second.line(GONE)])
        for start in (2, 4):
            grow(2, start)
            ask_witnesses(settings, watched, timeout=1)
        found = stand(settings, watched)
        assert found.newest and found.quorum
        assert (found.newest.checkpoint.size, found.newest.holds) == (6, False)
        assert (found.quorum.checkpoint.size, found.quorum.holds) == (2, True)
        # and where one of them is enough, it is the newest
        either = stand(settings, watched_by(log, [one, second.line(GONE)], 1))
        assert either.quorum and either.quorum.checkpoint.size == 6


def copy(source: Path, target: Path) -> None:
    """A database, whole, by SQLite's own backup."""
    with closing(sqlite3.connect(source)) as given, closing(sqlite3.connect(target)) as taken:
        given.backup(taken)


def rolled_back(settings: Settings, log: Log, grow, one: PolicyWitness) -> Log:
    """A log of nine leaves that a witness cosigned, restored to the four of an old backup, and its policy."""
    watched = watched_by(log, [one])
    grow(4)
    ask_witnesses(settings, watched)
    copy(settings.instance / "portal.sqlite3", settings.instance / "backup")
    grow(5, 4)
    ask_witnesses(settings, watched)
    copy(settings.instance / "backup", settings.instance / "portal.sqlite3")
    return watched


@sqlite_only
def test_a_rollback_is_found_at_the_start_and_stops_every_append(first, grow, settings, log, office, clock) -> None:
    with first.up() as one:
        watched = rolled_back(settings, log, grow, one)
        with database(settings):
            before = ledger.newest_checkpoint(db.session())
        # when the portal starts, it refuses
        with pytest.raises(click.ClickException, match="old copy of its data"):
            refuse_rolled_back(settings, watched)
        # and whatever would append is refused, whoever asks
        with pytest.raises(Conflict, match="log-rolled-back"):
            grow(1)
        clock.advance(days=30)
        tick.try_once(settings, watched, clock, 0)
        with database(settings):
            assert ledger.newest_checkpoint(db.session()) == before
            assert standing(db.session(), watched.policy, watched).alarm
        # and the alarm is given in every round
        for _ in range(2):
            heard = ask_witnesses(settings, watched)
            assert any("ALARM" in line and "more than the log has" in line for line in news(heard, heard))
        # and the witness was never shown a second history
        assert first.evidence() == []


@sqlite_only
def test_an_operator_who_drops_the_witness_from_the_policy_can_go_on(first, second, grow, settings, log) -> None:
    with first.up() as one, second.up() as two:
        watched = rolled_back(settings, log, grow, one)
        with pytest.raises(click.ClickException):
            refuse_rolled_back(settings, watched)
        refuse_rolled_back(settings, watched_by(log, [two]))
        assert grow(1, 50) > 4
        with database(settings):
            assert db.session.scalars(select(LogWitness.name)).all() == ["witness.example/two"]


def test_an_empty_store_under_an_old_key_is_a_rollback_too(first, grow, settings, log, public_app) -> None:
    with first.up() as one:
        watched = watched_by(log, [one])
        grow(3)
        ask_witnesses(settings, watched)
        with public_app.app_context():
            db.drop_all()
            db.create_all()
        with pytest.raises(click.ClickException):
            refuse_rolled_back(settings, watched)
    # and a new log whose witness knows nothing yet starts
    with standby(settings.instance / "new", log, "one").up() as fresh, public_app.app_context():
        db.drop_all()
        db.create_all()
        refuse_rolled_back(settings, watched_by(log, [fresh]))
        assert db.session.scalar(select(LogCosignature.size)) is None


@sqlite_only
def test_a_forked_portal_is_refused_and_the_witness_keeps_the_evidence(first, grow, settings, log, capsys) -> None:
    with first.up() as one:
        # given a portal that was rolled back and grew another history before anybody looked
        watched = rolled_back(settings, log, grow, one)
        grow(20, 100)
        # when the witness is asked
        heard = tick.try_witnesses(settings, watched, None)
        # then it refuses, keeps both histories, and the operator is told aloud
        assert heard["one"].contradicts and first.evidence() == ["inconsistent"]
        assert "ALARM" in capsys.readouterr().err
        found = stand(settings, watched)
        assert (found.contradicted, found.alarm, found.rolled_back) == (("one",), True, False)
        assert names(settings, watched) == ((), ("one",), False)


def test_false_unknown_and_alien_answers_are_not_stored(first, second, grow, settings, log, monkeypatch) -> None:
    with first.up() as one, second.up() as two:
        watched = watched_by(log, [one])
        grow(2)

        def answered(answer):
            monkeypatch.setattr("portal.cli.witnessing.request_cosignature", answer)
            said = ask_witnesses(settings, watched)["one"]
            with database(settings):
                return said.status, db.session.scalars(select(LogCosignature.name)).all()

        def false(url: str, request: AddCheckpoint, timeout: float):
            found = request_cosignature(url, request, timeout)
            assert isinstance(found, Cosigned)
            line = found.signatures[0]
            spoiled = bytes([*line.value[:-1], line.value[-1] ^ 1])
            return Cosigned((type(line)(line.name, line.key_id, spoiled),))

        # when a signature is spoiled on the way, one of another witness comes, or a status from nowhere
        assert answered(false) == (502, [])
        assert answered(lambda _url, request, timeout: request_cosignature(two.url, request, timeout)) == (502, [])
        assert answered(lambda *_: Refused(500)) == (500, [])
        # then nothing of it is stored, and a true one is, later
        assert answered(request_cosignature) == (200, ["witness.example/one"])


def test_a_round_outlives_surprises_and_names_their_kind_alone(settings, log, monkeypatch, capsys) -> None:
    def broken(*_args, **_named):
        raise OSError("secret")

    monkeypatch.setattr(tick, "ask_witnesses", broken)
    assert tick.try_witnesses(settings, log, {}) == {}
    said = capsys.readouterr().err
    assert "OSError" in said and "secret" not in said


def test_a_witness_out_of_reach_is_told_once_and_its_return_too(first, grow, settings, log, capsys) -> None:
    watched = watched_by(log, [first.line(GONE)])
    grow(1)
    heard = tick.try_witnesses(settings, watched, None)
    assert "witness one cannot be reached" in capsys.readouterr().err
    heard = tick.try_witnesses(settings, watched, heard)
    assert capsys.readouterr().err == ""
    with first.up() as one:
        tick.try_witnesses(settings, watched_by(log, [one]), heard)
    assert "witness one has cosigned again" in capsys.readouterr().err
