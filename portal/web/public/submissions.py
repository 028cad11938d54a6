"""Taking sealed comments: from the submit page's script, or as a file made by ``portal seal``."""

from __future__ import annotations

import hashlib
from typing import cast

from flask import current_app, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.ballots import redeem
from portal.consultations.intake import intake
from portal.errors import Invalid
from portal.extensions import db
from portal.submissions.service import Acceptance, accept
from portal.web.bucket import GlobalBucket
from portal.web.public.blueprint import public
from portal.web.public.bodies import Sealed, read_sealed
from portal.web.runtime import runtime, unit_of_work

BUCKET = "portal.public.bucket"
FILE_MAX = 64 * 1024


def _take(cid: str, sealed: Sealed) -> Acceptance:
    """Accept in one transaction. The bucket is asked where no ballot limits what one person can send."""
    here, ballot = runtime(), _verified(cid, sealed)
    with unit_of_work() as session:
        row = intake(session, cid, hold=True)
        if not row.with_ballots:
            cast(GlobalBucket, current_app.extensions[BUCKET]).take()
        return accept(
            session,
            here.log,
            here.clock,
            row,
            envelope=sealed.envelope,
            locator_hash=sealed.locator_hash,
            ballot=ballot,
            promise_days=here.settings.promise_days,
        )


def _verified(cid: str, sealed: Sealed) -> redeem.Verified | bytes | None:
    """The ballot, verified before the write lock is taken: what is forged makes nobody else wait."""
    if sealed.ballot is None:
        return None
    with Session(db.engine) as session:
        if not intake(session, cid).with_ballots:
            return sealed.ballot
        digest = hashlib.sha256(sealed.envelope).digest()
        return redeem.verify(session, cid, sealed.ballot, envelope_sha256=digest)


@public.post("/c/<cid>/submissions")
def submit(cid: str) -> ResponseReturnValue:
    """Take a sealed comment: 201 with the log's promise, 200 when the same bytes came before."""
    taken = _take(cid, read_sealed(request.get_data()))
    return jsonify(promise=taken.promise, leaf=taken.leaf.decode()), 201 if taken.fresh else 200


@public.post("/c/<cid>/sealed-file")
def sealed_file(cid: str) -> ResponseReturnValue:
    """The same without a script: a file of ``portal seal`` in a form."""
    upload = request.files.get("file")
    if upload is None:
        raise Invalid("file-missing")
    taken = _take(cid, read_sealed(upload.stream.read(FILE_MAX)))
    page = render_template("public/taken.html", taken=taken, leaf=taken.leaf.decode())
    return page, 201 if taken.fresh else 200
