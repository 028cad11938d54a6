"""A report as files: the desk copy while it is written, and every approved version, with its digest."""

from __future__ import annotations

import hashlib
from base64 import b64encode

from flask import Blueprint, Response

from portal.errors import NotFound
from portal.extensions import db
from portal.reports import approval, service
from portal.reports.edition import Edition
from portal.reports.outputs import WRITERS, write
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff import reports_room as room
from portal.web.staff.report_outputs import edition

blueprint = Blueprint("report_files", __name__)


@blueprint.get("/<cid>/report.<kind>")
def download(cid: str, kind: str) -> Response:
    """The desk copy as a file."""
    held = room.read(db.session(), cid)
    leaf = held.row.report_leaf if held.row.state == "approved" else None
    return _file(cid, held.row.version, kind, edition(cid, held.document, leaf))


@blueprint.get("/<cid>/versions/<int:version>/report.<kind>")
def download_version(cid: str, version: int, kind: str) -> Response:
    """An approved version as a file."""
    kept = approval.read_version(db.session(), runtime().sealing, cid, version)
    return _file(cid, version, kind, edition(cid, kept.document, kept.row.report_leaf))


def _file(cid: str, version: int, kind: str, made: Edition) -> Response:
    """The file, its own digest (RFC 9530) and the text's in its name; that it was taken out is noted."""
    if kind not in WRITERS:
        raise NotFound
    data = write(made, kind)
    with unit_of_work() as session:
        service.note_act(session, service.get(session, cid), "exported", room.hand(), kind)
    response = Response(data, content_type=WRITERS[kind][0])
    response.headers["Repr-Digest"] = f"sha-256=:{b64encode(hashlib.sha256(data).digest()).decode()}:"
    name = f"report-{cid}-v{version}-{made.document_sha256[:8]}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
