"""Versions of the taxonomy, for administrators: look at one, or edit it as a new one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.consultations import service
from portal.consultations.taxonomy import Taxonomy, TaxonomyError, parse_taxonomy, taxonomy_sha256
from portal.errors import Conflict
from portal.extensions import db
from portal.web.errors import message
from portal.web.runtime import unit_of_work
from portal.web.staff.taxonomy_form import ADD, TaxonomyForm, values_of

blueprint = Blueprint("taxonomy", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All versions, the newest first, and the consultations that pin each."""
    users: dict[int, list[str]] = {}
    for row in service.list_all(db.session):
        users.setdefault(row.taxonomy_version, []).append(row.id)
    return render_template("staff/taxonomy/index.html", rows=_versions(), users=users)


@blueprint.post("/default")
def take_default() -> ResponseReturnValue:
    """Begin with the taxonomy that comes with the portal."""
    with unit_of_work() as session:
        service.ensure_taxonomy(session)
    flash(gettext("The taxonomy is there. Edit it as a new version whenever you like."), "success")
    return redirect(url_for("taxonomy.index"))


@blueprint.get("/<int:version>")
def show(version: int) -> ResponseReturnValue:
    """One version as it stands."""
    found = service.get_taxonomy(db.session, version)
    return render_template("staff/taxonomy/show.html", taxonomy=found, digest=taxonomy_sha256(found))


@blueprint.route("/<int:version>/edit", methods=["GET", "POST"])
def edit(version: int) -> ResponseReturnValue:
    """Edit a version; what is saved is the next one, so that consultations keep what they pinned."""
    base = service.get_taxonomy(db.session, version)
    form = TaxonomyForm(data=values_of(base)).bind(base)
    versions = _versions()
    problem = ""
    if request.form.get("do") == ADD:
        form.add_category({item.code for kept in versions for item in kept.categories})
    elif form.validate_on_submit():
        try:
            with unit_of_work() as session:
                row = service.save_taxonomy(session, form.taxonomy(versions[0].version + 1))
        except TaxonomyError as refusal:
            problem = explain(refusal)
        except Conflict as refusal:
            problem = message(refusal)
        else:
            flash(gettext("Version %(version)s is saved. New consultations can choose it.", version=row.version))
            return redirect(url_for("taxonomy.show", version=row.version))
    page = render_template("staff/taxonomy/edit.html", form=form, base=base, problem=problem)
    return page, 422 if form.errors or problem else 200


def _versions() -> list[Taxonomy]:
    return [parse_taxonomy(row.document.encode()) for row in service.list_taxonomies(db.session)]


def explain(refusal: TaxonomyError) -> str:
    """What the document's rules object to, with the code concerned."""
    words = {
        "text": gettext("A label or a word is not in order: one line, no more than 160 characters."),
        "code-reused": gettext("An earlier version used this code for something else."),
        "version-not-newer": gettext("Somebody saved a newer version meanwhile. Open that one and edit it."),
    }
    problem, where = str(refusal.detail.get("problem", "")), str(refusal.detail.get("where", ""))
    sentence = words.get(problem, gettext("The taxonomy is not in order. Check that each code and label is there."))
    return f"{where}: {sentence}" if where else sentence
