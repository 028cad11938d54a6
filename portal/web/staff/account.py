"""One's own account: language, password, second step, recovery codes."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, refresh
from flask_security import current_user

from portal.accounts import service
from portal.accounts.rights import rights_of
from portal.accounts.service import role_names
from portal.extensions import db
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.account_forms import RIGHT_SHORT, ROLE_SHORT, LanguageForm

blueprint = Blueprint("account", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """What the portal keeps about this account, and where to change it."""
    return _page(LanguageForm(locale=current_user.locale))


@blueprint.post("/language")
def set_language() -> ResponseReturnValue:
    """Choose the language for this and later sessions."""
    form = LanguageForm()
    if not form.validate():
        return _page(form), 422
    with unit_of_work() as work:
        service.get_account(work, current_user.id).locale = form.locale.data
    session["locale"] = form.locale.data
    refresh()
    flash(gettext("The language of your pages is set."), "success")
    return redirect(url_for("account.index"))


def _page(form: LanguageForm) -> str:
    names = [str(ROLE_SHORT[name]) for name in service.ROLES if name in role_names(current_user)]
    granted = rights_of(db.session(), current_user)
    return render_template(
        "staff/account/index.html",
        form=form,
        rights=[str(RIGHT_SHORT[name]) for name in sorted(granted)],
        moderator="moderator" in role_names(current_user),
        roles=names,
        codes_left=len(current_user.mf_recovery_codes or []),
        second_step=bool(current_user.tf_primary_method),
        required=runtime().settings.totp == "required",
    )
