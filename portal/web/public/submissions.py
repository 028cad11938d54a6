"""Taking sealed comments: from the submit page's script, or as a file made by ``portal seal``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from flask import Flask, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portal.ballots import redeem
from portal.consultations.intake import Intake, intake
from portal.crypto.attachment import SIZES
from portal.direct import Direct, Unwritten
from portal.errors import Invalid, PortalError
from portal.extensions import db
from portal.submissions import attachments
from portal.submissions.service import Acceptance, accept, came_before, offer
from portal.submissions.together import Group, Offer, Opened, Outcome, accept_all
from portal.web import strokes
from portal.web.bucket import GlobalBucket
from portal.web.one_size import JSON
from portal.web.public import attached
from portal.web.public.blueprint import public
from portal.web.public.bodies import Sealed, read_sealed, read_sealed_with_files
from portal.web.runtime import KEY, Runtime, runtime, unit_of_work

BUCKET = "portal.public.bucket"
FILES_BUCKET = "portal.public.files-bucket"
FILES_SHARE = 20
"""Where no ballot is needed, one comment in so many may have files: those are up to a thousand times as large."""
FILE_MAX = 64 * 1024

Spendable = redeem.Verified | bytes | None
"""A ballot as :func:`portal.submissions.service.accept` takes it."""
Taken = Acceptance | Outcome
GROUP = "portal.public.group"
REFUSED = "portal.refused"
"""In a request's environment, which nobody outside can write to: what a comment was refused with before Flask."""


def rates(open_rate: int) -> dict[str, int]:
    """Tokens a minute of this module's buckets; 0: no limit."""
    return {BUCKET: open_rate, FILES_BUCKET: max(1, open_rate // FILES_SHARE) if open_rate else 0}


def take(app: Flask, cid: str, sealed: Sealed, ballot: Spendable) -> Acceptance:
    """Accept it together with whatever else comes at the same time (:mod:`portal.submissions.together`).

    Needs no request and no application context: :mod:`portal.web.public.window` asks for it before there is one.
    """
    if isinstance(ballot, bytes):
        raise Invalid("ballot-not-needed")
    made = offer(cid, envelope=sealed.envelope, locator_hash=sealed.locator_hash, ballot=ballot)
    outcome = cast(Group[Offer, Taken], app.extensions[GROUP]).run(made)
    if isinstance(outcome, PortalError):
        raise outcome
    if isinstance(outcome, Acceptance):
        return outcome
    log = cast(Runtime, app.extensions[KEY]).log
    return Acceptance(outcome.data, log.promise(outcome.leaf_hash, outcome.due), fresh=True)


@dataclass
class Counter:
    """Where comments of one process are taken: its kept connection, and the consultations that it knows."""

    app: Flask
    direct: Direct
    opened: Opened

    def take_all(self, offers: list[Offer]) -> list[Taken]:
        """All in one transaction; or, where one of them needs it, each in its own."""
        here = cast(Runtime, self.app.extensions[KEY])
        places = {name: self.opened.of(name) for name in {one.entry.group for one in offers}}
        welcome = partial(_spare, self.app, BUCKET)
        more: Any = {"places": places, "promise_days": here.settings.promise_days, "welcome": welcome}
        try:
            with self.direct.transaction() as transaction:
                return [*accept_all(transaction, here.clock, offers, **more)]
        except (Unwritten, DBAPIError):  # sent once more, whatever was done is found done
            with self.app.app_context():
                return [_take_alone(one) for one in offers]


def counter(app: Flask) -> Counter:
    """The counter of a process that serves the public app."""

    def read(name: str) -> Intake:
        with app.app_context(), Session(db.engine) as session:
            return intake(session, name)

    with app.app_context():
        return Counter(app, Direct(db.engine), Opened(read))


def _take_alone(one: Offer) -> Taken:
    try:
        return _accept(one.entry.group, one.envelope, one.locator_hash, one.ballot)
    except PortalError as refusal:
        return refusal


def _accept(
    cid: str, envelope: bytes, locator_hash: bytes, ballot: Spendable, files: tuple[bytes, ...] = ()
) -> Acceptance:
    """Accept in one transaction, files and all. The bucket is asked where no ballot limits what one person can send."""
    here = runtime()
    with unit_of_work() as session:
        row = intake(session, cid, hold=True)
        _spare(current_app, BUCKET, row)
        given: dict[str, Any] = {"envelope": envelope, "locator_hash": locator_hash, "ballot": ballot}
        taken = accept(session, here.log, here.clock, row, promise_days=here.settings.promise_days, **given)
        if files and taken.fresh:
            attachments.store(session, row, files, quota=here.settings.attachment_quota)
    return taken


def _spare(app: Flask, bucket: str, place: Intake) -> None:
    if not place.with_ballots:
        cast(GlobalBucket, app.extensions[bucket]).take()


def _verified(cid: str, sealed: Sealed) -> Spendable:
    """The ballot, verified before the write lock is taken: what is forged makes nobody else wait."""
    if sealed.ballot is None:
        return None
    strokes.begin()  # whether it is good, spent or forged is nobody's on the way
    with Session(db.engine) as session:
        if not intake(session, cid).with_ballots:
            return sealed.ballot
        digest = hashlib.sha256(sealed.envelope).digest()
        return redeem.verify(session, cid, sealed.ballot, envelope_sha256=digest)


@public.post("/c/<cid>/submissions")
def submit(cid: str) -> ResponseReturnValue:
    """Take a sealed comment: 201 with the log's promise, 200 when the same bytes came before."""
    if refused := request.environ.get(REFUSED):
        raise refused  # judged already (:mod:`portal.web.public.window`)
    sealed = read_sealed(request.get_data())
    return _answer(take(current_app, cid, sealed, _verified(cid, sealed)))


@public.post("/c/<cid>/submissions-with-files")
def submit_with_files(cid: str) -> ResponseReturnValue:
    """The same with sealed files behind the comment (:mod:`portal.web.public.attached`): all are kept, or nothing."""
    with Session(db.engine) as session:
        place = intake(session, cid)
    request.max_content_length = attachments.largest_body(place.attachments, 4 + attached.FIRST_MAX)
    if request.content_length is None:
        raise Invalid("body-length-missing")
    with attached.drained(request.stream):
        sealed = read_sealed_with_files(attached.read_first(request.stream))
        ballot = _welcome(place, sealed)
        files = attached.read_files(request.stream, cid, sealed.files)
    return _answer(_accept(cid, sealed.envelope, sealed.locator_hash, ballot, files))


def _welcome(place: Intake, sealed: Sealed) -> Spendable:
    """Judge by the small first part alone whether the files may come: number, ballot, rate and room."""
    attachments.check_count(place, len(sealed.files))
    ballot = _verified(place.id, sealed)
    with Session(db.engine) as session:
        given = {"envelope": sealed.envelope, "locator_hash": sealed.locator_hash}
        if came_before(session, place, **given, ballot=ballot):
            return ballot
        _spare(current_app, FILES_BUCKET, place)
        least = [SIZES[0]] * len(sealed.files)
        attachments.check_room(session, place.id, least, quota=runtime().settings.attachment_quota)
    return ballot


def told(taken: Acceptance) -> tuple[bytes, int]:
    """The answer's JSON and its status."""
    data = json.dumps({"leaf": taken.leaf.decode(), "promise": taken.promise}).encode()
    return data, 201 if taken.fresh else 200


def _answer(taken: Acceptance) -> ResponseReturnValue:
    return Response(*told(taken), mimetype=JSON)


@public.post("/c/<cid>/sealed-file")
def sealed_file(cid: str) -> ResponseReturnValue:
    """The same without a script: a file of ``portal seal`` in a form."""
    upload = request.files.get("file")
    if upload is None:
        raise Invalid("file-missing")
    sealed = read_sealed(upload.stream.read(FILE_MAX))
    taken = take(current_app, cid, sealed, _verified(cid, sealed))
    page = render_template("public/taken.html", taken=taken, leaf=taken.leaf.decode())
    return page, 201 if taken.fresh else 200
