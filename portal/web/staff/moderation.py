"""The moderator's workbench. Envelopes go out sealed and only codings come back: no view here can hold a plaintext."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from portal.accounts import service as accounts
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.crypto.encoding import b64url_encode
from portal.errors import Invalid
from portal.extensions import db
from portal.moderation import service
from portal.moderation.readings import declare_done, has_declared
from portal.web.body import closed_body, natural
from portal.web.fresh import is_fresh, require_fresh, verify_url
from portal.web.runtime import runtime, unit_of_work

LIMIT_DEFAULT, LIMIT_MAX = 50, 100

blueprint = Blueprint("moderation", __name__)


def _reader(cid: str) -> tuple[Consultation, str]:
    """The consultation and the key with which this account reads it, or a refusal."""
    row = consultations.get_public(db.session, cid)
    return row, service.require_reader(db.session, current_user, row)


def _percent(row: Consultation) -> int:
    """Coded comments per hundred, rounded down: figures from which one comment could be told apart stay out."""
    state = service.state(db.session, row)
    return 100 * state.coded // state.total if state.total else 0


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The consultations that this account can read, and how far each is."""
    rows = service.readable(db.session, current_user)
    done = {row.id: has_declared(db.session, current_user, row) for row in rows if row.state == "closed"}
    return render_template("staff/moderation/index.html", rows=[(row, _percent(row)) for row in rows], done=done)


@blueprint.post("/<cid>/done")
def declare(cid: str) -> ResponseReturnValue:
    """This reader's word that nothing is left which the key can open; the log keeps it."""
    with unit_of_work() as session:
        account = accounts.get_account(session, current_user.id)
        declare_done(session, runtime().log, account, consultations.get(session, cid))
    flash(gettext("Your word is in the log."), "success")
    return redirect(url_for("moderation.index"))


@blueprint.get("/<cid>")
def workbench(cid: str) -> ResponseReturnValue:
    """The page on which comments are unlocked, read and coded."""
    row, kid = _reader(cid)
    return render_template(
        "staff/moderation/workbench.html",
        row=row,
        kid=kid,
        taxonomy=consultations.taxonomy_of(row),
        total=service.state(db.session, row).total,
        editable=row.state in {"open", "closed"},
        fresh=is_fresh(),
        verify_url=verify_url(),
        fresh_minutes=runtime().settings.fresh_minutes,
    )


@blueprint.get("/<cid>/key")
def wrapped_key(cid: str) -> ResponseReturnValue:
    """The account's own wrapped key, while the sign-in is fresh."""
    _, kid = _reader(cid)
    require_fresh()
    key = accounts.keys_of(db.session, [kid])[0]
    wrapped = json.loads(key.wrapped)
    return jsonify({"kid": key.kid, "public_key": b64url_encode(key.public_key), "wrapped": wrapped})


@blueprint.get("/<cid>/envelopes")
def envelopes(cid: str) -> ResponseReturnValue:
    """A page of sealed comments after the leaf ``after``; ``next`` is where the following page begins, or null."""
    row, _ = _reader(cid)
    after = _number("after", -1, low=-1, high=2**53 - 1)
    limit = _number("limit", LIMIT_DEFAULT, low=1, high=LIMIT_MAX)
    found = service.page(db.session, runtime().sealing, row, after=after, limit=limit + 1)
    items, more = found[:limit], len(found) > limit
    return jsonify({"items": [_item(item) for item in items], "next": items[-1].index if more else None})


@blueprint.post("/<cid>/codings")
def save_coding(cid: str) -> ResponseReturnValue:
    """Keep a coding: JSON ``{"index", "revision", "coding"}``, ``revision`` being the one that was on the screen."""
    body = closed_body("index", "revision", "coding")
    index, seen = natural(body["index"]), natural(body["revision"])
    tools = runtime()
    with unit_of_work() as session:
        account = accounts.get_account(session, current_user.id)
        row = consultations.get_public(session, cid)
        kept = service.code(session, tools.log, tools.sealing, account, row, index=index, raw=body["coding"], seen=seen)
        coding = service.document_of(tools.sealing, kept)
    return jsonify({"index": index, "revision": kept.revision, "coding": coding})


def _number(name: str, default: int, *, low: int, high: int) -> int:
    text = request.args.get(name, str(default))
    try:
        value = int(text)
    except ValueError:
        raise Invalid from None
    if not low <= value <= high:
        raise Invalid
    return value


def _item(item: service.QueueItem) -> dict[str, Any]:
    return {
        "index": item.index,
        "leaf": item.leaf.decode(),
        "envelope": b64url_encode(item.envelope),
        "coding": item.coding,
        "revision": item.revision,
    }
