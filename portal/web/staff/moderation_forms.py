"""A moderator's word to stand back from a consultation."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField
from wtforms.validators import InputRequired

from portal.moderation.recusal import REASON_MAX
from portal.web.staff.forms import StaffForm, paragraphs


class RecusalForm(StaffForm):
    """Why, if the moderator wishes to say it, and that it is meant."""

    reason = paragraphs(
        _l("Reason"),
        most=REASON_MAX,
        description=_l("For your own record. It is kept sealed, and no page shows it to anybody."),
    )
    understood = BooleanField(
        _l("I stand back from every comment of this consultation, and know that it cannot be undone."),
        validators=[InputRequired(_l("Tick the box: standing back cannot be undone."))],
    )
