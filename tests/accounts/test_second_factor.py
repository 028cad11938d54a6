"""One-time codes work once; recovery codes are kept as keyed digests."""

import dataclasses
from unicodedata import normalize

import pytest
from flask_security.core import _default_messages

from portal.accounts import security
from portal.accounts.models import Account
from portal.accounts.second_factor import HashedRecoveryCodes, SingleUseTotp, digest
from portal.accounts.sign_in import NoMail, plain_email, plain_password
from portal.accounts.words import message_options


@pytest.fixture
def parts(staff_app):
    """The two classes as Flask-Security holds them, in an application context."""
    with staff_app.app_context():
        extension = staff_app.extensions["security"]
        assert isinstance(extension.totp_factory, SingleUseTotp)
        assert isinstance(extension.mf_recovery_codes_util, HashedRecoveryCodes)
        yield extension.totp_factory, extension.mf_recovery_codes_util


@pytest.fixture
def account() -> Account:
    return Account(id=7, email="a@example.org", fs_uniquifier="x", active=True)


def test_a_code_is_accepted_once_and_for_its_account_only(parts, account) -> None:
    totp, _ = parts
    secret = totp.generate_totp_secret()
    code = totp.generate_totp_password(secret)
    other = Account(id=8, email="b@example.org", fs_uniquifier="y", active=True)
    assert totp.verify_totp(code, secret, account, 30)
    assert not totp.verify_totp(code, secret, account, 30)
    assert totp.verify_totp(code, secret, other, 30)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "12 34"])
def test_what_is_no_code_is_refused(parts, account, code) -> None:
    totp, _ = parts
    assert not totp.verify_totp(code, totp.generate_totp_secret(), account, 30)


def test_the_stored_secret_is_encrypted(parts) -> None:
    totp, _ = parts
    secret = totp.generate_totp_secret()
    assert "enckey" in secret
    assert totp.get_totp_b32_key(secret) not in secret


def test_the_square_code_is_markup_without_style_or_script(parts) -> None:
    totp, _ = parts
    svg = str(totp.generate_qrcode("a@example.org", totp.generate_totp_secret()))
    assert svg.startswith("<svg viewBox=")
    for forbidden in ("style", "script", "data:", "href", "a@example.org"):
        assert forbidden not in svg


def test_recovery_codes_are_kept_as_digests_and_spent_one_by_one(parts, account) -> None:
    _, codes_of = parts
    codes = codes_of.create_recovery_codes(account)
    assert len(set(codes)) == 8
    assert account.mf_recovery_codes == [digest(code) for code in codes]
    assert codes_of.get_recovery_codes(account) == []
    assert codes_of.check_recovery_code(account, codes[3].upper().replace("-", " "))
    codes_of.delete_recovery_code(account, codes[3])
    assert not codes_of.check_recovery_code(account, codes[3])
    assert all(codes_of.check_recovery_code(account, code) for code in codes if code != codes[3])
    assert not codes_of.check_recovery_code(account, "")


def test_digests_depend_on_the_instance(parts, staff_app, monkeypatch) -> None:
    before = digest("1234-5678-9abc")
    settings = staff_app.extensions["portal.settings"]
    other = dataclasses.replace(settings.secret, totp_key="another key")
    monkeypatch.setitem(staff_app.extensions, "portal.settings", dataclasses.replace(settings, secrets=other))
    assert digest("1234-5678-9abc") != before


def test_passwords_are_argon2id_and_the_same_in_every_unicode_form(parts) -> None:
    stored = security.hashed(normalize("NFD", "mật khẩu dài"))
    assert stored.startswith("$argon2id$")
    assert plain_password(normalize("NFD", "mật khẩu")) == "mật khẩu"


def test_addresses_have_one_form_and_no_mail_is_ever_sent(staff_app) -> None:
    assert plain_email("  Văn.Phòng@Example.ORG ") == "văn.phòng@example.org"
    mail = NoMail(staff_app)
    assert mail.normalize("A@vp.local") == mail.validate("A@vp.local") == "a@vp.local"
    with pytest.raises(RuntimeError):
        mail.send_mail("template", "subject", "to@example.org", "sender", "body", None)


def test_every_message_that_is_replaced_exists_in_flask_security(staff_app) -> None:
    assert {name.removeprefix("SECURITY_MSG_") for name in message_options()} <= set(_default_messages)
