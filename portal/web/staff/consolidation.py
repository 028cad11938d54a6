"""Consolidations: their list, a new one, taking files, what became of each, and the consolidated table."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.accounts.service import role_names
from portal.consolidation import offices, service, taking
from portal.consolidation.drafting import labels_of
from portal.consolidation.unpacking import UPLOAD_MOST, unpack
from portal.consultations.service import get_taxonomy, list_taxonomies
from portal.errors import Conflict, Invalid
from portal.extensions import db
from portal.web.consolidation_messages import WHY
from portal.web.errors import message
from portal.web.locale import staff_locale
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff import reports_room as room
from portal.web.staff.consolidation_forms import FilesForm, NewForm
from portal.web.staff.consolidation_view import published_by
from portal.web.staff.forms import put_error, refuse

blueprint = Blueprint("consolidation", __name__)

FORM_SPARE = 256 * 1024


@blueprint.url_value_preprocessor
def take_many_files(endpoint: str | None, _values: dict[str, str] | None) -> None:
    """Many files exceed the app's limit. This runs before the form is read, so only for those let in."""
    let_in = current_user.is_authenticated and "committee" in role_names(current_user)
    if let_in and endpoint == "consolidation.take":
        request.max_content_length = UPLOAD_MOST + FORM_SPARE


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Every consolidation, and how many offices are in the list."""
    known = offices.listing(db.session())
    return render_template("staff/consolidation/index.html", rows=service.listing(db.session()), offices=known)


@blueprint.route("/new", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Begin a consolidation of a period."""
    form = NewForm().offer(list_taxonomies(db.session()))
    if form.validate_on_submit():
        try:
            with unit_of_work() as session:
                row = service.create(session, form.draft())
            return redirect(url_for("consolidation.show", cid=row.id))
        except (Invalid, Conflict) as refusal:
            refuse(form, refusal, {"consolidation-known": "id", "consolidation-malformed": "closes"})
    return render_template("staff/consolidation/new.html", form=form), 422 if form.errors else 200


@blueprint.get("/<cid>")
def show(cid: str) -> ResponseReturnValue:
    """What was taken, and what is still missing."""
    return _page(cid, FilesForm(formdata=None))


@blueprint.post("/<cid>/files")
def take(cid: str) -> ResponseReturnValue:
    """Take offices' files."""
    form = FilesForm()
    try:
        given = form.given() if form.validate() else []
        if not given:
            raise Invalid("consolidation-nothing-sent")
        uploads = unpack(given)
        with unit_of_work() as session:
            row, day = service.get(session, cid), runtime().clock.today()
            taking.take(session, row, uploads, day=day, account=current_user.id)
            newest = service.imports(session, row)[0].id
    except Invalid as refusal:
        put_error(form.files, message(refusal))
        return _page(cid, form), 422
    return redirect(url_for("consolidation.result", cid=cid, number=newest))


@blueprint.get("/<cid>/imports/<int:number>")
def result(cid: str, number: int) -> ResponseReturnValue:
    """What became of each file of an upload."""
    row = service.get(db.session(), cid)
    found = service.imported(db.session(), row, number)
    verdicts = json.loads(found.verdicts)
    values: dict[str, Any] = {"refused": [one for one in verdicts if one["why"]], "why": WHY, **_names()}
    values["taken"] = [one for one in verdicts if not one["why"]]
    return render_template("staff/consolidation/result.html", row=row, found=found, **values)


@blueprint.get("/<cid>/table")
def table(cid: str) -> ResponseReturnValue:
    """The consolidated table, and which offices published each row."""
    row = service.get(db.session(), cid)
    figures, joined = service.figures_of(db.session(), row), service.joined(db.session(), row)
    words = labels_of(get_taxonomy(db.session(), row.taxonomy_version), staff_locale())
    shown = {"figures": figures, "labels": words, "by": published_by(joined), **_names()}
    return render_template("staff/consolidation/table.html", row=row, **shown)


@blueprint.get("/<cid>/figures.json")
def figures_json(cid: str) -> Response:
    """The consolidated table as canonical JSON, whose digest the log keeps when the report is approved."""
    figures = service.figures_of(db.session(), service.get(db.session(), cid))
    answer = Response(figures.to_bytes(), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="consolidated-{figures.consolidation}.json"'
    return answer


def _names() -> dict[str, Any]:
    return {"names": {office.id: office.name for office in offices.listing(db.session())}}


def _page(cid: str, form: FilesForm) -> str:
    session = db.session()
    row, known = service.get(session, cid), offices.listing(session)
    taken = service.files(session, row)
    missing = [one for one in known if one.id not in {file.office_id for file in taken}]
    imports = [(one, _tally(one.verdicts)) for one in service.imports(session, row)]
    values = {"row": row, "form": form, "files": taken, "missing": missing, "imports": imports, "known": known}
    return render_template("staff/consolidation/show.html", people=room.names(session), **values, **_names())


def _tally(verdicts: str) -> tuple[int, int]:
    """Files taken, and refused."""
    refused = sum(bool(one["why"]) for one in json.loads(verdicts))
    return len(json.loads(verdicts)) - refused, refused
