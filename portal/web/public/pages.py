"""Pages that are read: home, how anonymity is kept, the submit page, the pages that check a receipt or a proof."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from portal.consultations import service as consultations
from portal.crypto.message import TEXT_MAX
from portal.extensions import db
from portal.findings.service import rule_of
from portal.moderation.readership import readers_of
from portal.web.headers import allow_camera
from portal.web.public.blueprint import public
from portal.web.public.mail import talks
from portal.web.public.shown import TOPICS, shelve
from portal.web.runtime import runtime


@public.get("/")
def home() -> ResponseReturnValue:
    """What this is, what is open, and how anonymity is kept."""
    rows = consultations.list_all(db.session(), consultations.PUBLIC_STATES)
    shelf = shelve(rows, runtime().clock.today())
    return render_template("public/home.html", shelf=shelf, settings=runtime().settings)


@public.get("/how")
def how() -> ResponseReturnValue:
    """How anonymity is kept, in detail, and where it ends."""
    return render_template("public/how.html", settings=runtime().settings)


@public.get("/c/<cid>")
def consultation(cid: str) -> ResponseReturnValue:
    """The submit page, or what is known of a consultation that takes no comments now."""
    row = consultations.get_public(db.session(), cid)
    today = runtime().clock.today()
    if not consultations.accepts(row, today):
        return render_template("public/closed.html", row=row, today=today, rule=rule_of(row))
    if row.with_ballots:
        allow_camera()
    left = (row.closes - today).days + 1
    later = [reader for reader in readers_of(db.session(), row) if reader.leaf is not None]
    return render_template("public/submit.html", row=row, rule=rule_of(row), topics=TOPICS, left=left, later=later)


@public.get("/receipt")
def receipt() -> ResponseReturnValue:
    """Where a receipt code is entered, to check a comment or to read and answer what moderators ask about it.

    The browser derives from the code what is asked of the server; for messages it asks every consultation alike.
    """
    found = talks(db.session(), runtime().clock.today())
    return render_template("public/receipt.html", talks=found, text_max=TEXT_MAX, **_trust())


@public.get("/proof")
def proof() -> ResponseReturnValue:
    """Where a proof file is checked, in the browser alone; nobody is told which."""
    return render_template("public/proof.html", **_trust())


def _trust() -> dict[str, str]:
    """The log's key, and where its witnesses are named; empty where the log has none."""
    log = runtime().log
    return {"log_vkey": log.vkey, "policy_url": "/log/policy" if log.policy.witnesses else ""}
