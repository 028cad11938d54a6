"""Who may become a reader after the opening, by whose word, and what the log says of it."""

import json

import pytest

from portal.accounts import service as accounts
from portal.consultations import service as consultations
from portal.errors import Conflict, Forbidden, NotFound
from portal.ledger.log import read_leaf
from portal.moderation import readership, stakes
from portal.moderation.readings import declare_done, silent_readers
from portal.moderation.service import readable, require_reader
from tests.moderation.keys import give_key, new_pair, newcomer, rotate
from tests.rounds import moderator

PUBLISHED = "published"


@pytest.fixture
def row(office, session):
    return consultations.get(session, office.consultation)


@pytest.fixture
def admin(office, session):
    return moderator(session, "admin")


@pytest.fixture
def auditor(office, session):
    return moderator(session, "auditor")


def leaf_of(session, added) -> dict:
    return json.loads(read_leaf(session, added.reader_leaf))


def test_a_new_reader_needs_two_people_and_stands_in_the_log(session, log, row, admin, auditor) -> None:
    # given a moderator with a key who was no reader at the opening
    account, key, _ = newcomer(session, log)
    assert readership.candidates(session, row) == [key]
    # when an administrator proposes her, then nothing has changed yet
    readership.propose(session, admin, row, key.kid)
    assert readership.reading_kid(session, account, row) is None
    assert [one.kid for one in readership.waiting(session, row)] == [key.kid]
    assert readership.candidates(session, row) == []
    # when an auditor confirms, then she reads, and the log says so without a name
    added = readership.confirm(session, log, auditor, row, key.kid)
    assert require_reader(session, account, row) == key.kid
    assert readable(session, account) == [row]
    assert leaf_of(session, added) == {
        "type": "reader", "v": 1, "consultation": row.id, "kid": key.kid, "replaces": "",
    }  # fmt: skip
    assert readership.waiting(session) == []


def test_nobody_confirms_what_they_proposed(session, log, row, admin) -> None:
    _, key, _ = newcomer(session, log)
    readership.propose(session, admin, row, key.kid)
    with pytest.raises(Forbidden, match="reader-two-people"):
        readership.confirm(session, log, admin, row, key.kid)
    assert len(readership.waiting(session)) == 1


def test_a_declined_proposal_leaves_nothing(session, log, row, admin, auditor) -> None:
    _, key, _ = newcomer(session, log)
    readership.propose(session, admin, row, key.kid)
    readership.decline(session, row, key.kid)
    assert readership.waiting(session) == []
    with pytest.raises(NotFound):
        readership.confirm(session, log, auditor, row, key.kid)


def test_an_account_that_ever_held_a_key_is_never_added(session, log, row, office, admin) -> None:
    # given a reader of the opening, whose key is revoked and who has a new one
    account = moderator(session)
    (old,) = accounts.active_keys(session, account_id=account.id)
    accounts.revoke_key(session, log, old)
    new, _ = give_key(session, log, account)
    # then an administrator cannot bring that account in by a side door
    assert new not in readership.candidates(session, row)
    with pytest.raises(Conflict, match="reader-held-before"):
        readership.propose(session, admin, row, new.kid)


def test_who_came_to_hold_a_key_meanwhile_is_not_confirmed(session, log, row, admin, auditor) -> None:
    # given two keys of one newcomer, both proposed by hand
    account, first, _ = newcomer(session, log)
    second, _ = give_key(session, log, account)
    readership.propose(session, admin, row, first.kid)
    readership.propose(session, admin, row, second.kid)
    readership.confirm(session, log, auditor, row, first.kid)
    with pytest.raises(Conflict, match="reader-held-before"):
        readership.confirm(session, log, auditor, row, second.kid)


@pytest.mark.parametrize("state", ["draft", PUBLISHED])
def test_readers_come_only_between_opening_and_publication(session, log, row, admin, state) -> None:
    _, key, _ = newcomer(session, log)
    row.state = state
    with pytest.raises(Conflict, match="reader-too-late"):
        readership.propose(session, admin, row, key.kid)


def test_a_revoked_key_is_not_added(session, log, row, admin, auditor) -> None:
    _, key, _ = newcomer(session, log)
    readership.propose(session, admin, row, key.kid)
    accounts.revoke_key(session, log, key)
    with pytest.raises(Conflict, match="reader-key-revoked"):
        readership.confirm(session, log, auditor, row, key.kid)


def test_a_replacing_key_reads_what_the_old_one_reads(session, log, row) -> None:
    # given a reader who makes a new key
    account = moderator(session)
    (old,) = accounts.active_keys(session, account_id=account.id)
    new, _ = rotate(session, log, account, old)
    # then the old one is used until it is revoked, and the new one after that
    assert require_reader(session, account, row) == old.kid
    added = next(one for one in readership.readers_of(session, row) if one.kid == new.kid)
    assert json.loads(read_leaf(session, added.leaf))["replaces"] == old.kid
    accounts.revoke_key(session, log, old)
    assert require_reader(session, account, row) == new.kid
    assert [one.kid for one in stakes.replaced_by(session, old)] == [new.kid]


def test_nobody_replaces_anothers_key(session, log, row) -> None:
    (theirs,) = accounts.active_keys(session, account_id=moderator(session, "moderator2").id)
    with pytest.raises(NotFound):
        rotate(session, log, moderator(session), theirs)


def test_a_revoked_key_is_not_replaced(session, log, row) -> None:
    account = moderator(session)
    (old,) = accounts.active_keys(session, account_id=account.id)
    accounts.revoke_key(session, log, old)
    with pytest.raises(Conflict, match="key-revoked-already"):
        rotate(session, log, account, old)


def test_one_word_is_asked_of_a_reader_with_two_keys(session, log, row) -> None:
    # given a closed consultation with two readers, one of whom has an old and a new key
    account, other = moderator(session), moderator(session, "moderator2")
    (old,) = accounts.active_keys(session, account_id=account.id)
    rotate(session, log, account, old)
    row.state = "closed"
    assert silent_readers(session, row) == 2
    # when she gives her word with the old key, and that is revoked
    declare_done(session, log, account, row)
    accounts.revoke_key(session, log, old)
    # then she is not asked again
    assert silent_readers(session, row) == 1
    declare_done(session, log, other, row)
    assert silent_readers(session, row) == 0


def test_what_hangs_on_a_key_is_counted_by_consultation(session, log, row) -> None:
    account, other = moderator(session), moderator(session, "moderator2")
    (own,) = accounts.active_keys(session, account_id=account.id)
    (theirs,) = accounts.active_keys(session, account_id=other.id)
    # given two readers
    (stake,) = stakes.stakes(session, own)
    assert (stake.others, stake.alone, stake.left, stake.goes_on) == (1, False, None, True)
    assert stakes.last_reader_of(session, account) == []
    # when the other's account is blocked, then this one is the last, though the other key is active
    stakes.block_account(session, other, understood=False)
    (stake,) = stakes.stakes(session, own)
    assert (stake.others, stake.alone) == (0, True)
    assert stakes.last_reader_of(session, account) == [row]
    # then blocking her, too, needs a word
    with pytest.raises(Conflict, match="account-last-reader"):
        stakes.block_account(session, account, understood=False)
    assert account.active
    stakes.block_account(session, account, understood=True)
    assert not account.active
    # and a revoked key holds nothing
    accounts.revoke_key(session, log, theirs)
    assert stakes.stakes(session, theirs) == []


def test_new_pairs_differ() -> None:
    assert new_pair()[0] != new_pair()[0]
