"""Mailboxes: what is taken, what is refused, what comes out to whom and when, and what is left when it is over."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.audit.invariants import Invariants
from portal.audit.reconciliation import log_fits, reconcile
from portal.cli.context import database
from portal.cli.tick import run_once
from portal.clock import FixedClock
from portal.config import Settings
from portal.consultations import service as consultations
from portal.consultations.frozen import frozen_settings
from portal.crypto import receipt
from portal.crypto.buckets import BOXES_LEAST
from portal.crypto.message import TICKETS, message_size
from portal.errors import Conflict, Invalid, NotFound, PortalError
from portal.extensions import db
from portal.factory import create_staff_app
from portal.ledger import events
from portal.ledger import log as ledger
from portal.ledger.log import Log
from portal.ledger.models import PoolEntry
from portal.submissions import mailbox, sequencing
from portal.submissions.mailbox_erasure import erase_mail, over_by
from portal.submissions.mailbox_models import AnswerTicket, MailMessage
from portal.submissions.models import SequencedCount, Submission
from portal.submissions.service import accept
from portal.tlog.promise import Promise
from portal.web.runtime import unit_of_work
from tests.submissions import workers
from tests.submissions.mail_support import Talk
from tests.submissions.workers import Place
from tests.support import Office, build_office

CONTEXT = workers.context()


@pytest.fixture
def row(session: Session, office: Office) -> consultations.Consultation:
    return consultations.get(session, office.consultation)


@pytest.fixture
def talk(session: Session, log: Log, clock: FixedClock, office: Office, row) -> Talk:
    """A comment in the log."""
    made = Talk.of(office)
    hashed = receipt.locator_hash(made.raw)
    accept(session, log, clock, row, envelope=made.envelope, locator_hash=hashed, promise_days=2)
    sequencing.sequence_groups(session, log, [row.id])
    return made


def ask(session, log, clock, row, talk: Talk, text: str = "Ở khâu nào?", **how) -> mailbox.Kept:
    posted, tickets = talk.ask(text, **how)
    return mailbox.ask(session, log, clock, row, posted=posted, tickets=tickets, promise_days=2)


def answer(session, log, clock, row, posted: mailbox.Posted, ticket: bytes) -> mailbox.Kept:
    return mailbox.answer(session, log, clock, row, posted=posted, ticket=ticket, promise_days=2)


def let_out(session, log, row) -> int:
    return sequencing.sequence_groups(session, log, [sequencing.mail_group(row.id)])


def read(session, clock, row, bucket: int = 1) -> bytes:
    return mailbox.read_bucket(session, row, bucket, today=clock.today())


def test_a_question_and_its_answer_reach_the_other_side(session, log, clock, row, talk) -> None:
    # given a question, which comes out with its batch and not before
    ask(session, log, clock, row, talk)
    assert talk.read(read(session, clock, row)) == []
    let_out(session, log, row)
    assert [one.text for one in talk.read(read(session, clock, row))] == ["Ở khâu nào?"]
    # when it is answered, and the answer comes out
    answer(session, log, clock, row, talk.answer(), talk.tickets[0])
    let_out(session, log, row)
    # then the submitter reads both in their order, and any reader of the comment does
    found = talk.read(read(session, clock, row))
    assert [(one.sender, one.text) for one in found] == [
        ("moderator", "Ở khâu nào?"),
        ("submitter", "Ở khâu trình ký."),
    ]
    pages = mailbox.page(session, row, after=-1, limit=20)
    assert {one.data for one in pages} == set(talk.said)
    assert all(hashlib.sha256(one.data).hexdigest() == json.loads(one.leaf)["envelope_sha256"] for one in pages)


def test_each_question_lets_three_answers_in_and_no_more(session, log, clock, row, talk) -> None:
    ask(session, log, clock, row, talk)
    first = talk.answer()
    kept = answer(session, log, clock, row, first, talk.tickets[0])
    # a broken connection: the same bytes again cost nothing and are answered as the first time
    again = answer(session, log, clock, row, first, talk.tickets[0])
    assert (kept.fresh, again.fresh, again.promise) == (True, False, kept.promise)
    for ticket in talk.tickets[1:]:
        answer(session, log, clock, row, talk.answer(), ticket)
    assert session.scalar(select(func.count()).select_from(AnswerTicket)) == 0
    for ticket in (*talk.tickets, bytes(32)):
        with pytest.raises(Conflict, match="ticket-spent"):
            answer(session, log, clock, row, talk.answer(), ticket)


def test_the_promise_of_an_answer_is_signed_for_its_leaf(session, log, clock, row, talk) -> None:
    ask(session, log, clock, row, talk)
    kept = answer(session, log, clock, row, talk.answer(), talk.tickets[0])
    promise = Promise.parse(kept.promise.partition("\n\n")[0] + "\n")
    assert promise.latest == clock.today() + timedelta(days=2)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda posted: replace(posted, data=posted.data[:-1]), "message-malformed"),
        (lambda posted: replace(posted, data=b""), "message-malformed"),
        (lambda posted: replace(posted, bucket=0), "mail-bucket-unknown"),
        (lambda posted: replace(posted, bucket=2), "mail-bucket-unknown"),
        (
            lambda posted: replace(posted, data=posted.data.replace(b"thu-2026", b"thu-2027")),
            "message-other-consultation",
        ),
    ],
    ids=["cut", "empty", "no bucket", "a bucket that singles out", "another consultation"],
)
def test_what_is_not_a_message_of_this_consultation_is_refused(session, log, clock, row, talk, change, code) -> None:
    posted, tickets = talk.ask()
    with pytest.raises(PortalError, match=code):
        mailbox.ask(session, log, clock, row, posted=change(posted), tickets=tickets, promise_days=2)


@pytest.mark.parametrize("change", [lambda found: found[:2], lambda found: [found[0]] * 3, lambda found: [b"x"] * 3])
def test_a_question_brings_three_tickets(session, log, clock, row, talk, change) -> None:
    posted, tickets = talk.ask()
    with pytest.raises(Invalid, match="message-malformed"):
        mailbox.ask(session, log, clock, row, posted=posted, tickets=change(tickets), promise_days=2)


def test_a_bucket_is_one_size_until_a_step_is_full(session, log, clock, row, talk) -> None:
    empty = read(session, clock, row)
    assert len(empty) == mailbox.STEP * message_size(row.id)
    for _ in range(mailbox.STEP):
        ask(session, log, clock, row, talk)
    let_out(session, log, row)
    assert len(read(session, clock, row)) == len(empty)
    ask(session, log, clock, row, talk)
    let_out(session, log, row)
    assert len(read(session, clock, row)) == 2 * len(empty)


def test_buckets_grow_deeper_with_the_log_and_lose_nothing(session, log, clock, office, row, talk) -> None:
    # given a message of the time when one bucket held every box
    ask(session, log, clock, row, talk)
    let_out(session, log, row)
    # when twice as many comments as a bucket must hold stand in the log
    for number in range(2 * BOXES_LEAST - 1):
        data = events.encode("submission", consultation=row.id, envelope_sha256=f"{number:064x}")
        place = ledger.append(session, log, [data])
        digest = hashlib.sha256(data).digest()
        more = {"leaf_hash": digest, "envelope_sha256": digest, "locator_hash": digest}
        session.add(Submission(consultation_id=row.id, leaf_index=place, **more))
    session.get(SequencedCount, row.id).comments += 2 * BOXES_LEAST - 1
    session.flush()
    deep, other = talk.bucket(1), talk.bucket(1) ^ 1
    posted, tickets = talk.ask("Còn xảy ra không?")
    mailbox.ask(session, log, clock, row, posted=replace(posted, bucket=deep), tickets=tickets, promise_days=2)
    let_out(session, log, row)
    # then the deeper bucket has both, the other half only what came before, and no bucket is deeper yet
    assert [one.number for one in talk.read(read(session, clock, row, deep))] == [1, 2]
    assert [one.number for one in talk.read(read(session, clock, row, other))] == [1]
    with pytest.raises(NotFound, match="mail-bucket-unknown"):
        read(session, clock, row, 2 * deep)


def test_nothing_stored_says_which_way_a_message_went_or_whose_it_is(session, log, clock, row, talk) -> None:
    ask(session, log, clock, row, talk)
    answer(session, log, clock, row, talk.answer(), talk.tickets[0])
    let_out(session, log, row)
    stored = session.execute(select(MailMessage)).scalars().all()
    # every column but the hashes and the sealed bytes is the same in both rows, and both have one length
    assert {(one.consultation_id, one.bucket, len(one.data or b"")) for one in stored} == {
        (row.id, 1, len(talk.said[0]))
    }
    assert set(MailMessage.__table__.columns.keys()) == {"leaf_hash", "consultation_id", "bucket", "leaf_index", "data"}
    assert set(AnswerTicket.__table__.columns.keys()) == {"hash", "consultation_id"}


def test_messages_are_no_company_of_comments(session, log, clock, office, row, talk) -> None:
    # given a comment that waits for company, and messages beside it
    other = Talk.of(office)
    hashed = receipt.locator_hash(other.raw)
    accept(session, log, clock, row, envelope=other.envelope, locator_hash=hashed, promise_days=2)
    for _ in range(2 * row.mix_minimum):
        ask(session, log, clock, row, talk)
    # when a batch goes as soon as enough wait, then only the messages go
    sequencing.sequence_due(session, log, today=clock.today(), default_minimum=3)
    assert list(session.scalars(select(PoolEntry.kind))) == ["submission"]


def test_messages_come_out_after_their_day_whatever_their_number(session, log, clock, row, talk) -> None:
    ask(session, log, clock, row, talk)
    assert sequencing.sequence_due(session, log, today=clock.today(), default_minimum=10, daily=True) == 0
    clock.advance(days=1)
    assert sequencing.sequence_due(session, log, today=clock.today(), default_minimum=10, daily=True) == 1


def test_conversations_end_on_their_day(session, log, clock, row, talk) -> None:
    ask(session, log, clock, row, talk)
    clock.moment += mailbox.last_day(row) - clock.today()
    assert read(session, clock, row)
    posted = talk.answer()
    clock.advance(days=1)
    with pytest.raises(Conflict, match="talk-over"):
        answer(session, log, clock, row, posted, talk.tickets[0])
    with pytest.raises(NotFound, match="talk-over"):
        read(session, clock, row)


def test_a_consultation_may_have_none(session, log, clock, row, talk) -> None:
    row.talk_days = 0
    session.flush()
    posted, tickets = talk.ask()
    with pytest.raises(Conflict, match="talk-over"):
        mailbox.ask(session, log, clock, row, posted=posted, tickets=tickets, promise_days=2)


def test_only_another_number_of_days_is_frozen(row) -> None:
    assert "talk_days" not in frozen_settings(row)
    row.talk_days = 30
    assert frozen_settings(row)["talk_days"] == 30
    row.talk_days = 60


def test_erasing_leaves_the_leaves_and_nothing_to_read(session, log, clock, row, talk) -> None:
    # given a message in the log, one that waits, and unspent tickets, in a closed consultation
    ask(session, log, clock, row, talk)
    let_out(session, log, row)
    ask(session, log, clock, row, talk)
    consultations.close_consultation(session, log, row)
    # when it is over
    assert over_by(session, mailbox.last_day(row)) == []
    assert over_by(session, mailbox.last_day(row) + timedelta(days=1)) == [row.id]
    assert erase_mail(session, log, row) == 3  # the one that waited, and two erasures
    # then no byte of it is left, each leaf has its erasure, the sums fit, and an auditor finds nothing wrong
    assert list(session.scalars(select(MailMessage.data))) == [None, None]
    assert session.scalar(select(func.count()).select_from(AnswerTicket)) == 0
    assert over_by(session, date.max) == []
    assert erase_mail(session, log, row) == 0
    assert log_fits(session)
    assert violations(session) == []
    assert [sums.problems for sums in reconcile(session, today=clock.today())] == [()]


def violations(session: Session) -> list[str]:
    rules = Invariants()
    rules.feed_all(0, ledger.read_entries(session, 0, ledger.size(session)))
    found = [one.name for one in rules.finish()]
    rules.close()
    return found


def test_an_auditor_names_messages_that_were_erased_while_comments_still_came(session, log, clock, row, talk) -> None:
    ask(session, log, clock, row, talk)
    let_out(session, log, row)
    erase_mail(session, log, row)
    assert violations(session) == ["erasure-before-publication"]


# --- many at once ---


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, settings: Settings, log: Log, clock: FixedClock) -> Iterator[Place]:
    """An office on either database."""
    url = request.getfixturevalue("postgres").fresh() if request.param == "postgresql" else ""
    here = replace(settings, database_url=url)
    app = create_staff_app(here, clock)
    with app.app_context():
        db.create_all()
        with unit_of_work() as session:
            made = build_office(session, log, clock)
        db.engine.dispose()
    yield Place(replace(here, app="public"), made, clock)


def test_twenty_answers_at_once_keep_the_limit(place: Place) -> None:
    talk = Talk.of(place.office)
    with database(place.settings), unit_of_work() as session:
        row = consultations.get(session, place.office.consultation)
        ask(session, place.log, place.clock, row, talk)
    # given twenty browsers with the same receipt, each with a message of its own, all tickets tried by turns
    said = [(talk.answer(), talk.tickets[number % TICKETS]) for number in range(20)]
    gate, outcomes = CONTEXT.Barrier(4), CONTEXT.Queue()
    senders = [
        CONTEXT.Process(target=workers.answer_when_told, args=(place, said[nth::4], gate, outcomes)) for nth in range(4)
    ]
    with workers.running(*senders):
        counted = Counter(outcomes.get(timeout=60) for _ in said)
    # then three were taken, and the next round lets them out
    assert counted == {"done": TICKETS, "ticket-spent": 20 - TICKETS}
    place.clock.advance(days=1)
    assert run_once(replace(place.settings, mix_when="day"), place.log, place.clock)[0] == TICKETS + 1
    with database(place.settings):
        assert db.session.scalar(select(func.count()).select_from(MailMessage)) == TICKETS + 1
        db.session.rollback()
        db.engine.dispose()


def test_the_tick_erases_conversations_when_their_days_are_over(place: Place) -> None:
    talk = Talk.of(place.office)
    with database(place.settings), unit_of_work() as session:
        row = consultations.get(session, place.office.consultation)
        ask(session, place.log, place.clock, row, talk)
        over = mailbox.last_day(row) + timedelta(days=1)
    place.clock.moment += over - place.clock.today()
    run_once(place.settings, place.log, place.clock)
    with database(place.settings):
        assert list(db.session.scalars(select(MailMessage.data))) == [None]
        kinds = ledger.kinds(db.session())
        db.session.rollback()
        db.engine.dispose()
    assert (kinds["message"], kinds["erasure"]) == (1, 1)
