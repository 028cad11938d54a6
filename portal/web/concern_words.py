"""What the states of a concern are called, for the committee and for the public."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

STATES = {
    "received": _l("Received"),
    "studying": _l("Being studied"),
    "accepted": _l("Accepted"),
    "explained": _l("Explained"),
    "declined": _l("Declined"),
    "done": _l("Done"),
}
# Kinds of `tag()`: what is settled is filled, what is under way is not.
KINDS = {"accepted": "open", "explained": "closed", "declined": "closed", "done": "published"}
