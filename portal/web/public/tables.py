"""Published tables beside the lists, and what proves them."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from portal.audit.export import table_file
from portal.extensions import db
from portal.findings import tables_service as tables
from portal.web.locale import public_locale
from portal.web.public.blueprint import public
from portal.web.runtime import runtime
from portal.web.tables_shown import show


@public.get("/tables/<name>")
def table(name: str) -> ResponseReturnValue:
    """One table, whole or without any cell."""
    row = tables.get(db.session(), name)
    shown = show(db.session(), tables.document_of(row), public_locale())
    return render_template("public/table.html", table=shown, leaf=row.finding_leaf)


@public.get("/tables/<name>/findings.json")
def table_json(name: str) -> Response:
    """The table's document with its leaf, proof and checkpoint."""
    return Response(table_file(db.session(), runtime().log, name), mimetype="application/json")
