"""Help at the desk: the issuer's guide."""

from __future__ import annotations

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from portal.web import guides
from portal.web.issuer.shell import locale

blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
def show() -> ResponseReturnValue:
    """The guide of whoever keeps the roster."""
    found = guides.guide("issuer", locale(), lambda _other: url_for("help.show"))
    return render_template("issuer/help.html", guide=found)
