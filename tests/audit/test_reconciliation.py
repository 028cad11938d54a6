"""Sums that an auditor inside the house can ask for, and each way in which they can fail to fit."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update

from portal.audit.reconciliation import log_fits, reconcile, withheld
from portal.consultations.models import Consultation
from portal.findings.models import Publication
from portal.moderation.models import Coding
from portal.submissions.erasure import erase_comments
from portal.submissions.models import SealedEnvelope, SequencedCount, Submission
from portal.submissions.sequencing import sequence_groups
from tests.rounds import send


def sums(session, today=date(2026, 11, 23)):
    session.flush()
    session.expire_all()
    (found,) = reconcile(session, today=today)
    return found


def test_a_walked_consultation_fits(walked) -> None:
    found = sums(walked)
    numbers = (found.received, found.waiting, found.sequenced, found.envelopes, found.coded)
    assert numbers == (24, 0, 24, 24, 24)
    assert (found.published, found.problems) == (True, ())
    assert log_fits(walked)


def test_while_open_no_figure_shows_when_somebody_writes(office, session, log, clock) -> None:
    for _ in range(3):
        send(session, log, clock, office)
    sequence_groups(session, log, [office.consultation])
    send(session, log, clock, office)
    before = sums(session)
    send(session, log, clock, office)
    assert sums(session) == before
    assert (before.received, before.waiting, before.envelopes, before.sequenced) == (None, None, None, 3)
    assert before.problems == ()


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda s: s.execute(update(SequencedCount).values(comments=4)), "received-not-waiting-nor-sequenced"),
        (
            lambda s: s.connection().execute(
                delete(SealedEnvelope.__table__).where(
                    SealedEnvelope.leaf_hash == select(Submission.leaf_hash).limit(1).scalar_subquery()
                )
            ),
            "envelope-missing",
        ),
        (lambda s: s.execute(update(Consultation).values(state="closed")), "waiting-after-close"),
        (lambda s: s.execute(update(Consultation).values(state="published")), "published-state-differs"),
    ],
)
def test_each_thing_that_does_not_fit_is_named(office, session, log, clock, damage, problem) -> None:
    # given three comments in the log and one that waits
    for _ in range(3):
        send(session, log, clock, office)
    sequence_groups(session, log, [office.consultation])
    send(session, log, clock, office)
    damage(session)
    assert problem in sums(session).problems


def test_what_was_erased_after_publication_is_counted_and_fits(walked, log, office) -> None:
    assert sums(walked).erased == 0
    erase_comments(walked, log, walked.get(Consultation, office.consultation))
    found = sums(walked)
    assert (found.erased, found.envelopes, found.problems) == (24, 0, ())


def test_withheld_rows_are_those_that_somebody_named_under_the_threshold(walked, atrest, office) -> None:
    # C9 and the unit P2 were named once each, C12 five times and so shown
    assert withheld(walked, atrest, office.consultation) == 2


def test_a_coding_that_vanished_after_publishing_is_named(walked) -> None:
    walked.delete(walked.query(Coding).first())
    assert "published-with-uncoded" in sums(walked).problems


def test_a_publication_that_vanished_is_named(walked) -> None:
    walked.execute(delete(Publication))
    assert "published-state-differs" in sums(walked).problems


def test_a_comment_that_lost_its_place_does_not_fit_the_log(walked) -> None:
    walked.execute(delete(Coding))
    digest = walked.scalar(select(SealedEnvelope.leaf_hash).limit(1))
    for table in (SealedEnvelope.__table__, Submission.__table__):
        walked.connection().execute(delete(table).where(table.c.leaf_hash == digest))
    assert not log_fits(walked)
    assert "received-not-waiting-nor-sequenced" in sums(walked).problems


def test_a_broken_promise_is_named(office, session, log, clock) -> None:
    send(session, log, clock, office)
    assert sums(session, clock.today() + timedelta(days=2)).problems == ()
    assert sums(session, clock.today() + timedelta(days=3)).problems == ("promise-broken",)
