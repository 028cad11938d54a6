"""The one place where refusals become HTTP statuses and translated words that say what to do."""

from __future__ import annotations

import logging

from flask import Flask, current_app, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from portal.errors import Conflict, Forbidden, Invalid, NotFound, PortalError, TooMany
from portal.web.attachment_messages import ATTACHMENTS
from portal.web.consolidation_messages import CONSOLIDATION
from portal.web.issuing_messages import ISSUING
from portal.web.key_messages import KEYS
from portal.web.moderation_messages import MODERATION
from portal.web.report_messages import REPORTS
from portal.web.table_messages import TABLES
from portal.web.talk_messages import TALK

STATUS: dict[type[PortalError], int] = {Invalid: 422, NotFound: 404, Conflict: 409, TooMany: 429, Forbidden: 403}

MESSAGES = {
    "refused": _l("This was refused."),
    "not-found": _l("There is nothing at this address."),
    "conflict": _l("The state of things does not allow this now. Reload the page and look again."),
    "invalid": _l("What was sent could not be understood. Check it and send again."),
    "too-many": _l("Too many requests. Wait a minute and try again; your text stays in the form."),
    "forbidden": _l("Your account may not do this."),
    "busy": _l("Many people are sending just now. Wait a minute and press send again; your text stays in the form."),
    "cross-site": _l("This request came from another site and was refused. Open the portal's own page and try again."),
    "body-malformed": _l(
        "What was sent could not be read. Reload the page and try again; keep a copy of your text first."
    ),
    "body-too-large": _l("What was sent is too large. Shorten it and try again."),
    "log-empty": _l("The log is still empty. Come back when the first consultation has opened."),
    "log-tile-unknown": _l("The log has no such tile."),
    "log-leaf-unknown": _l("The log has no such leaf."),
    "log-policy-none": _l("This portal has no policy of witnesses."),
    "log-rolled-back": _l(
        "A witness has seen more of the public log than the portal has now: it runs on an old copy of its data. "
        "Nothing can be logged until that is put right. Call the administrator."
    ),
    # consultations
    "consultation-unknown": _l("There is no such consultation. Choose one from the home page."),
    "consultation-closed": _l("This consultation does not take comments now. Look at its dates on the home page."),
    "consultation-bad-id": _l("A short name has 2 to 40 lower-case letters, digits and hyphens."),
    "consultation-id-taken": _l("Another consultation has this short name. Choose a different one."),
    "consultation-frozen": _l("The consultation is open or over: what concerns anonymity cannot be changed any more."),
    "consultation-period": _l("The last day must not be before the first."),
    "consultation-period-over": _l("The last day is past. Choose a later one before opening."),
    "consultation-threshold": _l("The threshold is at least 5, and at least 10 for paraphrases."),
    "consultation-not-draft": _l("The consultation has been opened already."),
    "consultation-not-open": _l("The consultation is not open."),
    "consultation-not-closed": _l("Close the consultation first."),
    "consultation-not-published": _l("Publish the findings first."),
    "consultation-needs-moderators": _l(
        "Choose at least one moderator key first: without it nobody could read the comments."
    ),
    "consultation-needs-units": _l("Enter at least one unit with its headcount first."),
    "consultation-key-revoked": _l("A chosen moderator key has been revoked. Edit the draft and choose again."),
    "taxonomy-unknown": _l("This version of the taxonomy does not exist."),
    "taxonomy-version-taken": _l("This version number is taken. Give the changed taxonomy the next number."),
    "taxonomy-malformed": _l("The taxonomy could not be read. Check that each code and label is there."),
    "units-duplicate": _l("Two units have the same code."),
    "units-malformed": _l("Each unit needs a level and a headcount of at least 1."),
    # issuers of a consultation's ballots
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
    # submissions
    "file-missing": _l("No file came with the form. Choose the .sealed file and upload again."),
    "envelope-malformed": _l("The sealed comment arrived damaged. Your text is still here: press send again."),
    "envelope-other-consultation": _l(
        "The comment was sealed for another consultation. Reload the page and send again."
    ),
    "envelope-unknown-key": _l(
        "The moderators' keys have changed since you opened the page. Copy your text, reload, and send again."
    ),
    "replay": _l("This sealed comment has been received already. It is not counted twice."),
    "receipt-malformed": _l("The receipt code could not be read. Check it against what you saved."),
    **ATTACHMENTS,
    # ballots
    "ballots-none": _l("This consultation works without ballots: whoever wants to can write."),
    "ballot-missing": _l(
        "This consultation takes a comment only with a ballot. Choose one of your ballots and send again."
    ),
    "ballot-not-needed": _l("This consultation needs no ballots. Keep yours, reload the page and send again."),
    "ballot-malformed": _l("The ballot could not be read. Choose its file, code or picture again, then send again."),
    "ballots-not-ready": _l(
        "The lists of issued ballots do not stand in the log yet, so no ballot can be used. "
        "Yours is still good: try again tomorrow."
    ),
    "ballot-other-consultation": _l(
        "This ballot is for another consultation. Choose one that you collected for this consultation."
    ),
    "ballot-forged": _l("No issuer of this consultation made this ballot. Choose another one."),
    "ballot-of-one-issuer": _l(
        "Only one of the issuers made this ballot; it needs all of them. "
        "Collect the missing half, or choose another ballot."
    ),
    "ballot-moved": _l("The ballot was made for another comment. Reload the page and send again."),
    "ballots-used-up": _l(
        "More ballots were handed in than an issuer has listed, so none is taken any more. Your text is still here; "
        "keep your ballot and tell the auditors: it shows that a list is wrong."
    ),
    "ballot-spent": _l("This ballot has been used already. Choose another one; your text stays in the form."),
    # accounts
    "role-unknown": _l("Choose at least one role."),
    "role-pair-forbidden": _l("These roles must not meet in one account. Give them to different people."),
    "account-exists": _l("There is an account with this e-mail already."),
    "account-unknown": _l("There is no such account."),
    "account-holds-key": _l("This person holds an active moderator key. Revoke the key first."),
    "account-last-admin": _l("This is the last active administrator. Make another one first."),
    "account-own": _l("You cannot do this to your own account. Ask another administrator."),
    "too-many-attempts": _l("Too many attempts. Wait %(minutes)s min, then try again."),
    "form-expired": _l(
        "This page was open too long, or was opened before you signed in. Go back, reload it, and send again."
    ),
    "invite-wrong": _l(
        "The e-mail or the enrolment code is not right. Ask the administrator for a new code if it was used."
    ),
    **KEYS,
    "not-fresh": _l("You signed in too long ago for this. Confirm that it is you, then try again."),
    **MODERATION,
    **ISSUING,
    **TALK,
    # findings, concerns, reports
    "nothing-to-publish": _l("Nobody wrote a comment, so there is nothing to publish."),
    "codings-incomplete": _l("Some comments have no coding yet. Finish moderation before publishing."),
    "disclosure-invalid": _l(
        "The counts or the rule are outside what the anonymity guarantee covers. Nothing was published."
    ),
    "publication-unknown": _l("These findings have not been published."),
    "concern-unknown": _l("There is no such concern."),
    "concern-state": _l("Choose a state for the concern."),
    "concern-answer-empty": _l("Write the answer before publishing it."),
    "concern-state-order": _l("That state cannot follow the one in which the concern is now."),
    "concern-still-received": _l("A concern that is answered is more than received. Choose another state."),
    "concern-owner": _l("Choose somebody of the committee who can sign in."),
    "concern-not-published": _l("No answer to this concern is public, so there is nothing to take back."),
    **REPORTS,
    **TABLES,
    **CONSOLIDATION,
}

HTTP_MESSAGES = {
    400: "invalid",
    403: "forbidden",
    404: "not-found",
    405: "not-found",
    413: "body-too-large",
    415: "body-malformed",
    429: "too-many",
}


def message(error: PortalError) -> str:
    """The translated sentence of a refusal."""
    text = MESSAGES.get(error.code) or MESSAGES.get(type(error).code) or MESSAGES["refused"]
    return str(text) % error.detail if error.detail else str(text)


def status(error: PortalError) -> int:
    """The HTTP status of a refusal."""
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 400)


def wants_json() -> bool:
    """Whether a script rather than a person waits for the answer; ``g.json_only``: nobody else ever does."""
    return request.is_json or request.accept_mimetypes.best == "application/json" or bool(g.get("json_only"))


def install(app: Flask) -> None:
    """Map refusals, HTTP errors and surprises for ``app``."""
    app.register_error_handler(PortalError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OverflowError, _too_large)
    app.register_error_handler(DataError, _data)
    app.register_error_handler(Exception, _surprise)
    _log_without_time(app)


def _log_without_time(app: Flask) -> None:
    """A submitter's request that fails must not leave an exact time: lines carry no clock."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    app.logger.handlers = [handler]
    app.logger.propagate = False


def _too_large(_error: OverflowError) -> ResponseReturnValue:
    """A number in the address that no store can hold names nothing."""
    return _answer("not-found", str(MESSAGES["not-found"]), 404)


def _data(error: DataError) -> ResponseReturnValue:
    """The same where PostgreSQL says so (SQLSTATE 22003, numeric value out of range)."""
    if getattr(error.orig, "sqlstate", "") != "22003":
        return _surprise(error)
    current_app.extensions["sqlalchemy"].session.rollback()  # the page that says it may ask who is signed in
    return _answer("not-found", str(MESSAGES["not-found"]), 404)


def _answer(code: str, words: str, http_status: int) -> ResponseReturnValue:
    if wants_json():
        return jsonify({"error": code, "message": words}), http_status
    if request.url_rule is None and http_status == 400:
        return words, 400  # a Host that is no host: nothing with a link can be made for it
    return render_template("_layout/error.html", code=code, message=words, status=http_status), http_status


def _refused(error: PortalError) -> ResponseReturnValue:
    return _answer(error.code, message(error), status(error))


def _http(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None or (error.code or 500) < 400:
        return error
    code = HTTP_MESSAGES.get(error.code or 500, "refused")
    return _answer(code, str(MESSAGES[code]), error.code or 500)


def _surprise(error: Exception) -> ResponseReturnValue:
    if type(error).__module__.startswith("gunicorn.http"):
        return _answer("body-malformed", str(MESSAGES["body-malformed"]), 400)
    if current_app.testing:
        raise error
    # The type alone: a message or a traceback could carry what must not be logged.
    current_app.logger.error("unexpected %s", type(error).__name__)
    return _answer("refused", gettext("Something went wrong here. Try again; your text stays in the form."), 500)
