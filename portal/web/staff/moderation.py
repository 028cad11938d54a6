"""The moderator's workbench. Envelopes go out sealed and only codings come back: no view here can hold a plaintext."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from portal.accounts import service as accounts
from portal.accounts.keys import wrapping_of
from portal.accounts.rights import rights_of
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError
from portal.errors import Invalid
from portal.extensions import db
from portal.moderation import assignment, queue, readable, service
from portal.moderation.overview import desks
from portal.moderation.readings import declare_done
from portal.moderation.redaction import Served
from portal.web.body import NATURAL_MAX, closed_body, natural
from portal.web.fresh import is_fresh, require_fresh, verify_url
from portal.web.headers import allow_viewer
from portal.web.runtime import runtime, unit_of_work

LIMIT_DEFAULT, LIMIT_MAX, ASSIGNED_MAX = 50, 100, 1000

blueprint = Blueprint("moderation", __name__)


def _reader(cid: str) -> tuple[Consultation, str]:
    """The consultation and the key with which this account reads it, or a refusal."""
    row = consultations.get_public(db.session, cid)
    return row, service.require_reader(db.session, current_user, row)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The consultations that this account can read, and how far each is."""
    rows = desks(db.session, current_user)
    return render_template("staff/moderation/index.html", rows=rows)


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
    if row.attachments:
        allow_viewer()
    return render_template(
        "staff/moderation/workbench.html",
        row=row,
        kid=kid,
        passkeys=wrapping_of(accounts.get_key(db.session, kid)).passkeys,
        taxonomy=consultations.taxonomy_of(row),
        rights=rights_of(db.session(), current_user),
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
    row, kid = _reader(cid)
    after, limit = _after(), _number("limit", LIMIT_DEFAULT, low=1, high=LIMIT_MAX)
    found = queue.page(db.session, current_user, row, kid=kid, after=after, limit=limit + 1)
    items, more = found[:limit], len(found) > limit
    return jsonify({"items": [_item(item) for item in items], "next": items[-1].index if more else None})


@blueprint.get("/<cid>/codings")
def history(cid: str) -> ResponseReturnValue:
    """The account's own revisions of its codings of the comment at the leaf ``index``, the oldest first."""
    row, _ = _reader(cid)
    index = _number("index", -1, low=0, high=NATURAL_MAX)
    found = queue.history(db.session, current_user, row, index)
    days = [one.day.isoformat() if one.day else None for one in found]
    return jsonify({"codings": [{**_coding(one), "day": day} for one, day in zip(found, days, strict=True)]})


@blueprint.post("/<cid>/codings")
def save_coding(cid: str) -> ResponseReturnValue:
    """Keep a coding: JSON ``{"index", "slot", "revision", "coding", "shared"}``, ``revision`` being the slot's that was
    on the screen, ``shared`` the coding sealed to the comment's readers."""
    body = closed_body("index", "slot", "revision", "coding", "shared")
    tools, index, slot = runtime(), natural(body["index"]), natural(body["slot"])
    more: dict[str, Any] = {"raw": body["coding"], "shared": sealed(body["shared"]), "day": tools.clock.today()}
    with unit_of_work() as session:
        account = accounts.get_account(session, current_user.id)
        row = consultations.get_public(session, cid)
        seen = natural(body["revision"])
        kept = service.code(session, tools.log, tools.sealing, account, row, index=index, slot=slot, seen=seen, **more)
        coding = readable.document_of(tools.sealing, kept)
    return jsonify({"index": index, "slot": kept.slot, "revision": kept.revision, "coding": coding})


@blueprint.get("/<cid>/assignments")
def assignments(cid: str) -> ResponseReturnValue:
    """A page of comments after the leaf ``after``, each with whether it fell to this account, and the note with which
    the account handed it back."""
    row, _ = _reader(cid)
    after, limit = _after(), _number("limit", ASSIGNED_MAX, low=1, high=ASSIGNED_MAX)
    found = assignment.page(db.session, current_user, row, after=after, limit=limit + 1)
    items, more = found[:limit], len(found) > limit
    shown = [{"index": one.index, "assigned": one.mine, "note": b64url_or_null(one.note)} for one in items]
    return jsonify({"items": shown, "next": items[-1].index if more else None})


@blueprint.post("/<cid>/assignments")
def assign(cid: str) -> ResponseReturnValue:
    """Take a comment or hand it back: JSON ``{"index", "do", "note"}`` with ``do`` "take" or "return"; ``note`` is
    sealed to the comment's readers, and null where a comment is taken."""
    body = closed_body("index", "do", "note")
    index, note = natural(body["index"]), sealed(body["note"]) if body["do"] == "return" else body["note"]
    if body["do"] not in ("take", "return") or (body["do"] == "take" and note is not None):
        raise Invalid("body-malformed")
    with unit_of_work() as session:
        row = consultations.get_public(session, cid)
        service.require_reader(session, current_user, row)
        service.require_comment(session, row, index)
        mine = assignment.say(session, current_user, row, index, note=note)
    return jsonify({"index": index, "assigned": mine})


def _after() -> int:
    return _number("after", -1, low=-1, high=NATURAL_MAX)


def _number(name: str, default: int, *, low: int, high: int) -> int:
    text = request.args.get(name, str(default))
    try:
        value = int(text)
    except ValueError:
        raise Invalid from None
    if not low <= value <= high:
        raise Invalid
    return value


def sealed(value: Any) -> bytes:
    """The bytes of a JSON value that must be base64url; how many there may be says the service."""
    try:
        return b64url_decode(value)
    except (CryptoError, AttributeError):
        raise Invalid("body-malformed") from None


def b64url_or_null(data: bytes | None) -> str | None:
    """What JSON carries of bytes that may be missing."""
    return b64url_encode(data) if data else None


def _coding(one: queue.SharedCoding | queue.OwnRevision) -> dict[str, Any]:
    return {"slot": one.slot, "revision": one.revision, "mine": one.mine, "shared": b64url_or_null(one.shared)}


def _redaction(one: Served) -> dict[str, Any]:
    checked = {"sealed": b64url_encode(one.sealed), "salt": one.salt.hex(), "leaf": one.leaf.decode()}
    return {"kind": one.kind, "revision": one.revision, "mine": one.mine, "day": one.day.isoformat(), **checked}


def _item(item: queue.QueueItem) -> dict[str, Any]:
    return {
        "index": item.index,
        "leaf": item.leaf.decode(),
        "envelope": b64url_encode(item.envelope),
        "wrap": b64url_or_null(item.wrap),
        "codings": [_coding(one) for one in item.codings],
        "assigned": item.assigned,
        "redactions": [_redaction(one) for one in item.redactions],
    }
