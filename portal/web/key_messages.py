"""The words of refusals about moderators' keys and readers; ``portal.web.errors`` joins them with all others."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

KEYS = {
    "key-needs-moderator": _l("Only a moderator can add a key."),
    "key-exists": _l("This key is registered already."),
    "key-malformed": _l("The key could not be read. Reload the page and make it again."),
    "key-revoked-already": _l("This key has been revoked already."),
    "key-unknown": _l("There is no such key."),
    "key-changed": _l(
        "The wrapping of this key was changed in another tab meanwhile. Nothing was saved; reload the page."
    ),
    "key-unconfirmed": _l("Tick the box: say that you have read what is lost."),
    "body-prf": _l("What was sent held a passkey's secret, which must never leave your device. It was refused."),
    "account-last-reader": _l(
        "Nobody else can read a consultation that this person reads. Tick the box if you want that all the same."
    ),
    "reader-unknown": _l("This key is no later reader of the consultation."),
    "reader-proposed": _l("This key has been proposed already."),
    "reader-too-late": _l("Readers can be added only after the opening and before the findings are published."),
    "reader-key-revoked": _l("This key is revoked, or its owner is no moderator any more."),
    "reader-held-before": _l(
        "This person holds, or once held, a key of this consultation. Submitters may have left it out, and only its "
        "owner can pass on what it opens."
    ),
    "reader-two-people": _l("You proposed this reader. Somebody else must confirm."),
    "reseal-own-only": _l(
        "Only the owner can pass comments on to this key: submitters may have left its owner out, and nobody else can "
        "know of which comments."
    ),
    "reseal-not-self": _l("Other readers pass comments on to your key; you cannot do it yourself."),
    "reseal-old-revoked": _l("Your old key is revoked, so nothing can be passed on from it any more."),
    "reseal-malformed": _l("The sealed comments could not be read. Reload the page; what was passed on stays."),
    "reseal-gap": _l("A comment was left out. Reload the page: it goes on where it stopped."),
}
