"""Tables beside the published lists: what can be asked for, asking once and for all, and what came of it."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.audit.export import table_file
from portal.extensions import db
from portal.findings import tables_service as tables
from portal.web.locale import staff_locale
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.findings import public_address
from portal.web.staff.freshly import freshly
from portal.web.tables_shown import show as in_words
from portal.web.tables_shown import titled

blueprint = Blueprint("findings_tables", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Every table that was asked for or can be."""
    offers = tables.offers(db.session(), today=runtime().clock.today())
    named = [(titled(db.session(), one.kind, one.subject, staff_locale()), one) for one in offers]
    return render_template("staff/findings/tables.html", offers=named)


@blueprint.get("/<kind>/<subject>")
@freshly
def confirm(kind: str, subject: str) -> ResponseReturnValue:
    """What asking means; or, once it was asked, what came of it."""
    found = tables.find(db.session(), kind, subject)
    if found is not None:
        return redirect(url_for(".show", name=found.id))
    rows = tables.members_of(db.session(), kind, subject, today=runtime().clock.today())
    title = titled(db.session(), kind, subject, staff_locale())
    return render_template("staff/findings/tables_ask.html", title=title, rows=rows)


@blueprint.post("/<kind>/<subject>")
@freshly
def ask(kind: str, subject: str) -> ResponseReturnValue:
    """Ask, once and for all."""
    with unit_of_work() as session:
        asked = tables.ask(session, kind, subject, today=runtime().clock.today())
        name = asked.id
    flash(gettext("The table has been asked for. Its answer is published within some minutes."), "success")
    return redirect(url_for(".show", name=name))


@blueprint.get("/<name>")
def show(name: str) -> ResponseReturnValue:
    """What was published, or that it is being decided."""
    row = tables.asked(db.session(), name)
    return render_template(
        "staff/findings/tables_show.html",
        title=titled(db.session(), row.kind, row.subject, staff_locale()),
        row=row,
        table=in_words(db.session(), tables.document_of(row), staff_locale()) if row.document else None,
        public_page=public_address(f"tables/{name}"),
    )


@blueprint.get("/<name>/findings.json")
def table_json(name: str) -> Response:
    """The table with its leaf, proof and checkpoint."""
    response = Response(table_file(db.session(), runtime().log, name), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response
