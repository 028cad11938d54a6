"""The daily mail through a real server: numbers and a link, once a day, and never twice."""

from __future__ import annotations

import email
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email import policy
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from portal.accounts.hand import Hand
from portal.cli import digest as cli
from portal.concerns import service
from portal.concerns.digest import claim, waiting
from portal.concerns.duties import Escalation
from portal.concerns.models import Digest
from portal.concerns.people import members
from portal.concerns.service import Answer
from portal.config import Settings
from portal.consultations import service as consultations
from portal.web.runtime import unit_of_work
from tests.rounds import publish

SECRET_WORDS = "Lời của tổ tiếp thu không được đi theo thư"


@dataclass
class Box:
    """Takes mails in, as they came, and the names with which the senders greeted."""

    raw: list[bytes] = field(default_factory=list)
    greetings: set[str] = field(default_factory=set)

    async def handle_DATA(self, server, session, envelope):
        self.raw.append(envelope.content)
        self.greetings.add(session.host_name)
        return "250 OK"

    def mails(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=policy.default) for raw in self.raw]


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def posting(box: Box, settings: Settings) -> Iterator[Settings]:
    """Settings that lead to a server for the box."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield replace(
        settings,
        smtp_host="127.0.0.1",
        smtp_port=port,
        smtp_security="none",
        smtp_from="gop-y@example.org",
        staff_origins=("https://gop-y.example.org",),
        office_name="Văn phòng",
    )
    controller.stop()


@pytest.fixture
def late(staff_app, office, log, clock, atrest) -> None:
    """Concerns of a publication whose days are past, one of them with words, all committed; a Monday."""
    with staff_app.app_context(), unit_of_work() as session:
        publish(session, log, clock, atrest, office)
        concern = service.get(session, office.consultation, "C1")
        given = Answer("studying", "", clock.today(), f"<p>{SECRET_WORDS}</p>", True, note=f"<p>{SECRET_WORDS}</p>")
        service.answer(session, log, atrest, concern, given, hand=Hand(members(session)[0].id, clock.today()))
    clock.advance(days=42)


@pytest.fixture
def told(posting, clock, late) -> Callable[[], int]:
    """A round of the ticker's mail."""
    return lambda: cli.send_digests(posting, clock)


def test_the_mail_has_numbers_and_a_link_and_nothing_else_of_the_portal(told, box, staff_app, office) -> None:
    # given three overdue concerns, when the committee is reminded
    assert told() == 1
    mail = box.mails()[0]
    text = mail.get_content()
    # then it says how many, and where to sign in
    assert mail["To"] == "committee@example.org"
    assert "https://gop-y.example.org/staff/" in text
    assert re.findall(r": (\d+)\r?\n", text) == ["0", "3", "0"]
    # and neither the mail as sent nor as read has a name, a code, a title, an id or a word of anybody
    with staff_app.app_context(), unit_of_work() as session:
        row = consultations.get(session, office.consultation)
        taxonomy = consultations.taxonomy_of(row)
        names = [name for item in (*taxonomy.categories, *taxonomy.themes) for name in (item.vi, item.en, item.code)]
        units = [name for unit in row.units for name in (unit.name_vi, unit.code)]
        banned = [*names, *units, row.id, row.title_vi, row.title_en, SECRET_WORDS, "Committee", "concern-"]
    whole = "\n".join(f"{name}: {value}" for name, value in mail.items() if name not in {"Message-ID"}) + text
    readable = re.sub(r"committee@example\.org", "", whole)
    found = [one for one in banned if one and re.search(rf"(?<!\w){re.escape(one)}(?!\w)", readable)]
    assert found == []
    assert not [one for one in banned if len(one) > 3 and one.encode() in box.raw[0]]
    # and the machine that sent it stays unnamed
    assert socket.gethostname().encode() not in box.raw[0]
    assert box.greetings == {"example.org"}


def test_once_a_day_at_most(told, box, clock) -> None:
    assert [told(), told()] == [1, 0]
    clock.advance(hours=13)
    assert told() == 0
    clock.advance(hours=11)
    assert told() == 1
    assert len(box.raw) == 2


def test_a_clock_that_goes_back_sends_nothing_again(told, clock) -> None:
    assert told() == 1
    clock.advance(days=-3)
    assert told() == 0


def test_a_crash_between_taking_the_day_and_the_mail_costs_a_mail_and_doubles_none(told, box, monkeypatch) -> None:
    # given a process that dies when it is about to hand the mail over
    def die(*_args):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(cli, "deliver", die)
        with pytest.raises(KeyboardInterrupt):
            told()
    # when it starts again, then nothing goes on that day
    assert told() == 0
    assert box.raw == []


def test_a_crash_after_the_mail_doubles_none(told, box, monkeypatch) -> None:
    def die_after(server, message):
        server.send_message(message)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(cli, "deliver", die_after)
        with pytest.raises(KeyboardInterrupt):
            told()
    assert told() == 0
    assert len(box.raw) == 1


def test_two_hosts_that_wake_at_once_send_one(posting, clock, late, box, monkeypatch) -> None:
    # given two that have both found the mail unsent before either takes the day
    meeting, found = threading.Barrier(2), cli.waiting

    def together(*args):
        notices = found(*args)
        meeting.wait(timeout=60)
        return notices

    monkeypatch.setattr(cli, "waiting", together)
    sent: list[int] = []
    hosts = [threading.Thread(target=lambda: sent.append(cli.send_digests(posting, clock))) for _ in range(2)]
    for host in hosts:
        host.start()
    for host in hosts:
        host.join(120)
    assert sorted(sent) == [0, 1]
    assert len(box.raw) == 1


def test_while_the_server_does_not_answer_the_day_is_not_taken(posting, clock, late, box, capsys) -> None:
    away = replace(posting, smtp_port=1)
    assert cli.try_digests(away, clock) == 0
    assert capsys.readouterr().err == "portal tick: mail-unreachable, trying again\n"
    assert cli.try_digests(posting, clock) == 1


def test_off_when_no_server_is_set(settings, clock, late, monkeypatch) -> None:
    monkeypatch.setattr(cli, "waiting", lambda *_args: pytest.fail("nothing is read"))
    assert cli.send_digests(settings, clock) == 0


def test_none_on_days_off_and_none_when_nothing_is_owed(staff_app, office, log, clock, atrest) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        publish(session, log, clock, atrest, office)
        monday = clock.today() + timedelta(days=42)
        assert monday.weekday() == 0
        ask = lambda day, off=(): len(waiting(session, day, Escalation(), off))  # noqa: E731
        assert [ask(monday), ask(monday, {monday}), ask(monday - timedelta(days=1))] == [1, 0, 0]
        for concern in service.listing(session, office.consultation):
            concern.published, concern.public_state = True, "done"
        session.flush()
        assert ask(monday) == 0


def test_a_day_is_claimed_once(staff_app, office, clock) -> None:
    with staff_app.app_context(), unit_of_work() as session:
        account, today = members(session)[0].id, clock.today()
        assert [claim(session, account, today), claim(session, account, today)] == [True, False]
        assert claim(session, account, today + timedelta(days=1))
        assert not claim(session, account, today)
        assert session.query(Digest).count() == 1
