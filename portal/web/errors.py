"""The one place where refusals become HTTP statuses and translated words that say what to do."""

from __future__ import annotations

import logging
from contextlib import suppress

from flask import Flask, current_app, g, jsonify, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import DataError
from werkzeug.exceptions import HTTPException

from portal.errors import Conflict, Forbidden, Invalid, NotFound, PortalError, TooMany
from portal.web.account_messages import ACCOUNTS
from portal.web.attachment_messages import ATTACHMENTS
from portal.web.ballot_issuer_messages import BALLOT_ISSUERS
from portal.web.consolidation_messages import CONSOLIDATION
from portal.web.issuing_messages import ISSUING
from portal.web.key_messages import KEYS
from portal.web.moderation_messages import MODERATION
from portal.web.report_messages import REPORTS
from portal.web.store_away import is_away, kind_of
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
    "store-away": _l(
        "The portal cannot reach its store just now. Wait a minute and try again; your text stays in the form. "
        "What you have a receipt for need not be sent again."
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
    **BALLOT_ISSUERS,
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
    **ACCOUNTS,
    **KEYS,
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
    # The kind alone: a message or a traceback could carry what must not be logged.
    if is_away(error):
        current_app.logger.error("store away: %s", kind_of(error))
        return _away()
    if current_app.testing:
        raise error
    current_app.logger.error("unexpected %s", kind_of(error))
    return _answer("refused", gettext("Something went wrong here. Try again; your text stays in the form."), 500)


def _away() -> ResponseReturnValue:
    """503: the store failed. Where even the page asks it, for who is signed in and their language, plain words."""
    with suppress(Exception):
        return _answer("store-away", str(MESSAGES["store-away"]), 503)
    with force_locale(session.get("locale") or "vi"):
        return str(MESSAGES["store-away"]), 503
