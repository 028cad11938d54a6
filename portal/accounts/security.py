"""Flask-Security for staff: by invitation only, argon2id, second factor, no tracking of sign-ins.

Source of the option names: Flask-Security 5.9 documentation, "Configuration".
"""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.utils import hash_password

from portal.accounts.models import Account, Role
from portal.config import Settings
from portal.extensions import db

datastore = SQLAlchemyUserDatastore(db, Account, Role)


def install(app: Flask, settings: Settings) -> None:
    """Bind Flask-Security to ``app``; hashing works in its application context."""
    app.config.update(options(settings))
    Security(app, datastore)


def options(settings: Settings) -> dict[str, object]:
    """The SECURITY_* options."""
    fresh = timedelta(minutes=settings.fresh_minutes)
    return {
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_PASSWORD_SCHEMES": ["argon2"],
        "SECURITY_PASSWORD_SALT": settings.secret.password_salt,
        "SECURITY_PASSWORD_LENGTH_MIN": 12,
        "SECURITY_PASSWORD_NORMALIZE_FORM": "NFC",
        "SECURITY_INPUT_NORMALIZE_FORM": "NFC",
        "SECURITY_REGISTERABLE": False,
        "SECURITY_RECOVERABLE": False,
        "SECURITY_CHANGEABLE": True,
        "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
        "SECURITY_TRACKABLE": False,
        "SECURITY_TWO_FACTOR": True,
        "SECURITY_TWO_FACTOR_REQUIRED": settings.totp == "required",
        "SECURITY_TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
        "SECURITY_TWO_FACTOR_ALWAYS_VALIDATE": True,
        "SECURITY_TWO_FACTOR_RESCUE_EMAIL": False,
        "SECURITY_TWO_FACTOR_RESCUE_MAIL": "",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES": True,
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_N": 8,
        "SECURITY_TOTP_SECRETS": {"1": settings.secret.totp_key},
        "SECURITY_TOTP_ISSUER": settings.office_name or "portal",
        "SECURITY_FRESHNESS": fresh,
        "SECURITY_FRESHNESS_GRACE_PERIOD": timedelta(0),
        "SECURITY_RETURN_GENERIC_RESPONSES": True,
        "SECURITY_LOGOUT_METHODS": ["POST"],
        "SECURITY_LOGIN_USER_TEMPLATE": "staff/security/login.html",
        "SECURITY_VERIFY_TEMPLATE": "staff/security/verify.html",
        "SECURITY_CHANGE_PASSWORD_TEMPLATE": "staff/security/change_password.html",
        "SECURITY_TWO_FACTOR_VERIFY_CODE_TEMPLATE": "staff/security/two_factor_verify.html",
        "SECURITY_TWO_FACTOR_SETUP_TEMPLATE": "staff/security/two_factor_setup.html",
        "SECURITY_TWO_FACTOR_SELECT_TEMPLATE": "staff/security/two_factor_select.html",
        "SECURITY_MULTI_FACTOR_RECOVERY_CODES_TEMPLATE": "staff/security/recovery_codes.html",
        "SECURITY_MULTI_FACTOR_RECOVERY_TEMPLATE": "staff/security/recovery.html",
        "SECURITY_POST_LOGIN_VIEW": "/staff/",
        "SECURITY_POST_LOGOUT_VIEW": "/staff/login",
        "SECURITY_POST_CHANGE_VIEW": "/staff/account",
        "SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS": False,
        "SECURITY_CSRF_PROTECT_MECHANISMS": ["session", "basic"],
        "SECURITY_AUTO_LOGIN_AFTER_CONFIRM": False,
        "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False, "test_environment": True},
        "REMEMBER_COOKIE_DURATION": timedelta(0),
    }


def hashed(password: str) -> str:
    """The stored form (argon2id) of a password; needs the application context of :func:`install`."""
    return str(hash_password(password))
