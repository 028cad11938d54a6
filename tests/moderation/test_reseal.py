"""Sealing again: who may do it for whom, that nothing is left out, and that recusal holds on the way."""

from __future__ import annotations

import itertools

import pytest
from sqlalchemy import func, select

from portal.accounts import service as accounts
from portal.consultations import service as consultations
from portal.crypto import envelope, receipt
from portal.crypto import keys as kem
from portal.crypto.errors import CannotOpen
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.findings import service as findings
from portal.moderation import queue, readership, reseal, stakes
from portal.moderation import service as moderation
from portal.submissions.erasure import erase_comments
from portal.submissions.models import ResealedWrap
from portal.submissions.sequencing import sequence_groups
from portal.submissions.service import accept
from tests.moderation.keys import newcomer, rotate
from tests.rounds import code_all, moderator, places, send

COMMENTS = 6
LEFT_OUT = 2
"""In so many comments the first moderator is left out."""


@pytest.fixture
def row(office, session, log, clock):
    """Comments in the log, in some of which the first moderator is left out."""
    row = consultations.get(session, office.consultation)
    account = moderator(session)
    for nth in range(COMMENTS):
        recused = [key.kid for key in accounts.active_keys(session, account_id=account.id)] if nth < LEFT_OUT else []
        sealed, raw = sealed_for(office, recused)
        accept(session, log, clock, row, envelope=sealed, locator_hash=receipt.locator_hash(raw), promise_days=2)
    sequence_groups(session, log, [office.consultation])
    return row


def sealed_for(office, recused) -> tuple[bytes, bytes]:
    sealed, raw = office.seal()
    some = next(kid for kid in office.kids if kid not in recused)
    text = envelope.open_with(office.seeds[some], sealed)
    recipients = {kid: office.public_keys[kid] for kid in office.kids}
    return envelope.seal(text, consultation=office.consultation, recipients=recipients, recused=recused), raw


def key_of(session, name):
    (key,) = accounts.active_keys(session, account_id=moderator(session, name).id)
    return key


def added(session, log, row, name="newcomer"):
    """A newcomer whom an administrator proposed and an auditor confirmed."""
    account, key, seed = newcomer(session, log, name)
    readership.propose(session, moderator(session, "admin"), row, key.kid)
    readership.confirm(session, log, moderator(session, "auditor"), row, key.kid)
    return account, key, seed


def seal_chunk(seed: bytes, job, items) -> list[tuple[int, bytes]]:
    """What the browser makes of a chunk: a wrap for each, one that opens nothing where the sealer was left out."""
    made = []
    for item in items:
        target = job.target.key.public_key
        try:
            content_key = envelope.open_content_key(seed, item.envelope, item.wrap)
        except CannotOpen:
            content_key, target = bytes(32), kem.public_key(kem.new_seed())
        made.append((item.index, envelope.wrap_for(content_key, item.envelope, target)))
    return made


def run(session, job, seed, size=4) -> int:
    """The whole job; returns how many chunks it took."""
    for count in itertools.count():
        items = reseal.pending(session, job, limit=size)
        if not items:
            return count
        reseal.keep(session, job, seal_chunk(seed, job, items))
    raise AssertionError


def opened(session, row, kid, seed) -> list[int]:
    """The comments that the key opens as the queue serves them."""
    found = []
    for item in queue.page(session, accounts.get_key(session, kid).account, row, kid=kid, after=-1, limit=50):
        try:
            envelope.open_with(seed, item.envelope, item.wrap)
        except CannotOpen:
            continue
        found.append(item.index)
    return found


def test_a_new_moderator_reads_what_a_reader_could_and_nothing_else(session, log, row, office) -> None:
    # given a newcomer, and the moderator who was left out of two comments
    account, key, seed = added(session, log, row)
    sealer = key_of(session, "moderator")
    job = reseal.get_job(session, moderator(session), row, key.kid)
    assert (job.sealer, job.own, reseal.progress(session, job).left) == (sealer.kid, False, COMMENTS)
    assert opened(session, row, key.kid, seed) == []
    # when she seals them again
    assert run(session, job, office.seeds[sealer.kid]) == 2
    # then the newcomer opens exactly what she opens
    own = opened(session, row, sealer.kid, office.seeds[sealer.kid])
    assert opened(session, row, key.kid, seed) == own
    assert len(own) == COMMENTS - LEFT_OUT
    # and every comment has a wrap of one size
    sizes = session.scalars(select(func.length(ResealedWrap.data))).all()
    assert sizes == [envelope.WRAP_SIZE] * COMMENTS
    # and with the other reader's part, the newcomer opens them all
    other = key_of(session, "moderator2")
    run(session, reseal.get_job(session, moderator(session, "moderator2"), row, key.kid), office.seeds[other.kid])
    assert opened(session, row, key.kid, seed) == places(session)
    assert reseal.jobs(session, moderator(session)) == []
    assert account.id not in {moderator(session).id, moderator(session, "moderator2").id}


def test_a_later_key_is_no_way_round_recusal(session, log, atrest, row, office) -> None:
    # given the moderator who was left out of two comments, and her next key
    account = moderator(session)
    old = key_of(session, "moderator")
    new, seed = rotate(session, log, account, old)
    # then no other reader has a job for it
    with pytest.raises(Forbidden, match="reseal-own-only"):
        reseal.get_job(session, moderator(session, "moderator2"), row, new.kid)
    assert reseal.jobs(session, moderator(session, "moderator2")) == []
    # and her own job gives the new key what the old one opens
    ((job, progress),) = reseal.jobs(session, account)
    assert (job.own, job.sealer, progress.left) == (True, old.kid, COMMENTS)
    run(session, job, office.seeds[old.kid])
    accounts.revoke_key(session, log, old)
    assert moderation.require_reader(session, account, row) == new.kid
    assert len(opened(session, row, new.kid, seed)) == COMMENTS - LEFT_OUT


def test_with_the_old_key_revoked_nobody_can_seal_to_the_new_one(session, log, row) -> None:
    account, old = moderator(session), key_of(session, "moderator")
    new, _ = rotate(session, log, account, old)
    accounts.revoke_key(session, log, old)
    with pytest.raises(Conflict, match="reseal-old-revoked"):
        reseal.get_job(session, account, row, new.kid)
    assert reseal.jobs(session, account) == []


def test_a_newcomers_next_key_comes_from_the_newcomers_own(session, log, atrest, row, office) -> None:
    # given a newcomer who has what both readers could open
    account, key, seed = added(session, log, row)
    for name in ("moderator", "moderator2"):
        sealer = key_of(session, name)
        run(session, reseal.get_job(session, moderator(session, name), row, key.kid), office.seeds[sealer.kid])
    # when she replaces her key
    new, new_seed = rotate(session, log, account, key)
    with pytest.raises(Forbidden, match="reseal-own-only"):
        reseal.get_job(session, moderator(session), row, new.kid)
    run(session, reseal.get_job(session, account, row, new.kid), seed)
    # then the new key opens everything, by the wraps that the first one had got
    assert opened(session, row, new.kid, new_seed) == places(session)


@pytest.mark.parametrize(
    ("name", "code"), [("newcomer", "reseal-not-self"), ("admin", "not-a-reader"), ("auditor", "not-a-reader")]
)
def test_who_has_no_job(session, log, row, name, code) -> None:
    _, key, _ = added(session, log, row)
    with pytest.raises(Forbidden, match=code):
        reseal.get_job(session, moderator(session, name), row, key.kid)


def test_there_is_no_job_for_a_key_of_the_opening_a_proposal_or_a_revoked_key(session, log, row) -> None:
    with pytest.raises(NotFound):
        reseal.get_job(session, moderator(session), row, key_of(session, "moderator2").kid)
    _, proposed, _ = newcomer(session, log, "proposed")
    readership.propose(session, moderator(session, "admin"), row, proposed.kid)
    with pytest.raises(NotFound):
        reseal.get_job(session, moderator(session), row, proposed.kid)
    _, key, _ = added(session, log, row)
    accounts.revoke_key(session, log, key)
    with pytest.raises(Conflict, match="reader-key-revoked"):
        reseal.get_job(session, moderator(session), row, key.kid)


def test_a_chunk_may_come_twice_and_the_job_goes_on_where_it_stopped(session, log, row, office) -> None:
    _, key, _ = added(session, log, row)
    sealer = key_of(session, "moderator2")
    job = reseal.get_job(session, moderator(session, "moderator2"), row, key.kid)
    first = reseal.pending(session, job, limit=2)
    chunk = seal_chunk(office.seeds[sealer.kid], job, first)
    reseal.keep(session, job, chunk)
    # when the answer was lost and the chunk is sent again
    reseal.keep(session, job, chunk)
    assert reseal.progress(session, job).done == 2
    # then what comes next are the comments after it
    assert [item.index for item in reseal.pending(session, job)] == places(session)[2:]
    assert [item.index for item in reseal.pending(session, job, after=places(session)[3])] == places(session)[4:]


def test_a_comment_cannot_be_left_out(session, log, row, office) -> None:
    # given a reader's script that would seal only what it opens
    _, key, _ = added(session, log, row)
    sealer = key_of(session, "moderator")
    job = reseal.get_job(session, moderator(session), row, key.kid)
    chunk = seal_chunk(office.seeds[sealer.kid], job, reseal.pending(session, job))
    for part in (chunk[1:], [chunk[0], *chunk[2:]], chunk[-1:]):
        with pytest.raises(Conflict, match="reseal-gap"):
            reseal.keep(session, job, part)
    assert reseal.progress(session, job).done == 0
    reseal.keep(session, job, chunk[:3])
    with pytest.raises(Conflict, match="reseal-gap"):
        reseal.keep(session, job, chunk[4:])


@pytest.mark.parametrize(
    "change",
    [
        lambda chunk: [],
        lambda chunk: [chunk[0], chunk[0]],
        lambda chunk: [(chunk[0][0], chunk[0][1][:-1])],
        lambda chunk: [(chunk[0][0], chunk[0][1] + b"\0")],
        lambda chunk: chunk * (reseal.CHUNK_MAX + 1),
    ],
)
def test_a_chunk_of_another_shape_is_refused(session, log, row, office, change) -> None:
    _, key, _ = added(session, log, row)
    job = reseal.get_job(session, moderator(session), row, key.kid)
    chunk = seal_chunk(office.seeds[job.sealer], job, reseal.pending(session, job, limit=1))
    with pytest.raises(Invalid, match="reseal-malformed"):
        reseal.keep(session, job, change(chunk))


def test_only_comments_of_the_consultation_are_taken(session, log, row) -> None:
    _, key, _ = added(session, log, row)
    job = reseal.get_job(session, moderator(session), row, key.kid)
    with pytest.raises(NotFound, match="comment-unknown"):
        reseal.keep(session, job, [(0, bytes(envelope.WRAP_SIZE))])


def test_new_comments_bring_the_job_back(session, log, clock, row, office) -> None:
    _, key, _ = added(session, log, row)
    job = reseal.get_job(session, moderator(session), row, key.kid)
    run(session, job, office.seeds[job.sealer])
    assert reseal.jobs(session, moderator(session)) == []
    send(session, log, clock, office)
    sequence_groups(session, log, [office.consultation])
    ((_, progress),) = reseal.jobs(session, moderator(session))
    assert (progress.total, progress.done) == (COMMENTS + 1, COMMENTS)


def test_a_newcomer_counts_as_a_reader_only_with_everything_sealed(session, log, row, office) -> None:
    # given one reader left, and a newcomer
    accounts.revoke_key(session, log, key_of(session, "moderator2"))
    _, key, _ = added(session, log, row)
    own = key_of(session, "moderator")
    assert stakes.stakes(session, own)[0].alone
    assert stakes.stakes(session, key) == []  # nothing was passed on to it yet
    run(session, reseal.get_job(session, moderator(session), row, key.kid), office.seeds[own.kid])
    assert not stakes.stakes(session, own)[0].alone
    (theirs,) = stakes.stakes(session, key)
    assert (theirs.comments, theirs.goes_on, theirs.others) == (COMMENTS, False, 1)


def test_erasing_comments_erases_their_wraps(session, log, atrest, row, office) -> None:
    _, key, _ = added(session, log, row)
    job = reseal.get_job(session, moderator(session), row, key.kid)
    run(session, job, office.seeds[job.sealer])
    consultations.close_consultation(session, log, row)
    code_all(session, log, atrest, row, [{"categories": ["C1"]}] * COMMENTS)
    findings.publish(session, log, atrest, row)
    assert erase_comments(session, log, row) == COMMENTS
    assert session.scalar(select(func.count()).select_from(ResealedWrap)) == 0
    assert stakes.stakes(session, key) == []
