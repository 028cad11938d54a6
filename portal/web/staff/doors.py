"""What of Flask-Security is open, and what a refused form token says."""

from __future__ import annotations

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import user_logged_out
from flask_wtf.csrf import CSRFError

from portal.accounts import service
from portal.accounts.models import Account
from portal.accounts.security import ENDPOINTS
from portal.errors import Invalid
from portal.web.runtime import unit_of_work
from portal.web.staff.shell import own_page

FORM = "application/x-www-form-urlencoded"


def install(app: Flask) -> None:
    """Guard the extension's routes and explain its refusals."""
    app.before_request(only_open_doors)
    app.before_request(only_inward)
    app.register_error_handler(CSRFError, explain_token)
    user_logged_out.connect(end_everywhere, app)


def end_everywhere(_app: Flask, user: Account, **_more: object) -> None:
    """Signing out ends the account's sessions on the server: a cookie that somebody copied opens nothing any more."""
    with unit_of_work() as session:
        service.end_sessions(service.get_account(session, user.id))


def only_open_doors() -> None:
    """Sign-in is by pages and forms; every other route of the extension does not exist here."""
    endpoint = request.endpoint or ""
    if not endpoint.startswith("security."):
        return
    if endpoint not in ENDPOINTS:
        abort(404)
    if request.method == "POST" and request.mimetype != FORM:
        abort(415)


def only_inward() -> ResponseReturnValue | None:
    """A ``next`` that is no page of this app is dropped before Flask-Security could follow it."""
    if request.endpoint not in ENDPOINTS:
        return None
    for target in (request.args.get("next"), request.form.get("next")):
        path = (target or "").partition("?")[0]
        if target and _outside(path):
            return redirect(url_for(request.endpoint))
    return None


def _outside(path: str) -> bool:
    return not path.startswith(f"{request.script_root}/") or own_page(path.removeprefix(request.script_root)) is None


def explain_token(_error: CSRFError) -> ResponseReturnValue:
    """A form without its token: an old page, or one that another site made."""
    answer: ResponseReturnValue = current_app.handle_user_exception(Invalid("form-expired"))
    return answer
