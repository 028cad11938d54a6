"""Flask-Security for staff: by invitation only, argon2id, second factor, no mail, no tokens, no tracking of sign-ins.

Source of the option names: Flask-Security 5.9 documentation, "Configuration", and its ``core.py``.
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.utils import hash_password

from portal.accounts.models import Account, Role
from portal.accounts.second_factor import HashedRecoveryCodes, SingleUseTotp
from portal.accounts.sign_in import (
    PASSWORD_MIN,
    FreshForm,
    NewPasswordForm,
    NoMail,
    OneTimeCodeForm,
    RecoveryCodeForm,
    SignInForm,
    plain_password,
)
from portal.accounts.words import message_options
from portal.config import ROOT, Settings
from portal.extensions import db

datastore = SQLAlchemyUserDatastore(db, Account, Role)

# Everything else that Flask-Security registers answers 404 (portal.web.staff.doors).
ENDPOINTS = frozenset(
    f"security.{name}"
    for name in (
        "login",
        "logout",
        "verify",
        "change_password",
        "two_factor_setup",
        "two_factor_token_validation",
        "mf_recovery_codes",
        "mf_recovery",
    )
)


def install(app: Flask, settings: Settings) -> None:
    """Bind Flask-Security to ``app``; hashing works in its application context."""
    app.config.update(options(settings))
    security = Security(
        app,
        datastore,
        totp_cls=SingleUseTotp,
        mf_recovery_codes_util_cls=HashedRecoveryCodes,
        mail_util_cls=NoMail,
        login_form=SignInForm,
        verify_form=FreshForm,
        change_password_form=NewPasswordForm,
        two_factor_verify_code_form=OneTimeCodeForm,
        mf_recovery_form=RecoveryCodeForm,
    )
    # Pages only: no JSON sign-in, and no token in a header that would stand for a session.
    security.want_json(lambda _request: False)
    app.login_manager.request_loader(lambda _request: None)  # type: ignore[attr-defined]


def options(settings: Settings) -> dict[str, object]:
    """The options that this deployment decides, with the fixed ones."""
    return {
        "SECURITY_PASSWORD_SALT": settings.secret.password_salt,
        "SECURITY_TOTP_SECRETS": {"1": settings.secret.totp_key},
        "SECURITY_TOTP_ISSUER": settings.office_name or "portal",
        "SECURITY_TWO_FACTOR_REQUIRED": settings.totp == "required",
        "SECURITY_FRESHNESS": timedelta(minutes=settings.fresh_minutes),
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(0),
        "SECURITY_I18N_DOMAIN": "messages",
        "SECURITY_I18N_DIRNAME": [str(ROOT / "portal" / "translations")],
        **FIXED,
        **TEMPLATES,
        **message_options(),
    }


FIXED: dict[str, object] = {
    "SECURITY_PASSWORD_HASH": "argon2",
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_LENGTH_MIN": PASSWORD_MIN,
    "SECURITY_PASSWORD_NORMALIZE_FORM": "NFC",
    "SECURITY_REGISTERABLE": False,
    "SECURITY_RECOVERABLE": False,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_CHANGE_URL": "/change-password",
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_TRACKABLE": False,
    "SECURITY_TWO_FACTOR": True,
    "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
    # One step of 30 seconds to either side: three codes at a time.
    "SECURITY_TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
    "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_LOGOUT_METHODS": ["POST"],
    # Endpoints, not addresses: they follow the mount point.
    "SECURITY_POST_LOGIN_VIEW": "home.index",
    "SECURITY_POST_VERIFY_VIEW": "home.index",
    "SECURITY_POST_LOGOUT_VIEW": "security.login",
    "SECURITY_POST_CHANGE_VIEW": "account.index",
    "SECURITY_TWO_FACTOR_POST_SETUP_VIEW": "security.mf_recovery_codes",
    "SECURITY_TWO_FACTOR_ERROR_VIEW": "security.login",
    # The address may change between requests (Tor, mobile networks): it is no part of a session.
    "SESSION_PROTECTION": None,
}

TEMPLATES: dict[str, object] = {
    "SECURITY_LOGIN_USER_TEMPLATE": "staff/security/login.html",
    "SECURITY_VERIFY_TEMPLATE": "staff/security/verify.html",
    "SECURITY_CHANGE_PASSWORD_TEMPLATE": "staff/security/change_password.html",
    "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": "staff/security/two_factor_verify.html",
    "SECURITY_TWO_FACTOR_SETUP_TEMPLATE": "staff/security/two_factor_setup.html",
    "SECURITY_MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "staff/security/recovery_codes.html",
    "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE": "staff/security/recovery.html",
}


def hashed(password: str) -> str:
    """The stored form (argon2id) of a password; needs the application context of :func:`install`."""
    return str(hash_password(plain_password(password)))
