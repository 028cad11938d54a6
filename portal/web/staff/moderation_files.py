"""Files that came with comments: sealed bytes for their readers, and the page in whose sandbox they are looked at."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.consultations import service as consultations
from portal.crypto.encoding import b64url_decode, b64url_encode
from portal.crypto.errors import CryptoError
from portal.errors import NotFound
from portal.extensions import db
from portal.moderation import service
from portal.submissions import attachments
from portal.web.headers import allow_framing

blueprint = Blueprint("files", __name__)


def _consultation(cid: str) -> str:
    """The consultation, if this account reads it."""
    row = consultations.get_public(db.session, cid)
    service.require_reader(db.session, current_user, row)
    return row.id


@blueprint.get("/<cid>/attachments")
def listed(cid: str) -> ResponseReturnValue:
    """All files of the consultation, the same list for every reader: JSON ``{"items": [{"sha256", "size"}]}``."""
    found = attachments.listed(db.session(), _consultation(cid))
    return jsonify({"items": [{"sha256": b64url_encode(item.sha256), "size": item.size} for item in found]})


@blueprint.get("/<cid>/attachments/<name>")
def sealed(cid: str, name: str) -> ResponseReturnValue:
    """One sealed file by SHA-256 of its bytes (base64url)."""
    try:
        sha256 = b64url_decode(name)
    except CryptoError:
        raise NotFound("attachment-unknown") from None
    data = attachments.sealed_bytes(db.session(), _consultation(cid), sha256)
    return Response(data, mimetype="application/octet-stream")


@blueprint.get("/_viewer")
def viewer() -> ResponseReturnValue:
    """The page that draws opened files. It has no origin, so it reaches neither the desk nor the portal."""
    allow_framing()
    return render_template("staff/moderation/viewer.html")


@blueprint.after_app_request
def lend_scripts(response: Response) -> Response:
    """A page without an origin loads its script and style by CORS; built files are the same for everybody."""
    if request.endpoint == "static":
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response
