"""Flask-Security's forms with our labels, and without what the portal does not offer (no "remember me", no mail)."""

from __future__ import annotations

import unicodedata
from typing import Any, NoReturn

from flask_babel import lazy_gettext as _l
from flask_security import (
    ChangePasswordForm,
    LoginForm,
    MailUtil,
    MfRecoveryForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
)
from flask_security.forms import EqualToLocalize, IsString, RequiredLocalize
from wtforms import EmailField, PasswordField, StringField

PASSWORD_MIN, PASSWORD_MAX = 12, 128


class NoMail(MailUtil):  # type: ignore[misc]
    """Addresses are names of accounts here; the portal sends no mail."""

    def normalize(self, email: str) -> str:
        """The stored form: NFC, lower case, no blanks at the ends."""
        return plain_email(email)

    def validate(self, email: str) -> str:
        """The same; an office's internal domain need not exist for others."""
        return plain_email(email)

    def send_mail(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse: nothing in the portal should come here."""
        raise RuntimeError("the portal sends no mail")


def plain_email(text: str) -> str:
    """An e-mail address as accounts keep it."""
    return unicodedata.normalize("NFC", text).strip().lower()


def plain_password(text: str) -> str:
    """A password as it is hashed: NFC, so that every keyboard gives the same bytes."""
    return unicodedata.normalize("NFC", text)


class SignInForm(LoginForm):  # type: ignore[misc]
    """E-mail and password."""

    email = EmailField(
        _l("E-mail"),
        validators=[IsString(), RequiredLocalize(message="EMAIL_NOT_PROVIDED")],
        filters=[lambda text: plain_email(text) if isinstance(text, str) else text],
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[IsString(), RequiredLocalize(message="PASSWORD_NOT_PROVIDED")],
        render_kw={"autocomplete": "current-password"},
    )
    remember = None


class FreshForm(VerifyForm):  # type: ignore[misc]
    """The password once more."""

    password = PasswordField(
        _l("Password"),
        validators=[IsString(), RequiredLocalize(message="PASSWORD_NOT_PROVIDED")],
        render_kw={"autocomplete": "current-password"},
    )


class NewPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """The old password and twice the new one."""

    password = PasswordField(_l("Present password"), render_kw={"autocomplete": "current-password", "required": True})
    new_password = PasswordField(
        _l("New password"),
        validators=[IsString(), RequiredLocalize(message="PASSWORD_NOT_PROVIDED")],
        render_kw={"autocomplete": "new-password"},
    )
    new_password_confirm = PasswordField(
        _l("New password again"),
        validators=[
            IsString(),
            EqualToLocalize("new_password", message="RETYPE_PASSWORD_MISMATCH"),
            RequiredLocalize(message="PASSWORD_NOT_PROVIDED"),
        ],
        render_kw={"autocomplete": "new-password"},
    )


class OneTimeCodeForm(TwoFactorVerifyCodeForm):  # type: ignore[misc]
    """The six digits of the authenticator app."""

    code = StringField(
        _l("Six-digit code"),
        validators=[IsString(), RequiredLocalize(message="TWO_FACTOR_INVALID_TOKEN")],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false", "maxlength": 9},
    )


class RecoveryCodeForm(MfRecoveryForm):  # type: ignore[misc]
    """One of the printed recovery codes."""

    code = StringField(
        _l("Recovery code"),
        validators=[IsString(), RequiredLocalize(message="INVALID_RECOVERY_CODE")],
        render_kw={"autocomplete": "off", "spellcheck": "false", "maxlength": 40},
    )
