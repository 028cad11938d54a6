"""Refusals as the desk says them: about a person, not to one."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from portal.errors import PortalError
from portal.web.errors import message

AT_THE_DESK = {
    "claim-window": _l("Cards are handed out on the days of collecting only."),
    "claim-collected-already": _l("This person has collected ballots already."),
    "claim-took-cards": _l("This person drew cards already."),
}


def said(refusal: PortalError) -> str:
    """The sentence for the people at the desk."""
    return str(AT_THE_DESK.get(refusal.code) or message(refusal))
