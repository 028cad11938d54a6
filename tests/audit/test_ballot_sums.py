"""Sums of a consultation with ballots, and its publication with everything opened."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from portal.audit.export import openings, public_files
from portal.audit.reconciliation import log_fits, reconcile
from portal.ballots.models import Nullifier
from portal.consultations import service as consultations
from portal.consultations.models import ConsultationIssuer
from portal.crypto.canonical import dump_canonical
from portal.findings import service as findings
from portal.ledger.models import LogLeaf
from portal.moderation import service as moderation
from tests.audit.ballot_log import A, B, build, collected_by, send
from tests.audit.support import judged, names
from tests.ballots.support import CONSULTATION, move_to, open_with_ballots, two_issuers
from tests.rounds import moderator, places


@pytest.fixture
def built(office, session, log, clock, tmp_path, static):
    """An instance of this test's own: nine collected, three on cards, six of both spent."""
    return build(session, log, clock, office, tmp_path, static)


def sums(session, clock):
    session.flush()
    session.expire_all()
    return next(line for line in reconcile(session, today=clock.today()) if line.row.id == CONSULTATION)


def test_the_sums_are_those_of_the_log(built, session, clock) -> None:
    found = sums(session, clock)
    assert (found.problems, found.sequenced, found.received) == ((), 6, None)
    held = found.ballots
    assert (held.people, held.each, held.most, held.late) == (6, 3, 18, ())
    assert (held.turnout.ballots, held.turnout.cards, held.turnout.used) == (9, 3, 6)
    assert log_fits(session)


def test_what_waits_is_not_counted(built, session, log, clock, office) -> None:
    before = sums(session, clock)
    send(session, log, clock, office, collected_by(built.held[0]))
    assert sums(session, clock) == before


def test_a_consultation_without_ballots_has_none(built, session, clock) -> None:
    (other,) = [line for line in reconcile(session, today=clock.today()) if line.row.id != CONSULTATION]
    assert (other.ballots, other.problems) == (None, ())


def test_a_list_is_late_only_after_its_last_day(office, session, log, clock, tmp_path) -> None:
    pair = two_issuers(tmp_path, clock)
    open_with_ballots(session, log, clock, pair)
    move_to(clock, pair.collect_until)
    found = sums(session, clock)
    assert (found.ballots.late, found.ballots.turnout, found.problems) == ((), None, ())
    move_to(clock, pair.collect_until + timedelta(days=1))
    found = sums(session, clock)
    assert [one.issuer for one in found.ballots.late] == [A, B]
    assert found.problems == ("issuance-list-missing",)


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda s: s.execute(delete(Nullifier)), "spent-not-received"),
        (
            lambda s: s.connection().execute(
                insert(Nullifier.__table__),
                [{"value": bytes([n]) * 32, "consultation_id": CONSULTATION} for n in range(9)],
            ),
            "spent-not-received",
        ),
        (lambda s: s.execute(update(ConsultationIssuer).values(issued=1, cards=1)), "received-over-issued"),
        (lambda s: s.execute(update(ConsultationIssuer).values(issued=99)), "issued-over-roster"),
    ],
)
def test_each_thing_that_does_not_fit_is_named(built, session, clock, damage, problem) -> None:
    damage(session)
    assert problem in sums(session, clock).problems


def test_a_ballot_spent_where_none_is_needed_is_named(office, session, clock) -> None:
    session.add(Nullifier(value=bytes(32), consultation_id=office.consultation))
    session.flush()
    (found,) = reconcile(session, today=clock.today())
    assert found.problems == ("spent-without-need",)


def test_a_list_that_lost_a_line_does_not_fit_the_log(built, session) -> None:
    session.execute(update(ConsultationIssuer).where(ConsultationIssuer.issuer == A).values(issued=8))
    assert not log_fits(session)
    session.execute(update(ConsultationIssuer).where(ConsultationIssuer.issuer == A).values(issued=9))
    assert log_fits(session)
    session.execute(
        delete(LogLeaf).where(
            LogLeaf.index == select(LogLeaf.index).where(LogLeaf.kind == "issuance").limit(1).scalar_subquery()
        )
    )
    assert not log_fits(session)


# --- published, and opened to an auditor ---


@pytest.fixture
def opened(built, session, log, atrest, static):
    """The consultation closed, coded and published; its export with openings."""
    row = consultations.get(session, CONSULTATION)
    consultations.close_consultation(session, log, row)
    for index in places(session):
        coding = {"categories": ["C1"], "paraphrase": "<p>Chưa rõ chủ trì.</p>"}
        moderation.code(session, log, atrest, moderator(session), row, index=index, raw=coding)
    findings.publish(session, log, atrest, row)
    return {**dict(public_files(session, log, static)), "openings.json": openings(session, atrest)}


def test_a_published_consultation_with_ballots_passes_whole(opened, log) -> None:
    verdict = judged(opened, log.vkey, opened["log/checkpoint"].decode())
    assert [failure for failure in verdict.failures if not failure.name.startswith("asset")] == []
    assert "commitments, codings, counts and published rows" in verdict.checked
    assert verdict.ballots[0].redeemed == 6


@pytest.mark.parametrize(
    ("change", "failures"),
    [
        (lambda s: s["ballots"].update(each=4), {"settings-not-as-logged", "settings-not-of-opening"}),
        (lambda s: s["ballots"]["issuers"].pop(), {"settings-not-as-logged", "settings-not-of-opening"}),
        (lambda s: s.update(ballot_mode="open"), {"settings-not-as-logged", "settings-not-of-opening"}),
        (lambda s: s.pop("ballots"), {"settings-not-as-logged", "settings-not-of-opening"}),
        (lambda s: s["ballots"]["issuers"][0].update(address="http://127.0.0.1:1"), {"settings-not-as-logged"}),
    ],
)
def test_frozen_terms_of_ballots_are_those_of_the_opening(opened, log, change, failures) -> None:
    document = json.loads(opened["openings.json"])
    change(document["consultations"][CONSULTATION]["settings"])
    found = names(judged({**opened, "openings.json": dump_canonical(document)}, log.vkey))
    assert {name for name in found if not name.startswith("asset")} == failures
