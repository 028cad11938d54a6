"""Passing comments on to a key that came after the opening. Sealed bytes go out and sealed bytes come back."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy.orm import Session

from portal.accounts import keys, service
from portal.accounts.models import ModeratorKey
from portal.consultations.service import get_public
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError
from portal.errors import Invalid
from portal.extensions import db
from portal.ledger.log import Log, newest_note, tree_of
from portal.moderation import readership, reseal
from portal.web.body import closed_body, natural
from portal.web.fresh import is_fresh, require_fresh, verify_url
from portal.web.public.proofs import proved
from portal.web.runtime import runtime, unit_of_work

blueprint = Blueprint("reseal", __name__)


def _job(session: Session, cid: str, kid: str) -> reseal.Job:
    return reseal.get_job(session, service.get_account(session, current_user.id), get_public(session, cid), kid)


@blueprint.get("/<cid>/<kid>")
def page(cid: str, kid: str) -> ResponseReturnValue:
    """Where a reader unlocks and passes on, and what that means."""
    job = _job(db.session, cid, kid)
    sealer = service.get_key(db.session, job.sealer)
    return render_template(
        "staff/keys/reseal.html",
        job=job,
        progress=reseal.progress(db.session, job),
        readers=readership.readers_of(db.session, job.row),
        passkeys=keys.wrapping_of(sealer).passkeys,
        fresh=is_fresh(),
        verify_url=verify_url(),
    )


@blueprint.get("/<cid>/<kid>/job")
def begin(cid: str, kid: str) -> ResponseReturnValue:
    """The reader's wrapped key, and the target's public half with its proofs: what the browser must see to agree."""
    require_fresh()
    return jsonify(job_document(db.session(), runtime().log, _job(db.session, cid, kid)))


def job_document(session: Session, log: Log, job: reseal.Job) -> dict[str, Any]:
    """What the browser must see to agree.

    ``{sealer: {kid, wrapped}, own, held, target: {kid, name, public_key, index, leaf, proof}, reader: {index, leaf,
    proof}, checkpoint, log_vkey}``; ``held``: other keys that the target's owner has or had in this consultation.
    """
    note = newest_note(session)
    tree = tree_of(session, note)
    target, sealer = job.target, service.get_key(session, job.sealer)
    lines = readership.lines_of(readers := readership.readers_of(session, job.row))
    theirs = [one.kid for one in readers if one.key.account_id == target.key.account_id]
    return {
        "sealer": {"kid": sealer.kid, "wrapped": json.loads(sealer.wrapped)},
        "own": job.own,
        "held": [kid for kid in theirs if lines[kid] != target.kid],
        "target": _public_half(target.key) | proved(session, tree, target.key.add_leaf),
        "reader": proved(session, tree, target.leaf or 0),
        "checkpoint": str(note),
        "log_vkey": log.vkey,
    }


def _public_half(key: ModeratorKey) -> dict[str, str]:
    return {"kid": key.kid, "name": key.account.name, "public_key": b64url_encode(key.public_key)}


@blueprint.get("/<cid>/<kid>/rows")
def rows(cid: str, kid: str) -> ResponseReturnValue:
    """The next comments after the leaf ``after`` that this reader has not passed on."""
    after = request.args.get("after", -1, type=int)
    items = reseal.pending(db.session, _job(db.session, cid, kid), after=after)
    return jsonify({"items": [_item(item) for item in items]})


@blueprint.post("/<cid>/<kid>/rows")
def keep(cid: str, kid: str) -> ResponseReturnValue:
    """A chunk, one wrap for each comment that was given out: JSON ``{"wraps": [{"index", "wrap"}]}``."""
    wraps = _wraps(closed_body("wraps")["wraps"])
    with unit_of_work() as session:
        reseal.keep(session, _job(session, cid, kid), wraps)
    return jsonify({"kept": len(wraps)})


def _wraps(value: Any) -> list[tuple[int, bytes]]:
    if not isinstance(value, list):
        raise Invalid("reseal-malformed")
    return [_wrap(item) for item in value]


def _wrap(item: Any) -> tuple[int, bytes]:
    if not isinstance(item, dict) or set(item) != {"index", "wrap"} or not isinstance(item["wrap"], str):
        raise Invalid("reseal-malformed")
    try:
        return natural(item["index"]), b64url_decode(item["wrap"])
    except CryptoError:
        raise Invalid("reseal-malformed") from None


def _item(item: reseal.SealedItem) -> dict[str, Any]:
    return {
        "index": item.index,
        "leaf": item.leaf.decode(),
        "envelope": b64url_encode(item.envelope),
        "wrap": b64url_encode(item.wrap) if item.wrap else None,
    }
