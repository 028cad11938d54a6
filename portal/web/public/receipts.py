"""Answering a receipt. The answer has one size, so that its length tells nobody on the way what it says."""

from __future__ import annotations

import json

from flask import Response, request

from portal.extensions import db
from portal.submissions.service import look_up
from portal.web.public.blueprint import public
from portal.web.public.bodies import read_locator
from portal.web.runtime import runtime

ANSWER_BYTES = 8192
"""Room for a proof of 63 hashes with a checkpoint and several cosignatures."""


@public.post("/receipt/lookup")
def lookup() -> Response:
    """Where the comment of that receipt stands: JSON, padded with spaces to :data:`ANSWER_BYTES`."""
    log = runtime().log
    found = look_up(db.session(), log, locator=read_locator(request.get_data()))
    answer = {
        "state": found.state,
        "promise": found.promise,
        "leaf": found.leaf.decode(),
        "index": found.index,
        "proof": found.proof,
        "log_vkey": log.vkey,
    }
    body = json.dumps(answer).encode("ascii").ljust(ANSWER_BYTES)
    if len(body) > ANSWER_BYTES:
        raise RuntimeError("the receipt's answer has outgrown its fixed size")
    return Response(body, mimetype="application/json")
