"""Ballots: the page that collects them, and what a browser needs to check their issuers against the log."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import jsonify, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.ballots.issuers import terms_of
from portal.ballots.turnout import turnout
from portal.consultations.frozen import frozen_settings
from portal.consultations.models import Consultation
from portal.consultations.service import accepts, collecting, get_with_ballots
from portal.extensions import db
from portal.ledger.log import Log, newest_note, tree_of
from portal.submissions.sequencing import count_sequenced
from portal.web.headers import allow_camera, allow_connect
from portal.web.public.blueprint import public
from portal.web.public.proofs import proved
from portal.web.runtime import runtime


@public.get("/c/<cid>/collect")
def collect(cid: str) -> ResponseReturnValue:
    """Where ballots are collected: before, during and after the days of collecting.

    While it lasts the page may reach the issuers, and no other page ever may.
    """
    row = get_with_ballots(db.session(), cid)
    today = runtime().clock.today()
    open_now = collecting(row, today)
    if open_now:
        allow_connect(one.address for one in row.issuers)
        allow_camera()
    writing = accepts(row, today)
    return render_template("public/collect.html", row=row, today=today, collecting=open_now, writing=writing)


@public.get("/c/<cid>/ballots.json")
def ballots(cid: str) -> ResponseReturnValue:
    """Issuers, their keys, and inclusion proofs of all of it against the newest checkpoint."""
    row = get_with_ballots(db.session(), cid)
    return jsonify(ballots_document(db.session(), runtime().log, row))


@public.get("/c/<cid>/cards.json")
def cards(cid: str) -> ResponseReturnValue:
    """Hashes of all half-cards by issuer: with them a mistyped half is found in the browser, and never sent."""
    row = get_with_ballots(db.session(), cid)
    return jsonify(cards={one.issuer: list(terms_of(one).terms.cards) for one in row.issuers})


def ballots_document(session: Session, log: Log, row: Consultation) -> dict[str, Any]:
    """What ``docs/ballots.md`` lists as ``ballots.json``; issuers stand in the order of their names."""
    note = newest_note(session)  # read once: what is proven below leads to this root
    tree = tree_of(session, note)
    figures = turnout(row, used=count_sequenced(session, row.id))
    named = ("issuer", "name_vi", "name_en", "address")
    return {
        "consultation": row.id,
        "settings": frozen_settings(row),
        "each": row.each_ballots,
        "collect_from": row.collect_from.isoformat() if row.collect_from else "",
        "collect_until": row.collect_until.isoformat() if row.collect_until else "",
        "opens": row.opens.isoformat(),
        "consultation_leaf": proved(session, tree, row.open_leaf or 0),
        "issuers": [
            {**{name: getattr(one, name) for name in named}, "key": proved(session, tree, one.key_leaf or 0)}
            for one in row.issuers
        ],
        "turnout": asdict(figures) if figures else None,
        "checkpoint": str(note),
        "log_vkey": log.vkey,
    }
