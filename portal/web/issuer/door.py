"""The desk's door: unlocked with the passphrase, locked by hand or by itself; who may pass is declared, as anywhere."""

from __future__ import annotations

from flask import Blueprint, Flask, abort, current_app, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from wtforms import PasswordField
from wtforms.validators import InputRequired

from portal.errors import Invalid
from portal.web.declared import Access, access_of
from portal.web.forms import PortalForm, put_error
from portal.web.issuer.runtime import runtime
from portal.web.issuer.sittings import Sitting
from portal.web.origin import check_same_origin

AT_THE_DESK = Access("desk")
SITTING = "sitting"

blueprint = Blueprint("door", __name__)


class UnlockForm(PortalForm):
    """The passphrase; never given back to the page."""

    passphrase = PasswordField(
        _l("Passphrase"),
        description=_l("Six words with a blank between. They were shown when this issuer was set up."),
        validators=[InputRequired(_l("Enter the passphrase."))],
        render_kw={"autocomplete": "current-password", "autocapitalize": "none", "spellcheck": "false"},
    )


def install(app: Flask) -> None:
    """Guard every route, and explain a form without its token."""
    app.before_request(guard)
    app.register_error_handler(CSRFError, explain_token)


def guard() -> ResponseReturnValue | None:
    """Runs before each request: what is not declared is refused, the desk is for who unlocked it."""
    if request.endpoint is None:
        return None  # routing has failed already: a 404 or 405 follows
    access = access_of(current_app, request.endpoint)
    if access is None:
        abort(403)
    if request.path.startswith("/desk"):
        check_same_origin((runtime().settings.address,))
    if access.kind == "public" or at_the_desk():
        return None
    return redirect(url_for("door.unlock"))


def at_the_desk() -> bool:
    """Whether this browser has unlocked the desk and used it since."""
    if "sitting" not in g:
        g.sitting = runtime().sittings.find(str(session.get(SITTING, "")))
    return g.sitting is not None


def sitting() -> Sitting:
    """This browser's sitting; only for views behind the guard."""
    if not at_the_desk():
        abort(403)
    found: Sitting = g.sitting
    return found


@blueprint.route("/unlock", methods=["GET", "POST"])
def unlock() -> ResponseReturnValue:
    """Ask for the passphrase. A new sitting gets a session of its own; the language stays."""
    if at_the_desk():
        return redirect(url_for("desk.index"))
    form = UnlockForm()
    if form.validate_on_submit():
        name = runtime().sittings.unlock(form.passphrase.data)
        if name is not None:
            chosen = session.get("locale")
            session.clear()
            session.update({SITTING: name} | ({"locale": chosen} if chosen else {}))
            return redirect(url_for("desk.index"))
        put_error(form.passphrase, gettext("This is not the passphrase. Check each word and try again."))
    return render_template("issuer/unlock.html", form=form), 422 if form.errors else 200


@blueprint.post("/lock")
def lock() -> ResponseReturnValue:
    """Lock the desk: the sitting ends here, so that a copied cookie opens nothing."""
    runtime().sittings.end(str(session.pop(SITTING, "")))
    flash(gettext("The desk is locked."), "success")
    return redirect(url_for("door.unlock"))


def explain_token(_error: CSRFError) -> ResponseReturnValue:
    """A form without its token: an old page, or one that another site made."""
    answer: ResponseReturnValue = current_app.handle_user_exception(Invalid("form-expired"))
    return answer
