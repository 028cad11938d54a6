"""Differentially private lists of a consultation, and what proves them."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from portal.audit.export import private_file
from portal.consultations import service as consultations
from portal.extensions import db
from portal.findings import private_service as private
from portal.web.locale import public_locale
from portal.web.private_shown import show_list
from portal.web.public.blueprint import public
from portal.web.runtime import runtime


@public.get("/results/<cid>/private/<any(categories,units):listed>")
def private_list(cid: str, listed: str) -> ResponseReturnValue:
    """One list, with what its noise promises and what the year's lists cost together."""
    found, row = private.get(db.session(), cid, listed), consultations.get_public(db.session(), cid)
    return render_template(
        "public/private.html",
        row=row,
        list=show_list(found, row, public_locale()),
        budget=consultations.private_budget(db.session(), row.opens.year),
    )


@public.get("/results/<cid>/private-<any(categories,units):listed>.json")
def private_json(cid: str, listed: str) -> Response:
    """The list's document with its leaf, proof and checkpoint."""
    found = private.get(db.session(), cid, listed)
    return Response(private_file(db.session(), runtime().log, found), mimetype="application/json")
