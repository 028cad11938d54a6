"""Moderators who code at the same moment, through the pages, on SQLite and on PostgreSQL: one is kept, none is lost."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.clock import FixedClock
from portal.config import Settings
from portal.consultations import service as consultations
from portal.crypto.atrest import AtRest
from portal.crypto.encoding import b64url_encode
from portal.extensions import db
from portal.factory import create_staff_app
from portal.findings import service as findings
from portal.ledger.log import Log
from portal.ledger.models import LogLeaf
from portal.moderation import readable, service
from portal.moderation.models import Coding
from portal.web.runtime import unit_of_work
from tests.moderation.two import NAME, NAMES, open_pair
from tests.postgres import Server
from tests.support import build_office

SHARED = b64url_encode(bytes(service.SHARED_SIZE))
JSON = {"Accept": "application/json"}


@dataclass
class Desks:
    """Three signed-in moderators, and the leaves of twelve comments."""

    app: Flask
    clients: dict[str, FlaskClient]
    tokens: dict[str, str]
    places: list[int]

    def save(self, name: str, index: int, slot: int, category: str) -> tuple[int, str]:
        """Status and refusal of a coding over an empty slot."""
        body = {"index": index, "slot": slot, "revision": 0, "coding": {"categories": [category]}, "shared": SHARED}
        headers = {"X-CSRFToken": self.tokens[name], **JSON}
        answer = self.clients[name].post(f"/moderation/{NAME}/codings", json=body, headers=headers)
        return answer.status_code, answer.json.get("error", "")

    def race(self, *tries: tuple[str, int, int, str]) -> list[tuple[int, str]]:
        """All at the same moment."""
        answers: list[tuple[int, str]] = []
        gate = threading.Barrier(len(tries))

        def run(*one: object) -> None:
            gate.wait()
            answers.append(self.save(*one))  # type: ignore[arg-type]

        threads = [threading.Thread(target=run, args=one) for one in tries]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def stored(self) -> Counter[tuple[int, int]]:
        """How many codings there are by comment and slot; each has a leaf."""
        with self.app.app_context(), unit_of_work() as session:
            rows = session.execute(select(Coding.submission_leaf, Coding.slot)).all()
            leaves = session.scalars(select(LogLeaf.index).where(LogLeaf.kind == "coding")).all()
            assert len(leaves) == len(rows)
            return Counter((place, slot) for place, slot in rows)


@pytest.fixture(params=["sqlite", "postgresql"])
def desks(
    request: pytest.FixtureRequest,
    settings: Settings,
    clock: FixedClock,
    log: Log,
    atrest: AtRest,
    sign_in: Callable[[FlaskClient, str], None],
) -> Iterator[Callable[[int], Desks]]:
    """Makes the desks of a consultation with that many readers."""
    url = settings.database_url
    if request.param == "postgresql":
        server: Server = request.getfixturevalue("postgres")
        url = server.fresh()
    app = create_staff_app(replace(settings, database_url=url), clock)

    def make(readers: int) -> Desks:
        with app.app_context():
            db.create_all()
            with unit_of_work() as session:
                pair = open_pair(session, log, clock, atrest, build_office(session, log, clock), readers=readers)
                places = pair.send(12)
        clients = {name: app.test_client() for name in NAMES}
        tokens = {}
        for name, client in clients.items():
            sign_in(client, name)
            tokens[name] = (
                client.get(f"/moderation/{NAME}").get_data(as_text=True).split('data-csrf="')[1].split('"')[0]
            )
        return Desks(app, clients, tokens, places)

    yield make
    with app.app_context():
        db.engine.dispose()


def test_of_two_first_codings_of_a_comment_one_is_kept_and_one_refused(desks) -> None:
    made = desks(1)
    for index in made.places[:6]:
        answers = made.race(*((name, index, 1, "C1") for name in NAMES))
        assert Counter(answers) == {(200, ""): 1, (409, "coding-changed"): 2}
    assert made.stored() == {(index, 1): 1 for index in made.places[:6]}


def test_of_readers_who_want_one_slot_one_gets_it_and_the_others_lose_nothing(desks) -> None:
    made = desks(2)
    for index in made.places[:4]:
        answers = made.race(*((name, index, 1, "C1") for name in NAMES))
        assert Counter(answers) == {(200, ""): 1, (409, "coding-slot-taken"): 2}
        # when those who lost take the second slot, then one gets it
        again = made.race(*((name, index, 2, "C1") for name in NAMES))
        assert Counter(status for status, _ in again) == {200: 1, 409: 2}
        assert {code for status, code in again if status == 409} <= {"coding-slot-taken", "coding-own-twice"}
    assert made.stored() == {(index, slot): 1 for index in made.places[:4] for slot in (1, 2)}
    with made.app.app_context(), unit_of_work() as session:
        state = service.state(session, consultations.get(session, NAME))
    assert state == service.QueueState(total=12, coded=4, read=4, settled=4)


def test_different_comments_at_once_are_all_kept(desks) -> None:
    made = desks(2)
    answers = made.race(*zip(NAMES, made.places, (1, 1, 1), ("C1", "C2", "D1"), strict=False))
    assert answers == [(200, "")] * 3
    assert sum(made.stored().values()) == 3


def test_a_coding_is_in_the_findings_or_refused_when_they_are_published_at_once(desks, log, atrest) -> None:
    # given a closed consultation in which every comment is coded, and somebody who corrects one while it is published
    made = desks(1)
    for index in made.places:
        assert made.save("moderator", index, 1, "C1")[0] == 200
    with made.app.app_context(), unit_of_work() as session:
        consultations.close_consultation(session, log, consultations.get(session, NAME))
    gate, answers = threading.Barrier(2), []

    def correct() -> None:
        body = {"index": made.places[0], "slot": 1, "revision": 1, "coding": {"categories": ["C9"]}, "shared": SHARED}
        headers = {"X-CSRFToken": made.tokens["moderator2"], **JSON}
        gate.wait()
        answer = made.clients["moderator2"].post(f"/moderation/{NAME}/codings", json=body, headers=headers)
        answers.append(answer.status_code)

    def publish() -> None:
        gate.wait()
        with made.app.app_context(), unit_of_work() as session:
            findings.publish(session, log, atrest, consultations.get(session, NAME))

    threads = [threading.Thread(target=work) for work in (correct, publish)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # then what was counted is what stands, whoever came first
    with made.app.app_context(), unit_of_work() as session:
        opened = findings.opening_of(atrest, findings.get(session, NAME))["counts"]["categories"]
        current = [
            item["coding"]["categories"]
            for item in readable.current_codings(session, atrest, consultations.get(session, NAME))
        ]
    assert answers in ([200], [409])
    assert opened["C9"] == sum(categories == ["C9"] for categories in current) == (answers == [200])
