"""The words of refusals in moderation; ``portal.web.errors`` joins them with all others."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

MODERATION = {
    "not-a-reader": _l("You hold no key of this consultation, so nothing in it can be shown to you."),
    "reader-recused": _l("You stand back from this consultation, so nothing in it is shown to you."),
    "reader-recused-already": _l("You stand back from this consultation already."),
    "recusal-reason-long": _l("The reason is longer than %(limit)s characters. Shorten it."),
    "recusal-unconfirmed": _l("Tick the box: standing back cannot be undone."),
    "comment-unknown": _l("There is no such comment in this consultation."),
    "comment-handed-back": _l("You handed this comment back. Take it again before you categorise it."),
    "coding-changed": _l(
        "Another moderator has coded this comment meanwhile. Note your changes, lock and unlock, and look at it again."
    ),
    "coding-slot-unknown": _l("The coding could not be read. Reload the page; nothing was saved."),
    "coding-slot-taken": _l(
        "Another moderator has saved a coding in this place meanwhile. Yours was not kept: look at the comment again "
        "and save once more."
    ),
    "coding-own-twice": _l("You have coded this comment already. The second reader is somebody else."),
    "coding-decided": _l("This comment has been decided. Its two codings cannot be changed any more."),
    "coding-shared-size": _l("The sealed copy of the coding is damaged. Reload the page; nothing was saved."),
    "coding-malformed": _l("The coding could not be read. Reload the page; nothing was saved."),
    "coding-unknown-categories": _l("A category does not belong to this consultation's taxonomy."),
    "coding-unknown-remedies": _l("A remedy does not belong to this consultation's taxonomy."),
    "coding-unknown-flags": _l("A mark is not known."),
    "coding-unknown-unit": _l("The unit does not belong to this consultation."),
    "coding-empty": _l("Choose at least one category, or mark the comment as having nothing to publish."),
    "coding-contradiction": _l("A comment with nothing to publish cannot have categories. Remove one or the other."),
    "coding-paraphrase-long": _l("The paraphrase is longer than %(limit)s characters. Shorten it."),
    "decision-by-reader": _l(
        "You read this comment yourself. Somebody who did not decides, or the two of you come to agree by changing "
        "your own codings."
    ),
    "decision-too-early": _l("Two moderators must have coded this comment before anybody decides."),
    "decision-not-needed": _l("The two codings agree: there is nothing to decide."),
    "decision-reason-missing": _l("Say in a few words why you decide so."),
    "decision-reason-long": _l("The reason is longer than %(limit)s characters. Shorten it."),
    "redaction-size": _l("The sealed redaction is damaged. Reload the page; nothing was saved."),
    "redaction-changed": _l("Another moderator has redacted this comment meanwhile. Update the list and look again."),
    "redaction-too-many": _l("This comment has been redacted %(limit)s times already; there is no further time."),
    "paraphrase-none": _l("There is no paraphrase here, or it has been withdrawn already."),
    "coding-withheld": _l("You see the other reader's coding once yours is saved."),
    "right-missing": _l("An administrator has not given you this right."),
    "right-unknown": _l("This right is not known."),
    "right-of-moderators": _l("Only moderators can mask or remove: give the role first."),
    "handover-note-size": _l("The sealed note is damaged. Reload the page; nothing was saved."),
    "handover-coded": _l("You have coded this comment already, so it cannot be handed back."),
    "agreement-one-reader": _l(
        "Each comment of this consultation is read by one moderator: there is nothing to compare."
    ),
    "consultation-readers": _l("Choose one or two readers of each comment."),
    "consultation-needs-readers": _l("Two readers of each comment were chosen: choose the keys of at least two."),
}
