"""Words of what a consultation says of its ballots' issuers, or what they refuse."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

BALLOT_ISSUERS = {
    "consultation-ballot-mode": _l("Choose who can write."),
    "consultation-limits": _l("A limit of what is published is under its floor. The form says how high it must be."),
    "consultation-count-people": _l("Without ballots nobody can count people. Let the thresholds count comments."),
    "consultation-each-ballots": _l("Everyone gets 1 to 9 ballots."),
    "consultation-collecting-period": _l(
        "Enter the first and the last day of collecting; the last must not be before the first."
    ),
    "consultation-collecting-late": _l(
        "Collecting must end before the first day of comments. Let it end some days earlier, or comments begin later."
    ),
    "consultation-collecting-over": _l(
        "The last day of collecting is past, so nobody could collect a ballot. Choose later days, together with the "
        "issuers."
    ),
    "consultation-still-collecting": _l(
        "Ballots are still being collected. An issuer's list comes after the last day of collecting."
    ),
    "consultation-without-ballots": _l("This consultation has no ballots."),
    "consultation-needs-issuers": _l(
        "The issuers' terms are not complete. Look at the page Ballots: it says how many are needed."
    ),
    "issuer-unknown": _l("This consultation has no such issuer."),
    "issuer-unreachable": _l(
        "The issuer's address gave no usable answer. Check the address, try again later, or bring the statement as a "
        "file."
    ),
    "issuer-address-malformed": _l("Enter a web address without a path, such as https://phieu.example.vn."),
    "issuer-statement-missing": _l("Choose the issuer's file, or paste its text."),
    "issuer-statement-malformed": _l(
        "This is not a statement that an issuer of this consultation signed. Take the whole file from the issuer again."
    ),
    "issuer-other-consultation": _l(
        "These terms are for another consultation. The issuer's round must have this consultation's short name."
    ),
    "issuer-about-malformed": _l(
        "The issuer's name or web address is missing, too long or not in order. Let the issuer correct its settings "
        "and make its terms again."
    ),
    "issuer-name-taken": _l(
        "Another issuer with another identity has this short name here. If its identity was made anew, remove it first "
        "and compare the new fingerprints."
    ),
    "issuer-key-used-before": _l(
        "This key was given for another consultation already. Let the issuer begin a new round: it makes a fresh key."
    ),
    "issuers-not-independent": _l(
        "Two issuers share a key or a web address. Each needs a machine and keys of its own."
    ),
    "issuers-same-name": _l("Two issuers have the same name. People must be able to tell them apart."),
    "issuers-rosters-differ": _l(
        "The issuers' rosters differ. Let both import the same file and make their terms again."
    ),
    "issuers-terms-differ": _l("An issuer's days or number of ballots are not those of the draft. Change one of them."),
    "issuers-cards-differ": _l(
        "The issuers printed different numbers of half-cards. Let one make its cards and its terms again."
    ),
    "issuers-cards-shared": _l(
        "Both issuers list one and the same half-card, which cannot happen by chance. Let each make its cards and its "
        "terms again, and ask them how it came about."
    ),
    "issuer-closed-already": _l(
        "Another list of this issuer stands in the log already. Ask the issuer why there are two."
    ),
    "issuer-issued-too-many": _l(
        "The list holds more ballots than the roster allows. It was not taken: ask the issuer, and tell the auditors."
    ),
}
