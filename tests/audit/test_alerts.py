"""What does not add up is named, each fault by its own name, and nothing else is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus

import pytest
from sqlalchemy import delete, select, update

from portal.audit.alerts import Alert, survey
from portal.audit.timeline import timeline
from portal.audit.watched import watched
from portal.consultations import service as consultations
from portal.ledger import log as ledger
from portal.ledger.assets import ServedFile, log_assets
from portal.ledger.cosignatures import keep, learn
from portal.ledger.models import LogCheckpoint, LogCosignature, LogLeaf, LogTile
from portal.submissions.erasure import erase_comments
from portal.tlog.cosignature import CosignerSigner, MldsaCosignerSigner
from portal.tlog.note import sign_note
from portal.tlog.policy import Policy, PolicyGroup, PolicyWitness
from tests.rounds import send

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 23)
SERVED = {"a.js": ServedFile("1" * 64, 10), "b.css": ServedFile("2" * 64, 20)}
ONE = CosignerSigner("witness.example/one", bytes([1]) * 32)
NO_QUORUM = Alert("quorum-missing")
TWO = MldsaCosignerSigner("witness.example/two", bytes([2]) * 32)


@pytest.fixture
def watching(log):
    """The log under a policy of two witnesses, either of which is enough."""
    named = tuple(PolicyWitness(n, k.verifier, f"https://{n}.example") for n, k in (("one", ONE), ("two", TWO)))
    return replace(log, policy=replace(_any(named), log_lines=log.policy.log_lines))


def _any(named: tuple[PolicyWitness, ...]) -> Policy:
    return Policy("g", (), named, (PolicyGroup("g", 1, tuple(one.name for one in named)),))


def cosign(session, log, *signers, at=NOW):
    """The newest checkpoint is cosigned, and the answers were heard."""
    size, note = ledger.size(session), ledger.newest_note(session)
    for signer in signers:
        made = sign_note(note.text, signer.at(int(at.timestamp())))
        keep(session, log, size, made.signatures)
        witness = next(one for one in log.policy.witnesses if one.key == signer.verifier)
        learn(session, witness, HTTPStatus.OK, size)


def grow(session, log, name="c.js"):
    log_assets(session, log, {name: ServedFile("3" * 64, 30)})


def names(session, log, *, now=NOW, today=TODAY, served=None) -> list[Alert]:
    session.flush()
    session.expire_all()
    return list(survey(session, log, now=now, today=today, served=served or {}).alerts)


def states(session, log) -> dict[str, str]:
    return {one.name: one.state for one in watched(session, log).watchers}


def test_a_sound_instance_has_no_alert(walked, log) -> None:
    log_assets(walked, log, SERVED)
    assert names(walked, log, served=SERVED) == []


def test_an_empty_log_has_no_alert(session, log, watching) -> None:
    assert names(session, log) == []
    assert not watched(session, watching).overdue(NOW)


def test_a_quorum_and_its_witnesses_are_shown(walked, watching) -> None:
    # given both cosigned, and one of them again after the log grew
    cosign(walked, watching, ONE, TWO)
    first = ledger.size(walked)
    grow(walked, watching)
    cosign(walked, watching, ONE, at=NOW + timedelta(hours=1))
    # then the quorum holds, and the other has not seen the newest leaf
    seen = watched(walked, watching)
    one, two = seen.watchers
    assert (seen.holds, seen.quorum_size, seen.quorum_at) == (True, first + 1, NOW + timedelta(hours=1))
    assert (one.state, one.size, one.behind, one.cosigned) == ("current", first + 1, 0, NOW + timedelta(hours=1))
    assert (two.state, two.size, two.behind, two.cosigned) == ("waiting", first, 1, NOW)
    assert names(walked, watching) == []


def test_between_ticks_there_is_no_alarm_and_a_day_later_there_is(walked, watching) -> None:
    cosign(walked, watching, ONE, TWO)
    grow(walked, watching)
    assert states(walked, watching) == {"one": "waiting", "two": "waiting"}
    assert names(walked, watching, now=NOW + timedelta(hours=23)) == []
    assert names(walked, watching, now=NOW + timedelta(hours=25)) == [NO_QUORUM]


@pytest.mark.parametrize(
    ("status", "known", "state", "expected"),
    [
        (0, None, "silent", [NO_QUORUM, Alert("witness-lagging", "one")]),
        (HTTPStatus.NOT_FOUND, None, "refused", [NO_QUORUM, Alert("witness-lagging", "one")]),
        (HTTPStatus.CONFLICT, 1, "waiting", []),
        (HTTPStatus.UNPROCESSABLE_ENTITY, None, "contradicts", [Alert("log-contradicted", "one"), NO_QUORUM]),
        (HTTPStatus.CONFLICT, 10_000, "ahead", [Alert("log-rolled-back", "one"), NO_QUORUM]),
    ],
)
def test_what_a_witness_answered_is_told_apart(walked, watching, status, known, state, expected) -> None:
    # given a checkpoint that both cosigned, and a newer one that one of them was asked about
    cosign(walked, watching, ONE, TWO)
    grow(walked, watching)
    learn(walked, watching.policy.witnesses[0], status, known)
    assert states(walked, watching)["one"] == state
    assert names(walked, watching) == expected


def test_witnesses_that_were_never_asked_are_named(walked, watching) -> None:
    assert states(walked, watching) == {"one": "never", "two": "never"}
    lagging = [Alert("witness-lagging", "one"), Alert("witness-lagging", "two")]
    assert names(walked, watching) == [NO_QUORUM, *lagging]


def test_a_changed_cosignature_is_named(walked, watching) -> None:
    cosign(walked, watching, ONE)
    line = walked.scalars(select(LogCosignature.line)).one()
    place = line.rindex(" ") + 20
    changed = line[:place] + ("A" if line[place] != "A" else "B") + line[place + 1 :]
    walked.execute(update(LogCosignature).values(line=changed))
    assert names(walked, watching) == [Alert("cosignature-damaged")]


def test_a_time_that_no_calendar_has_is_shown_as_its_last(walked, watching) -> None:
    note, size = ledger.newest_note(walked), ledger.size(walked)
    keep(walked, watching, size, sign_note(note.text, ONE.at((1 << 63) - 1)).signatures)
    assert watched(walked, watching).watchers[0].cosigned.year == 9999


@pytest.mark.parametrize(
    ("served", "expected"),
    [
        ({"a.js": SERVED["a.js"]}, []),
        ({"a.js": ServedFile("9" * 64, 10)}, [Alert("asset-not-logged", "a.js")]),
        ({**SERVED, "new.js": ServedFile("1" * 64, 10)}, [Alert("asset-not-logged", "new.js")]),
    ],
)
def test_what_is_served_but_not_logged_is_named(walked, log, served, expected) -> None:
    log_assets(walked, log, SERVED)
    assert names(walked, log, served=served) == expected


@pytest.mark.parametrize(
    "damage",
    [
        lambda s: s.execute(update(LogTile).values(data=bytes(32 * 256))),
        lambda s: s.execute(delete(LogTile)),
        lambda s: s.execute(update(LogCheckpoint).values(note="nothing")),
        lambda s: s.execute(delete(LogCheckpoint)),
    ],
    ids=["tiles changed", "tiles gone", "checkpoint unreadable", "checkpoints gone"],
)
def test_a_checkpoint_that_does_not_fit_is_named(walked, log, damage) -> None:
    damage(walked)
    assert Alert("checkpoint-unsound") in names(walked, log)


def test_a_comment_leaf_too_many_is_named(walked, log) -> None:
    walked.execute(update(LogLeaf).where(LogLeaf.kind == "reading").values(kind="submission"))
    walked.execute(update(LogLeaf).where(LogLeaf.kind == "coding", LogLeaf.index % 2 == 0).values(kind="submission"))
    assert names(walked, log) == [Alert("log-differs-from-store")]


def test_a_broken_promise_names_its_consultation(office, session, log, clock) -> None:
    send(session, log, clock, office)
    late = clock.today() + timedelta(days=3)
    assert names(session, log, today=late) == [Alert("promise-broken", office.consultation)]


# --- the timeline ---


def test_the_timeline_tells_acts_and_no_comment(walked, log, office) -> None:
    log_assets(walked, log, SERVED)
    told = timeline(walked)
    assert [one.name for one in told][:4] == ["asset", "report", "finding", "consultation-close"]
    assert {one.name for one in told[4:]} == {"key-add", "consultation-open", "asset"}
    assert [one.first for one in told] == sorted((one.first for one in told), reverse=True)
    assert (told[0].count, told[1].consultation) == (2, office.consultation)


def test_runs_of_one_kind_are_one_line(walked, log, office) -> None:
    erased = erase_comments(walked, log, consultations.get(walked, office.consultation))
    grow(walked, log)
    newest, run = timeline(walked)[:2]
    assert (newest.name, newest.count) == ("asset", 1)
    assert (run.name, run.count, run.consultation) == ("erasure", erased, office.consultation)


def test_only_the_newest_are_told(walked, log) -> None:
    whole = timeline(walked)
    assert timeline(walked, 3) == whole[:3]
