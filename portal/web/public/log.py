"""The transparency log: a page for people, and the C2SP endpoints for programs."""

from __future__ import annotations

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from portal.audit.watched import watched
from portal.errors import NotFound
from portal.extensions import db
from portal.ledger import log as ledger
from portal.tlog.errors import MalformedPath
from portal.tlog.keys import spoken_fingerprint
from portal.tlog.paths import BundlePath, TilePath, parse_path
from portal.tlog.tiles import width_at
from portal.web.compressed import compressed
from portal.web.headers import IMMUTABLE
from portal.web.public.blueprint import public
from portal.web.runtime import runtime

OCTETS = "application/octet-stream"


@public.get("/log")
def log() -> ResponseReturnValue:
    """Size, latest checkpoint, what kinds of leaves there are, and how to verify them."""
    size = ledger.size(db.session())
    width = width_at(0, 0, size) or 1
    return render_template(
        "public/log.html",
        size=size,
        checkpoint=ledger.newest_checkpoint(db.session()) if size else "",
        counts=sorted(ledger.kinds(db.session()).items()),
        watched=watched(db.session(), runtime().log),
        policy=runtime().log.policy,
        vkey=runtime().log.vkey,
        fingerprint_of_key=spoken_fingerprint(runtime().log.vkey),
        address=_own_address(),
        first_tile=_below_tile(TilePath(0, 0, width)),
        first_bundle=_below_tile(BundlePath(0, width)),
    )


def _own_address() -> str:
    """Where the log is read: as the visitor reached it if that is one of ours, for anybody can send any ``Host``."""
    here, origins = request.host_url.rstrip("/"), runtime().settings.public_origins
    return f"{here if not origins or here in origins else origins[0]}/"


def _below_tile(path: TilePath | BundlePath) -> str:
    return str(path).removeprefix("tile/")


@public.get("/log/checkpoint")
def log_checkpoint() -> Response:
    """The newest signed checkpoint (https://c2sp.org/tlog-checkpoint)."""
    return Response(ledger.newest_checkpoint(db.session()), mimetype="text/plain")


@public.get("/log/vkey")
def log_vkey() -> Response:
    """The log's verifier key (https://c2sp.org/signed-note), for a program to compare with the one it pinned."""
    return Response(f"{runtime().log.vkey}\n", mimetype="text/plain")


@public.get("/log/policy")
def log_policy() -> Response:
    """The policy of witnesses (https://c2sp.org/tlog-policy) by which proofs can be verified; 404 where none is set."""
    policy = runtime().log.policy
    if not policy.witnesses:
        raise NotFound("log-policy-none")
    return Response(str(policy), mimetype="text/plain")


@public.get("/log/tile/<path:rest>")
def log_tile(rest: str) -> Response:
    """A tile or an entry bundle (https://c2sp.org/tlog-tiles): its bytes never change, so it may be cached."""
    try:
        place = parse_path(f"tile/{rest}")
    except MalformedPath:
        raise NotFound("log-tile-unknown") from None
    if isinstance(place, TilePath):  # hashes, which nothing compresses
        data = ledger.read_tile(db.session(), place.level, place.index, place.width)
        response = Response(data, mimetype=OCTETS)
    else:
        response = compressed(ledger.read_bundle(db.session(), place.index, place.width), OCTETS)
    response.headers["Cache-Control"] = IMMUTABLE
    return response
