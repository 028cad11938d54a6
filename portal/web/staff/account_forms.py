"""Forms about accounts: enrolling, inviting, roles, language."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    PasswordField,
    RadioField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.validators import EqualTo, InputRequired, Length, Regexp

from portal.accounts.rights import RIGHTS
from portal.accounts.service import ROLES, check_roles
from portal.accounts.sign_in import PASSWORD_MAX, PASSWORD_MIN, plain_email, plain_password
from portal.errors import PortalError
from portal.web.errors import message
from portal.web.forms import options
from portal.web.runtime import runtime
from portal.web.staff.forms import TOO_LONG, StaffForm, line

EMAIL_SHAPE = r"^[^@\s,;<>]+@[^@\s,;<>]+$"

ROLE_NAMES = {
    "admin": _l("Administrator: consultations, accounts"),
    "issuer": _l("Issuer: roster and ballots"),
    "moderator": _l("Moderator: reads and categorises comments"),
    "committee": _l("Committee: answers, findings, report"),
    "auditor": _l("Auditor: verifies everything"),
}
ROLE_SHORT = {
    "admin": _l("Administrator"),
    "issuer": _l("Issuer"),
    "moderator": _l("Moderator"),
    "committee": _l("Committee"),
    "auditor": _l("Auditor"),
}
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]


def _email(text: Any) -> Any:
    return plain_email(text) if isinstance(text, str) else text


def email_field() -> EmailField:
    """An e-mail as accounts keep it."""
    return EmailField(
        _l("E-mail"),
        filters=[_email],
        validators=[
            InputRequired(_l("Enter an e-mail.")),
            Length(max=254, message=TOO_LONG),
            Regexp(EMAIL_SHAPE, message=_l("This is not an e-mail address.")),
        ],
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )


class EnrolForm(StaffForm):
    """An invitation's e-mail and code, and the password twice."""

    email = email_field()
    code = StringField(
        _l("Enrolment code"),
        description=_l("As the administrator gave it to you: XXXX-XXXX-XXXX-XXXX-XX."),
        validators=[InputRequired(_l("Enter the enrolment code."))],
        render_kw={"autocomplete": "off", "spellcheck": "false", "maxlength": 40},
    )
    password = PasswordField(
        _l("Password"),
        description=_l("At least 12 characters. Several words that belong together only for you are best."),
        filters=[lambda text: plain_password(text) if isinstance(text, str) else text],
        validators=[InputRequired(_l("Choose a password."))],
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("Password again"),
        filters=[lambda text: plain_password(text) if isinstance(text, str) else text],
        validators=[
            InputRequired(_l("Enter the password again.")),
            EqualTo("password", message=_l("The two passwords differ. Enter the same one twice.")),
        ],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_password(self, field: PasswordField) -> None:
        """Length alone counts; rules of composition make passwords worse (NIST SP 800-63B section 3.1.1.2)."""
        if not PASSWORD_MIN <= len(field.data) <= PASSWORD_MAX:
            raise ValidationError(gettext("The password must have %(length)s to 128 characters.", length=PASSWORD_MIN))


def _allowed_roles(_form: Any, field: SelectMultipleField) -> None:
    if not field.data:
        raise ValidationError(gettext("Choose at least one role."))
    try:
        check_roles(field.data, forbid_pairs=runtime().settings.forbid_role_pairs)
    except PortalError as refusal:
        raise ValidationError(message(refusal)) from refusal


def roles_field() -> SelectMultipleField:
    """The roles as checkboxes; at least one, and none that must not meet in one account."""
    return SelectMultipleField(
        _l("Roles"), choices=options((name, ROLE_NAMES[name]) for name in ROLES), validators=[_allowed_roles]
    )


class RolesForm(StaffForm):
    """The roles of an account."""

    roles = roles_field()


RIGHT_NAMES = {
    "mask": _l("Mask parts of comments: readers see a bar, and whoever has this right may lift it"),
    "remove": _l("Remove parts of comments, and withdraw paraphrases: nobody brings them back"),
}
RIGHT_SHORT = {"mask": _l("Mask parts of comments"), "remove": _l("Remove parts of comments")}


class RightsForm(StaffForm):
    """What of comments a moderator may keep back from the others."""

    rights = SelectMultipleField(_l("Rights"), choices=options((name, RIGHT_NAMES[name]) for name in RIGHTS))


class InviteForm(StaffForm):
    """A new account."""

    name = line(_l("Name"), most=120, required=_l("Enter the name."))
    email = email_field()
    roles = roles_field()
    locale = RadioField(_l("Language"), choices=options(LANGUAGES), default="vi")


class LanguageForm(StaffForm):
    """The language that an account's pages have."""

    locale = RadioField(_l("Language of my pages"), choices=options(LANGUAGES))
