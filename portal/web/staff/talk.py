"""Conversations as moderators reach them. Messages come and go sealed, and no address here names a comment."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy.orm import Session

from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.crypto.encoding import b64url_encode
from portal.errors import Invalid
from portal.extensions import db
from portal.moderation import service
from portal.submissions import mailbox
from portal.submissions.sequencing import count_sequenced
from portal.web.posted import octets, read_posted
from portal.web.runtime import runtime, unit_of_work

LIMIT_MAX = 20

blueprint = Blueprint("talk", __name__)


def _row(session: Session, cid: str) -> Consultation:
    """The consultation, for an account that reads it."""
    row = consultations.get_public(session, cid)
    service.require_reader(session, current_user, row)
    return row


@blueprint.get("/<cid>/mail")
def mail(cid: str) -> ResponseReturnValue:
    """A page of the consultation's messages after the leaf ``after``: all of them, to every reader alike.

    ``comments``: in the log, from which the depth of the buckets follows; ``open``: whether messages are taken today.
    """
    row, after = _row(db.session(), cid), request.args.get("after", -1, type=int)
    limit = max(1, min(request.args.get("limit", LIMIT_MAX, type=int), LIMIT_MAX))
    found = mailbox.page(db.session(), row, after=after, limit=limit + 1)
    items, more = found[:limit], len(found) > limit
    return jsonify(
        items=[_item(one) for one in items],
        next=items[-1].index if more else None,
        comments=count_sequenced(db.session(), row.id),
        open=mailbox.talking(row, runtime().clock.today()),
    )


@blueprint.post("/<cid>/mail")
def ask(cid: str) -> ResponseReturnValue:
    """Take a sealed question: JSON ``{"message", "bucket", "tickets"}``, the last being hashes in base64url."""
    posted, tickets = read_posted("tickets")
    if not isinstance(tickets, list):
        raise Invalid("message-malformed")
    hashes, here, days = [octets(one) for one in tickets], runtime(), runtime().settings.promise_days
    with unit_of_work() as session:
        row = _row(session, cid)
        mailbox.ask(session, here.log, here.clock, row, posted=posted, tickets=hashes, promise_days=days)
    return jsonify(kept=True), 201


def _item(one: mailbox.Mail) -> dict[str, Any]:
    return {"index": one.index, "leaf": one.leaf.decode(), "bucket": one.bucket, "message": b64url_encode(one.data)}
