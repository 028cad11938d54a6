"""Answers that were published before steps were kept become the first step, and stay what they were on the way back."""

from __future__ import annotations

from datetime import date

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, select, text
from sqlalchemy.exc import IntegrityError

from portal.extensions import database_app, db
from tests.house.test_migrations import OLD_ROWS

NEEDED = {"taxonomy_version", "log_leaf", "account", "consultation"}
ROW = {
    "id": 1, "consultation_id": "thu-2026", "code": "C1", "owner": "", "acknowledge_by": date(2026, 12, 7),
    "due": date(2027, 1, 8),
}  # fmt: skip
ANSWERED = {
    "state": "accepted", "published": True, "public_text": "<p>Sẽ làm.</p>", "public_salt": "ab", "action_leaf": 4,
}  # fmt: skip


@pytest.fixture
def older(settings):
    """A database as it was before, with one published answer; yields a way to read a table as it is now."""
    with database_app(settings).app_context():
        upgrade(revision="0001")
        with db.engine.begin() as connection:
            tables = _tables(connection)
            for name, values in OLD_ROWS:
                if name in NEEDED:
                    connection.execute(tables[name].insert(), values)
            connection.execute(tables["concern"].insert(), {**ROW, **ANSWERED})
        yield _rows
        db.engine.dispose()


def _tables(connection):
    found = MetaData()
    found.reflect(connection)
    return found.tables


def _rows(name: str) -> list[dict]:
    with db.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(select(_tables(connection)[name]))]


def test_a_published_answer_becomes_the_first_step_whose_hand_was_not_kept(older) -> None:
    upgrade(revision="0009")
    (concern,), (step,) = older("concern"), older("concern_step")
    assert (concern["public_state"], concern["owner_id"], concern["draft_due"]) == ("accepted", None, None)
    assert (step["concern_id"], step["number"], step["day"], step["account_id"]) == (1, 1, None, None)
    kept = {name: step[name] for name in ("state", "public_text", "public_salt", "action_leaf")}
    assert kept == {name: ANSWERED[name] for name in kept}


def test_on_the_way_back_what_is_public_stays_and_a_refusal_is_an_explanation(older) -> None:
    upgrade(revision="0009")
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE concern SET state = 'studying', public_state = 'declined'"))
    downgrade(revision="0008")
    (concern,) = older("concern")
    assert {name: concern[name] for name in ANSWERED} == {**ANSWERED, "state": "explained"}
    assert "public_state" not in concern


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE concern SET public_state = ''",
        "UPDATE concern SET published = false",
        "UPDATE concern SET state = 'ignored'",
        "UPDATE concern_step SET action_leaf = NULL",
        "UPDATE concern_step SET account_id = 1",
    ],
)
def test_what_makes_no_sense_cannot_be_stored(older, wrong) -> None:
    upgrade(revision="0009")
    with pytest.raises(IntegrityError), db.engine.begin() as connection:
        connection.execute(text(wrong))
