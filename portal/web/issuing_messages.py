"""The words of refusals that an issuer makes; ``portal.web.errors`` joins them with all others."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

ISSUING = {
    # an issuer: what its visitors are told, and what its desk is
    "claim-window": _l("Ballots cannot be collected now. Look at the days of collecting on your slip."),
    "claim-unknown": _l("This staff code and this claim code do not belong together. Check both against your slip."),
    "claim-code-malformed": _l("The claim code was copied wrongly. Check it against your slip, symbol by symbol."),
    "claim-malformed": _l("What was sent could not be read. Reload the page and collect again."),
    "claim-collected-already": _l(
        "Ballots were collected with this code before, on another device or in another browser. "
        "Use the ballots kept there. If it was not you, go to the issuer at once."
    ),
    "claim-took-cards": _l("The issuer noted that you drew cards, so you use those instead of ballots."),
    "claim-busy": _l("Many people are collecting just now. Wait a minute and press the button again."),
    "round-unknown": _l("This issuer gives out no ballots for that consultation."),
    "round-frozen": _l("The terms are signed: this cannot be changed any more."),
    "round-closed": _l("The list is signed and the key destroyed: nothing can be handed out any more."),
    "round-not-closed": _l("The roster can be erased once the list is signed."),
    "round-not-ready": _l("The terms have not been signed yet."),
    "round-needs-roster": _l("Import the roster first."),
    "round-collecting-began": _l("Somebody has collected already: the terms stand."),
    "round-still-collecting": _l("The list is signed after the last day of collecting."),
    "round-without-title": _l("Enter the title."),
    "roster-malformed": _l("The roster could not be read. Check that each person has a staff code, a name and a unit."),
    "roster-not-read": _l("No roster waits to be imported. Choose its file again."),
    "cards-count": _l("The number of half-cards must be a multiple of the ballots that everyone gets."),
    "cards-made-meanwhile": _l("Half-cards were made just now: look for their file. Press again only to replace them."),
    "cards-none-left": _l("No half-cards are left in the box."),
    "person-unknown": _l("Nobody on the roster has this staff code."),
    "desk-wait": _l("Too many wrong passphrases. Wait %(seconds)s s, then try again."),
    # slips, half-cards and mails of an issuer
    "nothing-to-print": _l(
        "There is nothing to print. Everybody has a code already, has collected, or took half-cards."
    ),
    "mail-off": _l("No mail server is set for this issuer. Print the slips instead."),
    "mail-unreachable": _l("The mail server could not be reached safely, so nothing was sent. Check its settings."),
    "mail-login-refused": _l("The mail server refused the account, so nothing was sent. Check its settings."),
}
