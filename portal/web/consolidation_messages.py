"""Words of what an upper-level office's pages refuse, and of why a file of an office was not taken."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

CONSOLIDATION = {
    "consolidation-unknown": _l("There is no such consolidation."),
    "consolidation-known": _l("There is a consolidation of that short name already."),
    "consolidation-malformed": _l("The consolidation cannot be kept like this. Check the period and the threshold."),
    "consolidation-too-many-files": _l("At most %(most)s files at once. Nothing of this upload was taken."),
    "consolidation-upload-large": _l("At most %(most)s MB can be taken at once. Nothing of this upload was taken."),
    "consolidation-archive-broken": _l("The archive %(name)s cannot be read. Nothing of this upload was taken."),
    "consolidation-nothing-sent": _l("Choose one file at least."),
    "consolidation-empty": _l("No office's findings have been taken yet."),
    "consolidation-behind": _l("Files were added after the text was drafted. Draft it anew first."),
    "consolidation-tells-more": _l(
        "The consolidated table would tell more than the offices have published. It is not made; ask the administrator."
    ),
    "consolidation-figures-malformed": _l("The consolidated table could not be read."),
    "office-unknown": _l("There is no such office in the list."),
    "office-known": _l("There is an office of that short name already."),
    "office-log-known": _l("An office with that log is in the list already."),
    "office-malformed": _l("Give the office a name, and a short name of letters a to z, digits and hyphens."),
    "office-key-malformed": _l("This is not a log's verifier key. Copy the whole line, with both plus signs."),
    "office-policy-malformed": _l("This is not a policy of witnesses for that log."),
    "office-other-log": _l("This key is of another log. Add it as an office of its own."),
    "office-key-changed": _l("The key was changed meanwhile. Compare its new fingerprint."),
    "office-fingerprint-differs": _l(
        "These are not the fingerprint's last characters. Ask again; if they differ, the key is not the office's."
    ),
    "office-in-use": _l("Findings of this office have been taken, so that it stays in the list."),
}

WHY = {
    "too-large": _l("Larger than any findings file"),
    "malformed": _l("Not a findings file"),
    "tampered": _l("Changed after it left the office: its parts do not belong together"),
    "unknown-office": _l("Of a log that no office in the list has"),
    "key-not-confirmed": _l("The office's key has not been compared with the office yet"),
    "signed-by-another-key": _l("Signed by another key than the one that is pinned for the office"),
    "not-witnessed": _l("Not cosigned by the witnesses that are asked for"),
    "other-period": _l("Of another period"),
    "weaker-rule": _l("Published with a lower threshold than this consolidation's"),
    "unknown-taxonomy": _l("Counted by a taxonomy that is not known here: take it together with that taxonomy's file"),
    "other-taxonomy": _l("Its taxonomy gives a code another meaning"),
    "duplicate": _l("Taken already"),
    "contradicts-earlier": _l("Differs from what was taken of the same consultation: ask the office which is true"),
}
