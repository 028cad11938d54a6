"""A comment that nobody can read must not block publishing for ever, nor vanish unseen."""

import json

import pytest

from portal.audit import export
from portal.audit.source import Directory
from portal.audit.verify import Brought, verify
from portal.config import ROOT
from portal.consultations import service as consultations
from portal.crypto import receipt
from portal.crypto.atrest import AtRest
from portal.errors import Conflict, Forbidden
from portal.findings import service
from portal.ledger import events
from portal.ledger.log import append
from portal.moderation import service as moderation
from portal.moderation.readings import declare_done, silent_readers
from portal.submissions.erasure import erase_comments
from portal.submissions.models import SealedEnvelope
from portal.submissions.service import look_up
from tests.rounds import CODINGS, close, moderator, places, publish


@pytest.fixture
def atrest(settings) -> AtRest:
    return AtRest([settings.secret.instance_key])


def checked(session, log, atrest, folder, *, openings: bool):
    export.write(folder, export.public_files(session, log, ROOT / "static" / "dist"))
    if openings:
        (folder / "openings.json").write_bytes(export.openings(session, atrest))
    return verify(Directory(folder), Brought(log.vkey))


def test_publishing_without_an_unreadable_comment_is_seen_by_every_auditor(
    office, session, log, clock, atrest, tmp_path
) -> None:
    # given 24 comments of which the last one has no coding
    row = close(session, log, clock, office, comments=len(CODINGS))
    account = moderator(session)
    for index, raw in list(zip(places(session), CODINGS, strict=True))[:-1]:
        moderation.code(session, log, atrest, account, row, index=index, raw=raw)
    with pytest.raises(Conflict):
        service.publish(session, log, atrest, row)
    # when every reader has declared that nothing is left to open, and not before
    declare_done(session, log, account, row)
    assert silent_readers(session, row) == 1
    with pytest.raises(Conflict):
        service.publish(session, log, atrest, row)
    declare_done(session, log, moderator(session, "moderator2"), row)
    publication = service.publish(session, log, atrest, row)
    # then it counts as a ballot that says nothing, everything recomputes, and the verdict asks about it
    assert json.loads(atrest.open(service.PURPOSE, publication.counts_sealed))["counts"]["ballots"] == len(CODINGS)
    verdict = checked(session, log, atrest, tmp_path, openings=True)
    assert verdict.failures == []
    assert [note for note in verdict.notices if "1 comments were published without a coding" in note]


def test_erasing_keeps_leaves_and_receipts_and_is_refused_before_publication(
    office, session, log, clock, atrest, tmp_path
) -> None:
    # given a published consultation
    publish(session, log, clock, atrest, office)
    row = consultations.get(session, office.consultation)
    held = session.query(SealedEnvelope).count()
    # when its comments are erased, twice
    assert (erase_comments(session, log, row), erase_comments(session, log, row)) == (held, 0)
    # then nothing sealed is left, and the log still verifies with an erasure for each
    assert session.query(SealedEnvelope).count() == 0
    verdict = checked(session, log, atrest, tmp_path, openings=True)
    assert verdict.failures == [] and verdict.kinds["erasure"] == held
    assert look_up(session, log, locator=receipt.locator(receipt.new_receipt())).state == "unknown"


def test_erasing_before_publication_is_refused(office, session, log, clock) -> None:
    row = close(session, log, clock, office, comments=2)
    with pytest.raises(Conflict, match="consultation-not-published"):
        erase_comments(session, log, row)


def test_a_log_that_published_past_silent_readers_is_a_failure(office, session, log, clock, atrest, tmp_path) -> None:
    # given a server that published although a comment had no coding and nobody had declared anything
    row = close(session, log, clock, office, comments=2)
    moderation.code(
        session, log, atrest, moderator(session), row, index=places(session)[0], raw={"categories": ["C1"]}
    )
    leaf = {"publication_sha256": "0" * 64, "counts_commitment": "0" * 64, "checkpoint_size": 1}
    append(session, log, [events.encode("finding", consultation=row.id, **leaf)])
    verdict = checked(session, log, atrest, tmp_path, openings=False)
    assert "finding-with-uncoded-submission" in {failure.name for failure in verdict.failures}


def test_a_declaration_waits_for_closing_and_comes_from_readers(office, session, log) -> None:
    row = consultations.get(session, office.consultation)
    with pytest.raises(Conflict, match="consultation-not-closed"):
        declare_done(session, log, moderator(session), row)
    with pytest.raises(Forbidden, match="not-a-reader"):
        declare_done(session, log, moderator(session, "committee"), row)
