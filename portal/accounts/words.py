"""Flask-Security's messages in our own words, so that one catalogue holds them.

Flask-Security looks its messages up at run time in the domain that ``SECURITY_I18N_DOMAIN`` names; here that is the
portal's. :func:`N_` marks them for extraction and does nothing else.
"""

from __future__ import annotations


def N_(text: str) -> str:
    """The same text, marked for the catalogue."""
    return text


MESSAGES: dict[str, tuple[str, str]] = {
    "GENERIC_AUTHN_FAILED": (N_("The e-mail or the password is not right."), "error"),
    "UNAUTHENTICATED": (N_("Sign in to open that page."), "warning"),
    "REAUTHENTICATION_REQUIRED": (
        N_("Enter your password again to go on: your sign-in is no longer fresh."),
        "warning",
    ),
    "REAUTHENTICATION_SUCCESSFUL": (N_("Thank you. You may go on."), "success"),
    "DISABLED_ACCOUNT": (N_("The e-mail or the password is not right."), "error"),
    "EMAIL_NOT_PROVIDED": (N_("Enter your e-mail."), "error"),
    "INVALID_EMAIL_ADDRESS": (N_("This is not an e-mail address."), "error"),
    "PASSWORD_NOT_PROVIDED": (N_("Enter your password."), "error"),
    "INVALID_PASSWORD": (N_("The password is not right."), "error"),
    "PASSWORD_INVALID_LENGTH": (N_("The password must have %(length)s to 128 characters."), "error"),
    "PASSWORD_IS_THE_SAME": (N_("The new password is the old one. Choose a different one."), "error"),
    "RETYPE_PASSWORD_MISMATCH": (N_("The two passwords differ. Enter the same one twice."), "error"),
    "PASSWORD_CHANGE": (N_("Your password is changed. Other sessions of yours have ended."), "success"),
    "TWO_FACTOR_INVALID_TOKEN": (
        N_("The code is not right or has been used. Wait for the next one in your app and enter that."),
        "error",
    ),
    "TWO_FACTOR_LOGIN_SUCCESSFUL": (N_("You are signed in."), "success"),
    "TWO_FACTOR_CHANGE_METHOD_SUCCESSFUL": (N_("The authenticator app is set up."), "success"),
    "TWO_FACTOR_PERMISSION_DENIED": (N_("Begin with your e-mail and password."), "error"),
    "TWO_FACTOR_METHOD_NOT_AVAILABLE": (N_("This kind of second step is not offered."), "error"),
    "TWO_FACTOR_DISABLED": (N_("The second step is turned off."), "warning"),
    "INVALID_RECOVERY_CODE": (N_("This recovery code is not right or has been used."), "error"),
    "NO_RECOVERY_CODES_SETUP": (N_("You have no recovery codes yet."), "warning"),
    "INVALID_REDIRECT": (N_("The link pointed outside this site, so it was ignored. Sign in again."), "error"),
    "API_ERROR": (N_("What was sent could not be understood. Check it and send again."), "error"),
    "INVALID_INPUT": (N_("What was sent could not be understood. Check it and send again."), "error"),
}


def message_options() -> dict[str, tuple[str, str]]:
    """The ``SECURITY_MSG_*`` options."""
    return {f"SECURITY_MSG_{name}": value for name, value in MESSAGES.items()}
