"""A moderator's own keys. They are made and wrapped in the browser; only public halves and wrapped bytes come here."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.accounts import service as accounts
from portal.crypto.canonical import dump_canonical
from portal.crypto.encoding import b64url_decode
from portal.crypto.errors import CryptoError
from portal.crypto.keys import load_public
from portal.crypto.keywrap import parse_wrapped
from portal.errors import Invalid
from portal.extensions import db
from portal.web.body import closed_body
from portal.web.fresh import is_fresh, require_fresh, verify_url
from portal.web.runtime import runtime, unit_of_work

blueprint = Blueprint("keys", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The account's keys, and the making of another one."""
    own = accounts.own_keys(db.session, current_user)
    return render_template("staff/keys/index.html", keys=own, fresh=is_fresh(), verify_url=verify_url())


@blueprint.post("/")
def add() -> ResponseReturnValue:
    """Keep a key: JSON ``{"public_key": b64url, "wrapped": {...}}`` and not one key more."""
    require_fresh()
    public_key, wrapped = _parse(closed_body("public_key", "wrapped"))
    with unit_of_work() as session:
        account = accounts.get_account(session, current_user.id)
        key = accounts.add_key(session, runtime().log, account, public_key=public_key, wrapped=wrapped)
    return jsonify({"kid": key.kid, "leaf": key.add_leaf}), 201


def _parse(body: dict[str, Any]) -> tuple[bytes, str]:
    """The public key's 1 216 bytes and the canonical text of the wrapped private half."""
    public_key, wrapped = body["public_key"], body["wrapped"]
    if not isinstance(public_key, str) or not isinstance(wrapped, dict):
        raise Invalid("key-malformed")
    try:
        raw = b64url_decode(public_key)
        load_public(raw)
        return raw, str(parse_wrapped(dump_canonical(wrapped).decode()))
    except CryptoError:
        raise Invalid("key-malformed") from None
