"""Words of what conversations refuse."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

TALK = {
    "talk-over": _l("The conversations of this consultation are over, and what was written in them is erased."),
    "ticket-spent": _l(
        "You have answered this question as often as it allows. Wait for the next one; your text stays in the form."
    ),
    "message-malformed": _l("The sealed message arrived damaged. Your text is still here: press send again."),
    "message-other-consultation": _l(
        "The message was sealed for another consultation. Copy your text, reload the page and send again."
    ),
    "mail-bucket-unknown": _l("There is no such mailbox. Reload the page and read your messages again."),
    "consultation-talk-days": _l("Conversations last 0 to 365 days after the last day."),
}
