"""Invitations, roles that must not meet, and keys in the log."""

import secrets

import pytest

from portal.accounts import service
from portal.crypto import keys as kem
from portal.crypto import keywrap
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.ledger import events
from portal.ledger.log import read_leaf
from tests.support import TODAY

KEPT_APART = [("issuer", "moderator"), ("admin", "moderator"), ("committee", "moderator")]


@pytest.fixture
def person(session):
    """Invites somebody and enrols them: person("name", "role", ...)."""

    def make(name: str, *roles: str):
        account, _ = service.invite(
            session, email=f"{name}@example.org", name=name, roles=roles, forbid_pairs=True, today=TODAY
        )
        account.password, account.invite_hash = "stored form", None
        return account

    return make


def key_of(session, log, account):
    seed = secrets.token_bytes(32)
    public_key = kem.public_key(seed)
    wrapped = keywrap.wrap(seed, "sau tu thu nghiem", kid=kem.kid_of(public_key), memory_kib=8192, time_cost=1)
    return service.add_key(session, log, account, public_key=public_key, wrapped=wrapped)


@pytest.mark.parametrize("pair", KEPT_APART)
def test_pairs_that_must_not_meet_are_refused_unless_the_office_allows_them(pair) -> None:
    with pytest.raises(Conflict, match="role-pair-forbidden"):
        service.check_roles(pair, forbid_pairs=True)
    with pytest.raises(Conflict, match="role-pair-forbidden"):
        service.check_roles([*pair, "auditor"], forbid_pairs=True)
    assert service.check_roles(pair, forbid_pairs=False) == sorted(pair)


@pytest.mark.parametrize("names", [[], ["root"], ["admin", "root"]])
def test_roles_are_known_and_at_least_one(names) -> None:
    with pytest.raises(Invalid, match="role-unknown"):
        service.check_roles(names, forbid_pairs=True)


def test_an_invitation_is_spent_once_by_its_own_address(session) -> None:
    account, code = service.invite(
        session, email=" New@Example.org ", name="N", roles=["auditor"], forbid_pairs=True, today=TODAY
    )
    assert (account.email, account.password, service.standing(account)) == ("new@example.org", None, "invited")
    with pytest.raises(Invalid, match="invite-wrong"):
        service.enrol(session, email="other@example.org", code=code, password_hash="x", today=TODAY, days=7)
    assert service.enrol(session, email="new@example.org", code=code, password_hash="x", today=TODAY, days=7) is account
    assert (account.password, account.invite_hash, service.standing(account)) == ("x", None, "active")
    with pytest.raises(Invalid, match="invite-wrong"):
        service.enrol(session, email="new@example.org", code=code, password_hash="y", today=TODAY, days=7)


@pytest.mark.parametrize("code", ["", "nonsense", "0000-0000-0000-0000-01"])
def test_a_malformed_code_is_refused_like_a_wrong_one(session, code) -> None:
    with pytest.raises(Invalid, match="invite-wrong"):
        service.enrol(session, email="new@example.org", code=code, password_hash="x", today=TODAY, days=7)


def test_a_second_account_for_an_address_is_refused(session, person) -> None:
    person("a", "auditor")
    with pytest.raises(Conflict, match="account-exists"):
        service.invite(session, email="A@example.org", name="A", roles=["auditor"], forbid_pairs=True, today=TODAY)


def test_a_new_code_ends_password_second_step_and_sessions(session, person) -> None:
    account = person("a", "auditor")
    account.tf_primary_method, account.tf_totp_secret, account.mf_recovery_codes = "authenticator", "s", ["c"]
    before = account.fs_uniquifier
    code = service.renew_invite(account, today=TODAY)
    assert (account.password, account.tf_primary_method, account.tf_totp_secret) == (None, None, None)
    assert account.mf_recovery_codes is None
    assert account.fs_uniquifier != before
    assert service.enrol(session, email=account.email, code=code, password_hash="new", today=TODAY, days=7) is account


def test_the_last_active_administrator_can_be_neither_blocked_nor_demoted(session, person) -> None:
    first = person("first", "admin")
    with pytest.raises(Conflict, match="account-last-admin"):
        service.set_active(session, first, False)
    with pytest.raises(Conflict, match="account-last-admin"):
        service.set_roles(session, first, ["auditor"], forbid_pairs=True)
    second = person("second", "admin")
    service.set_active(session, first, False)
    assert service.standing(first) == "blocked"
    with pytest.raises(Conflict, match="account-last-admin"):
        service.set_roles(session, second, ["auditor"], forbid_pairs=True)
    service.set_roles(session, first, ["auditor"], forbid_pairs=True)  # blocked: it opens nothing anyway
    assert service.role_names(first) == {"auditor"}


def test_blocking_ends_sessions(session, person) -> None:
    account = person("a", "auditor")
    before = account.fs_uniquifier
    service.set_active(session, account, False)
    assert account.fs_uniquifier != before
    after = account.fs_uniquifier
    service.set_active(session, account, True)
    assert account.fs_uniquifier == after


def test_adding_and_revoking_a_key_stand_in_the_log(session, log, person) -> None:
    account = person("m", "moderator")
    key = key_of(session, log, account)
    added = events.decode(read_leaf(session, key.add_leaf))
    assert (added["type"], added["action"], added["kid"]) == ("key", "add", key.kid)
    assert service.get_key(session, key.kid) is key
    assert service.active_keys(session, account_id=account.id) == [key]
    service.revoke_key(session, log, key)
    revoked = events.decode(read_leaf(session, key.revoke_leaf))
    assert (revoked["action"], revoked["public_key_sha256"]) == ("revoke", added["public_key_sha256"])
    assert service.active_keys(session) == []
    assert service.own_keys(session, account) == [key]
    with pytest.raises(Conflict, match="key-revoked-already"):
        service.revoke_key(session, log, key)


def test_a_key_is_taken_from_moderators_only_and_once(session, log, person) -> None:
    with pytest.raises(Forbidden, match="key-needs-moderator"):
        key_of(session, log, person("a", "auditor"))
    moderator = person("m", "moderator")
    key = key_of(session, log, moderator)
    with pytest.raises(Conflict, match="key-exists"):
        service.add_key(session, log, moderator, public_key=key.public_key, wrapped=key.wrapped)


def test_a_moderator_keeps_the_role_while_holding_a_key(session, log, person) -> None:
    moderator = person("m", "moderator")
    key = key_of(session, log, moderator)
    with pytest.raises(Conflict, match="account-holds-key"):
        service.set_roles(session, moderator, ["auditor"], forbid_pairs=True)
    service.revoke_key(session, log, key)
    service.set_roles(session, moderator, ["auditor"], forbid_pairs=True)
    assert service.role_names(moderator) == {"auditor"}


def test_what_is_unknown_is_not_found(session) -> None:
    with pytest.raises(NotFound, match="account-unknown"):
        service.get_account(session, 1)
    with pytest.raises(NotFound, match="key-unknown"):
        service.get_key(session, "0" * 32)
