"""Answering a receipt. The answer has one size, so that its length tells nobody on the way what it says."""

from __future__ import annotations

import json
from functools import cache

from flask import Response, request

from portal.extensions import db
from portal.submissions.service import look_up
from portal.tlog.cosigned import TIME_SIZE
from portal.tlog.note import Signature
from portal.tlog.policy import Policy
from portal.web.public.blueprint import public
from portal.web.public.bodies import read_locator
from portal.web.runtime import runtime

ANSWER_BYTES = 8192
"""Room for a leaf and a proof of 63 hashes with the log's checkpoint."""
STEP = 1024


@cache
def answer_bytes(policy: Policy) -> int:
    """The size of every answer: :data:`ANSWER_BYTES` and a cosignature of each witness, whether it cosigned or not."""
    keys = [witness.key for witness in policy.witnesses]
    lines = [str(Signature(key.name, key.key_id, bytes(TIME_SIZE + key.signature_size))) for key in keys]
    room = ANSWER_BYTES + sum(len(json.dumps(f"{line}\n")) for line in lines)
    return -(-room // STEP) * STEP


@public.post("/receipt/lookup")
def lookup() -> Response:
    """Where the comment of that receipt stands: JSON, padded with spaces to :func:`answer_bytes`."""
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
    length = answer_bytes(log.policy)
    body = json.dumps(answer).encode("ascii").ljust(length)
    if len(body) > length:
        raise RuntimeError("the receipt's answer has outgrown its fixed size")
    return Response(body, mimetype="application/json")
