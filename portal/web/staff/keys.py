"""A moderator's own keys. They are made and wrapped in the browser; only public halves and wrapped bytes come here."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from portal.accounts import keys, service
from portal.accounts.models import ModeratorKey
from portal.crypto.canonical import dump_canonical
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError
from portal.crypto.keys import load_public
from portal.crypto.keywrap import parse_document
from portal.errors import Invalid
from portal.extensions import db
from portal.moderation import readership, reseal, stakes
from portal.web.body import closed_body
from portal.web.fresh import is_fresh, require_fresh, verify_url
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.freshly import freshly

blueprint = Blueprint("keys", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The account's keys, what waits to be passed on, and the making of another key."""
    return render_template(
        "staff/keys/index.html",
        keys=[(key, stakes.stakes(db.session, key)) for key in service.own_keys(db.session, current_user)],
        jobs=reseal.jobs(db.session, current_user),
        wrapping_of=keys.wrapping_of,
        fresh=is_fresh(),
        verify_url=verify_url(),
    )


@blueprint.post("/")
def add() -> ResponseReturnValue:
    """Keep a key: JSON ``{"public_key": b64url, "wrapped": {...}}`` and not one key more."""
    require_fresh()
    sent = _pair(closed_body("public_key", "wrapped"))
    with unit_of_work() as session:
        key = service.add_key(session, runtime().log, service.get_account(session, current_user.id), **sent)
    return jsonify({"kid": key.kid, "leaf": key.add_leaf}), 201


@blueprint.get("/<kid>")
@freshly
def show(kid: str) -> ResponseReturnValue:
    """One key: what it opens, its passphrase, passkeys and file, and how to replace or revoke it."""
    key = _own(kid)
    replaced = stakes.replaced_by(db.session, key)
    passkeys = [b64url_encode(passkey.id) for passkey in keys.wrapping_of(key).passkeys]
    return _page("show", key, passkeys=passkeys, replaced=replaced, verify_url=verify_url())


@blueprint.get("/<kid>/wrapped")
def wrapped(kid: str) -> ResponseReturnValue:
    """The key as the browser wrapped it, while the sign-in is fresh."""
    require_fresh()
    key = _own(kid)
    public_key = b64url_encode(key.public_key)
    return jsonify({"kid": key.kid, "public_key": public_key, "wrapped": json.loads(key.wrapped)})


@blueprint.post("/<kid>/wrapped")
def change(kid: str) -> ResponseReturnValue:
    """Another passphrase, or a passkey more or less: JSON ``{"seen": {...}, "wrapped": {...}}``."""
    require_fresh()
    body = closed_body("seen", "wrapped")
    seen, wrapped = _wrapped(body["seen"]), _wrapped(body["wrapped"])
    with unit_of_work() as session:
        account = service.get_account(session, current_user.id)
        keys.change_wrapping(session, keys.own_key(session, account, kid), seen=seen, wrapped=wrapped)
    return jsonify({"kid": kid})


@blueprint.get("/<kid>/replace")
@freshly
def replacing(kid: str) -> ResponseReturnValue:
    """What a new key means, and the making of it."""
    return _page("replace", _own(kid), verify_url=verify_url())


@blueprint.post("/<kid>/replace")
def replace(kid: str) -> ResponseReturnValue:
    """The next key, in the place of this one: the same JSON as for a first key."""
    require_fresh()
    sent = _pair(closed_body("public_key", "wrapped"))
    with unit_of_work() as session:
        account = service.get_account(session, current_user.id)
        old = keys.own_key(session, account, kid)
        key = readership.replace_key(session, runtime().log, account, old, **sent)
    return jsonify({"kid": key.kid, "leaf": key.add_leaf}), 201


@blueprint.get("/<kid>/revoke")
@freshly
def confirm_revoke(kid: str) -> ResponseReturnValue:
    """What is lost with the key."""
    return _page("revoke", _own(kid))


@blueprint.post("/<kid>/revoke")
@freshly
def revoke(kid: str) -> ResponseReturnValue:
    """Revoke it; the log says so. Who has not ticked that they know what is lost is shown it again."""
    if request.form.get("understood") != "yes":
        return _page("revoke", _own(kid), missed=True), 422
    with unit_of_work() as session:
        account = service.get_account(session, current_user.id)
        service.revoke_key(session, runtime().log, keys.own_key(session, account, kid))
    flash(gettext("The key is revoked, and the log says so."), "success")
    return redirect(url_for("keys.index"))


def _own(kid: str) -> ModeratorKey:
    return keys.own_key(db.session, current_user, kid)


def _page(name: str, key: ModeratorKey, **more: object) -> str:
    return render_template(f"staff/keys/{name}.html", key=key, stakes=stakes.stakes(db.session, key), **more)


def _pair(body: dict[str, Any]) -> dict[str, Any]:
    """The public key's 1 216 bytes and the canonical text of the wrapped private half."""
    public_key = body["public_key"]
    if not isinstance(public_key, str):
        raise Invalid("key-malformed")
    try:
        raw = b64url_decode(public_key)
        load_public(raw)
    except CryptoError:
        raise Invalid("key-malformed") from None
    return {"public_key": raw, "wrapped": _wrapped(body["wrapped"])}


def _wrapped(value: Any) -> str:
    if not isinstance(value, dict):
        raise Invalid("key-malformed")
    try:
        return str(parse_document(dump_canonical(value).decode()))
    except CryptoError:
        raise Invalid("key-malformed") from None
