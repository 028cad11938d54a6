"""Conversations as submitters reach them: buckets that are the same for everybody, and answers that spend a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.extensions import db
from portal.submissions import mailbox
from portal.submissions.sequencing import count_sequenced
from portal.web import strokes
from portal.web.posted import octets, read_posted
from portal.web.public.blueprint import public
from portal.web.public.log import OCTETS
from portal.web.runtime import runtime, unit_of_work


@dataclass(frozen=True)
class Talk:
    """A consultation whose conversations go on. ``comments``: in the log, from which the depth of its buckets follows
    (``portal.crypto.buckets.depth_for``); ``until``: the last day."""

    row: Consultation
    comments: int
    until: date


def talks(session: Session, today: date) -> list[Talk]:
    """Every one: a reader asks each of them, for which one it is would tell something already."""
    rows = consultations.list_all(session, consultations.PUBLIC_STATES)
    return [
        Talk(row, count_sequenced(session, row.id), mailbox.last_day(row))
        for row in rows
        if mailbox.talking(row, today)
    ]


@public.get("/c/<cid>/mail/<int:bucket>")
def mail(cid: str, bucket: int) -> Response:
    """The sealed messages of a bucket: the same bytes for everybody who asks."""
    row = consultations.get_public(db.session(), cid)
    data = mailbox.read_bucket(db.session(), row, bucket, today=runtime().clock.today())
    return Response(data, mimetype=OCTETS)


@public.post("/c/<cid>/mail")
def answer(cid: str) -> ResponseReturnValue:
    """Take a sealed answer for a ticket: 201 with the log's promise, 200 when the same bytes came before."""
    posted, ticket = read_posted("ticket")
    strokes.begin()
    here, days = runtime(), runtime().settings.promise_days
    with unit_of_work() as session:
        row = consultations.get_public(session, cid)
        kept = mailbox.answer(
            session, here.log, here.clock, row, posted=posted, ticket=octets(ticket), promise_days=days
        )
    return jsonify(promise=kept.promise, leaf=kept.leaf.decode()), 201 if kept.fresh else 200
