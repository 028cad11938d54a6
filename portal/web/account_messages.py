"""Words of what accounts and sign-ins refuse."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

ACCOUNTS = {
    "role-unknown": _l("Choose at least one role."),
    "role-pair-forbidden": _l("These roles must not meet in one account. Give them to different people."),
    "account-exists": _l("There is an account with this e-mail already."),
    "account-unknown": _l("There is no such account."),
    "account-holds-key": _l("This person holds an active moderator key. Revoke the key first."),
    "account-last-admin": _l("This is the last active administrator. Make another one first."),
    "account-own": _l("You cannot do this to your own account. Ask another administrator."),
    "too-many-attempts": _l("Too many attempts. Wait %(minutes)s min, then try again."),
    "form-expired": _l(
        "This page was open too long, or was opened before you signed in. Go back, reload it, and send again."
    ),
    "invite-wrong": _l(
        "The e-mail or the enrolment code is not right. "
        "Ask the administrator for a new code if it was used or is too old."
    ),
    "not-fresh": _l("You signed in too long ago for this. Confirm that it is you, then try again."),
}
