"""The one page for people without a password yet: the e-mail, the code from the administrator, a new password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.accounts import service
from portal.accounts.security import hashed
from portal.errors import Invalid
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.account_forms import EnrolForm
from portal.web.staff.forms import refuse

blueprint = Blueprint("enrol", __name__)


@blueprint.route("/enrol", methods=["GET", "POST"])
def page() -> ResponseReturnValue:
    """Spend an invitation; afterwards one signs in, which leads to the second step."""
    form = EnrolForm()
    if form.validate_on_submit():
        # Hashed before the write lock is taken: it is slow on purpose, and anybody may ask for it.
        password, here = hashed(form.password.data), runtime()
        given = {"email": form.email.data, "code": form.code.data, "password_hash": password}
        try:
            with unit_of_work() as session:
                service.enrol(session, **given, today=here.clock.today(), days=here.settings.enrol_days)
        except Invalid as refusal:
            refuse(form, refusal, {"invite-wrong": "code"})
        else:
            flash(gettext("Your password is set. Sign in with it now."), "success")
            return redirect(url_for("security.login"))
    return render_template("staff/enrol/page.html", form=form), 422 if form.errors else 200
