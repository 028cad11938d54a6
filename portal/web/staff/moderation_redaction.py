"""Keeping back parts of comments: an address for each kind, since each has a right of its own. What is kept back comes
sealed, so that no view here can know it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.accounts import service as accounts
from portal.consultations import service as consultations
from portal.moderation import redaction
from portal.web.body import closed_body, natural
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.moderation import sealed

blueprint = Blueprint("redaction", __name__)


@blueprint.post("/<cid>/masks")
def mask(cid: str) -> ResponseReturnValue:
    """Keep the next revision of what is masked: JSON ``{"index", "revision", "sealed"}``, ``revision`` being the number
    of those that were on the screen."""
    return _redact(cid, redaction.MASK)


@blueprint.post("/<cid>/removals")
def remove(cid: str) -> ResponseReturnValue:
    """Keep one removal more; the same body."""
    return _redact(cid, redaction.REMOVAL)


@blueprint.post("/<cid>/withdrawals")
def withdraw(cid: str) -> ResponseReturnValue:
    """Withdraw a paraphrase: JSON ``{"index", "slot", "revision", "shared"}``, the last being the coding without it,
    sealed to the comment's readers."""
    body = closed_body("index", "slot", "revision", "shared")
    tools, index, slot = runtime(), natural(body["index"]), natural(body["slot"])
    more: dict[str, Any] = {"seen": natural(body["revision"]), "shared": sealed(body["shared"])}
    with unit_of_work() as session:
        account = accounts.get_account(session, current_user.id)
        row, day = consultations.get_public(session, cid), tools.clock.today()
        place: dict[str, Any] = {"index": index, "slot": slot, "day": day}
        revision = redaction.withdraw(session, tools.log, tools.sealing, account, row, **place, **more)
    return jsonify({"index": index, "slot": slot, "revision": revision})


def _redact(cid: str, kind: str) -> ResponseReturnValue:
    body = closed_body("index", "revision", "sealed")
    tools, index, seen = runtime(), natural(body["index"]), natural(body["revision"])
    more: dict[str, Any] = {"sealed": sealed(body["sealed"]), "day": tools.clock.today()}
    with unit_of_work() as session:
        account = accounts.get_account(session, current_user.id)
        row = consultations.get_public(session, cid)
        kept = redaction.redact(session, tools.log, account, row, index=index, kind=kind, seen=seen, **more)
    return jsonify({"index": index, "revision": kept.revision})
