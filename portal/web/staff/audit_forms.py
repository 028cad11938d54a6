"""What an auditor brings to a verification, and the consent to take openings along."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from portal.tlog.checkpoint import open_checkpoint
from portal.tlog.errors import TlogError
from portal.tlog.keys import VerifierKey
from portal.web.staff.forms import TOO_LONG, StaffForm, line

NOTE_MAX = 4000


class VerifyForm(StaffForm):
    """The log's key and an earlier checkpoint, as the auditor kept them."""

    vkey = line(
        _l("The log's key, as you keep it"),
        most=400,
        description=_l("Leave empty to use the key shown above; then only your own copy can tell whether it is right."),
        spellcheck="false",
    )
    earlier = TextAreaField(
        _l("Checkpoint that you kept last time"),
        description=_l("The whole text, with its signature lines. It shows that nothing has been taken away since."),
        validators=[Length(max=NOTE_MAX, message=TOO_LONG)],
        render_kw={"rows": 6, "spellcheck": "false", "autocomplete": "off"},
    )

    def validate_vkey(self, field: TextAreaField) -> None:
        """A verifier key (C2SP signed-note), or nothing."""
        if field.data:
            try:
                VerifierKey.parse(field.data)
            except TlogError:
                raise ValidationError(
                    gettext("This is not a key of a log. It begins with the log's name and a plus sign.")
                ) from None

    def brought(self, own_vkey: str) -> tuple[str, str | None] | None:
        """The key and the earlier checkpoint's exact text; None, with the reason at the field, when unreadable."""
        vkey = self.vkey.data or own_vkey
        text = (self.earlier.data or "").replace("\r\n", "\n").strip("\n")
        if not text:
            return vkey, None
        note = f"{text}\n"
        try:
            open_checkpoint(note, VerifierKey.parse(vkey))
        except TlogError:
            words = gettext("This is not a whole checkpoint signed with that key. Copy it again, with all its lines.")
            self.earlier.errors = [*self.earlier.errors, words]
            return None
        return vkey, note


class OpeningsForm(StaffForm):
    """Consent before openings leave the portal."""

    understood = BooleanField(
        _l("I will keep this file as I keep secrets, and delete it after the check"),
        validators=[InputRequired(_l("Say first that you will keep it secret."))],
    )
