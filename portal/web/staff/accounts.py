"""Accounts, for administrators: invite, roles, block, a new enrolment code, revoke a moderator's key.

An enrolment code is shown once, on the page that answers the post: it stands in no address, cookie or log.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from portal.accounts import rights, service
from portal.accounts.models import Account
from portal.errors import Conflict, Invalid
from portal.extensions import db
from portal.moderation import stakes
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.account_forms import ROLE_SHORT, InviteForm, RightsForm, RolesForm
from portal.web.staff.forms import refuse
from portal.web.staff.freshly import freshly

blueprint = Blueprint("accounts", __name__)

ROLE_FIELDS = {
    "role-unknown": "roles",
    "role-pair-forbidden": "roles",
    "account-holds-key": "roles",
    "account-last-admin": "roles",
    "account-exists": "email",
}


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Everybody who may sign in."""
    rows = service.list_accounts(db.session)
    keys = {key.account_id for key in service.active_keys(db.session)}
    return render_template(
        "staff/accounts/index.html", rows=rows, keys=keys, role_names=ROLE_SHORT, standing=service.standing
    )


@blueprint.route("/new", methods=["GET", "POST"])
@freshly
def invite() -> ResponseReturnValue:
    """Make an account; the answer shows its enrolment code."""
    form = InviteForm()
    if form.validate_on_submit():
        try:
            with unit_of_work() as session:
                account, code = service.invite(
                    session,
                    email=form.email.data,
                    name=form.name.data,
                    roles=form.roles.data,
                    forbid_pairs=runtime().settings.forbid_role_pairs,
                    today=runtime().clock.today(),
                    locale=form.locale.data,
                )
        except Conflict as refusal:
            refuse(form, refusal, ROLE_FIELDS)
        else:
            return _code_page(account, code)
    return render_template("staff/accounts/invite.html", form=form), 422 if form.errors else 200


@blueprint.get("/<int:account_id>")
@freshly
def show(account_id: int) -> ResponseReturnValue:
    """One account, and what an administrator can do with it."""
    account = service.get_account(db.session, account_id)
    return _page(account, RolesForm(roles=sorted(service.role_names(account))))


@blueprint.post("/<int:account_id>/roles")
@freshly
def set_roles(account_id: int) -> ResponseReturnValue:
    """Change the roles; pairs that must not meet are refused."""
    form = RolesForm()
    if form.validate():
        try:
            with unit_of_work() as session:
                account = service.get_account(session, account_id)
                pairs = runtime().settings.forbid_role_pairs
                service.set_roles(session, account, form.roles.data, forbid_pairs=pairs)
        except Conflict as refusal:
            refuse(form, refusal, ROLE_FIELDS)
        else:
            flash(gettext("The roles are changed."), "success")
            return redirect(url_for("accounts.show", account_id=account_id))
    return _page(service.get_account(db.session, account_id), form), 422


@blueprint.post("/<int:account_id>/rights")
@freshly
def set_rights(account_id: int) -> ResponseReturnValue:
    """Give a moderator the rights to mask and to remove, each by itself, or take them away."""
    form = RightsForm()
    if not form.validate():
        raise Invalid("right-unknown")
    with unit_of_work() as session:
        rights.set_rights(session, service.get_account(session, account_id), form.rights.data or [])
    flash(gettext("The rights are changed."), "success")
    return redirect(url_for("accounts.show", account_id=account_id))


@blueprint.post("/<int:account_id>/block")
@freshly
def block(account_id: int) -> ResponseReturnValue:
    """Keep the account from signing in; its sessions end at once."""
    _not_own(account_id)
    with unit_of_work() as session:
        account = service.get_account(session, account_id)
        stakes.block_account(session, account, understood=request.form.get("understood") == "yes")
    flash(gettext("The account is blocked and its sessions have ended."), "success")
    return redirect(url_for("accounts.show", account_id=account_id))


@blueprint.post("/<int:account_id>/unblock")
@freshly
def unblock(account_id: int) -> ResponseReturnValue:
    """Let the account sign in again."""
    with unit_of_work() as session:
        service.set_active(session, service.get_account(session, account_id), True)
    flash(gettext("The account can sign in again."), "success")
    return redirect(url_for("accounts.show", account_id=account_id))


@blueprint.post("/<int:account_id>/renew")
@freshly
def renew(account_id: int) -> ResponseReturnValue:
    """A new enrolment code; password, second step and sessions of the account end."""
    _not_own(account_id)
    with unit_of_work() as session:
        account = service.get_account(session, account_id)
        code = service.renew_invite(account, today=runtime().clock.today())
    return _code_page(account, code)


@blueprint.get("/keys/<kid>/revoke")
@freshly
def confirm_revoke(kid: str) -> ResponseReturnValue:
    """What revoking this key means."""
    key = service.get_key(db.session, kid)
    return render_template("staff/accounts/revoke.html", key=key, stakes=stakes.stakes(db.session, key))


@blueprint.post("/keys/<kid>/revoke")
@freshly
def revoke(kid: str) -> ResponseReturnValue:
    """Revoke a moderator's key; the log says so."""
    with unit_of_work() as session:
        key = service.get_key(session, kid)
        service.revoke_key(session, runtime().log, key)
    flash(gettext("The key is revoked, and the log says so."), "success")
    return redirect(url_for("accounts.show", account_id=key.account_id))


def _not_own(account_id: int) -> None:
    if account_id == current_user.id:
        raise Conflict("account-own")


def _page(account: Account, form: RolesForm) -> str:
    return render_template(
        "staff/accounts/show.html",
        account=account,
        form=form,
        rights_form=RightsForm(formdata=None, rights=sorted(rights.rights_of(db.session(), account))),
        moderator="moderator" in service.role_names(account),
        keys=service.own_keys(db.session, account),
        standing=service.standing(account),
        own=account.id == current_user.id,
        last_of=stakes.last_reader_of(db.session, account) if account.active else [],
    )


def _code_page(account: Account, code: str) -> str:
    origins = runtime().settings.staff_origins  # not the request's Host, which anybody can forge
    enrol_url = f"{origins[0]}{url_for('enrol.page')}" if origins else url_for("enrol.page", _external=True)
    days = runtime().settings.enrol_days
    return render_template("staff/accounts/code.html", account=account, code=code, enrol_url=enrol_url, days=days)
