"""What an issuer answers to anybody: claims from the portal's pages, its terms, and its list after the last day.

Interfaces: ``docs/ballots.md``. No cookie, no session; nothing of who asks is read but the origin of the page that
asks and the language it wants. Every answer to a claim has one size and comes at a stroke (:mod:`portal.web.strokes`),
so that who watches the line learns no more.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from flask.typing import ResponseReturnValue

from portal.crypto.blindrsa import MODULUS_BITS
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError
from portal.crypto.statements import EACH_MOST
from portal.errors import Conflict, Forbidden, Invalid, TooMany
from portal.issuing import claims, rounds
from portal.storage import forget_order
from portal.web import strokes
from portal.web.body import closed_body
from portal.web.issuer.runtime import reading, runtime, writing
from portal.web.one_size import even

ANSWER_SIZE = 8192
MESSAGE_SIZE = MODULUS_BITS // 8
TYPED_MAX = 64
STROKE = 0.050
"""Seconds between two strokes at which claims are answered."""

blueprint = Blueprint("claims", __name__)


@blueprint.post("/rounds/<consultation>/claim", provide_automatic_options=False)
def claim(consultation: str) -> ResponseReturnValue:
    """A person's blinded messages, signed; the signatures leave only after the store has noted them."""
    asked, tools = read_claim(), runtime()
    strokes.begin()
    today = tools.clock.today()
    with reading() as session:
        row = rounds.get(session, consultation)
        person = claims.admit(session, row, asked, today=today)
    take_turn(person.claim_sha256 or b"")
    signatures = claims.sign(tools.settings.atrest, row, asked)
    with writing() as session:
        claims.note(session, rounds.get(session, consultation), asked, today=today)
    return jsonify({"signatures": [b64url_encode(signature) for signature in signatures]})


@blueprint.route("/rounds/<consultation>/claim", methods=["OPTIONS"], provide_automatic_options=False)
def preflight(consultation: str) -> ResponseReturnValue:
    """What a browser asks before it lets the portal's page send a claim (Fetch standard, "CORS-preflight fetch")."""
    answer = Response(status=204)
    answer.headers["Access-Control-Allow-Methods"] = "POST"
    answer.headers["Access-Control-Allow-Headers"] = "accept-language, content-type"
    answer.headers["Access-Control-Max-Age"] = "600"
    return answer


@blueprint.get("/rounds/<consultation>/terms.json")
def terms(consultation: str) -> ResponseReturnValue:
    """The signed terms, as the portal fetches them."""
    with reading() as session:
        row = rounds.get(session, consultation)
    if row.terms is None:
        raise Conflict("round-not-ready")
    return Response(row.terms, mimetype="application/json")


@blueprint.get("/rounds/<consultation>/closing.json")
def closing(consultation: str) -> ResponseReturnValue:
    """The signed list; the first who asks after the last day makes it, and so destroys the key."""
    return Response(close_round(consultation), mimetype="application/json")


def close_round(consultation: str) -> bytes:
    """The closing statement. Of the key nothing stays in the file either: it is rewritten without it."""
    tools = runtime()
    with reading() as session:
        row = rounds.get(session, consultation)
    if row.closing is not None:
        return row.closing.encode()
    with writing() as session:
        row, own = rounds.get(session, consultation), tools.settings
        statement = rounds.close(session, row, own.identity, own.issuer, today=tools.clock.today())
    forget_order(tools.engine)
    return statement


def take_turn(code: bytes) -> None:
    """One of the signings that this process does in a minute, and of those for that claim code (its hash).

    Only who showed a claim code takes one, and nobody who shows it again and again, the rest of the office's.
    """
    try:
        runtime().own_signing.take(code)
        runtime().signing.take()
    except TooMany:
        raise TooMany("claim-busy") from None


def read_claim() -> claims.Asked:
    """The body as a claim, or :class:`Invalid` (``claim-malformed``)."""
    try:
        body = closed_body("staff_code", "claim_code", "blinded")
    except Invalid:
        raise Invalid("claim-malformed") from None
    codes, blinded = (body["staff_code"], body["claim_code"]), body["blinded"]
    if not all(isinstance(code, str) and len(code) <= TYPED_MAX for code in codes):
        raise Invalid("claim-malformed")
    if not isinstance(blinded, list) or not 1 <= len(blinded) <= EACH_MOST:
        raise Invalid("claim-malformed")
    return claims.Asked(codes[0], codes[1], tuple(_message(item) for item in blinded))


def _message(item: Any) -> bytes:
    try:
        message = b64url_decode(item) if isinstance(item, str) else b""
    except CryptoError:
        message = b""
    if len(message) != MESSAGE_SIZE:
        raise Invalid("claim-malformed")
    return message


@blueprint.before_request
def only_from_the_portal() -> None:
    """A page of any other origin is refused before anything is read. What is no browser sends no origin."""
    g.json_only = True
    if request.endpoint not in {"claims.claim", "claims.preflight"}:
        return
    origin = request.headers.get("Origin")
    if origin is not None and origin not in runtime().settings.portal_origins:
        raise Forbidden("cross-site")


@blueprint.after_request
def share_and_pad(response: Response) -> Response:
    """Let the portal's page read the answer, and give each answer to a claim the same size."""
    if request.endpoint not in {"claims.claim", "claims.preflight"}:
        return response
    response.headers.add("Vary", "Origin")
    origin = request.headers.get("Origin")
    if origin in runtime().settings.portal_origins:
        response.headers["Access-Control-Allow-Origin"] = origin
    return even(response, ANSWER_SIZE) if request.endpoint == "claims.claim" else response
