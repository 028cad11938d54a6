"""The office's profile: filled in, shown as the report will say it while one writes, and kept by version."""

from __future__ import annotations

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.extensions import db
from portal.reports import profiles, situation
from portal.reports.numbers import percent
from portal.reports.phrases import load_phrases
from portal.reports.profile import OfficeProfile
from portal.web.runtime import unit_of_work
from portal.web.staff import reports_room as room
from portal.web.staff.reports_profile_form import SECTIONS, ProfileForm, from_profile, to_profile

blueprint = Blueprint("report_profile", __name__)


@blueprint.route("/profile", methods=["GET", "POST"])
def edit() -> ResponseReturnValue:
    """What the reports say of the office itself. ``look`` shows it without keeping it."""
    kept = profiles.current(db.session())
    form = ProfileForm(data=from_profile(kept) if kept else {"pad_counts": True})
    filled = to_profile(form) if form.validate_on_submit() else None
    if filled and not form.look.data:
        with unit_of_work() as session:
            version = profiles.save(session, filled, room.hand())
        flash(gettext("Version %(version)s of the office's profile is kept.", version=version), "success")
        return redirect(url_for("reports.index"))
    said = filled or (kept if not form.is_submitted() else None)
    values = {"versions": profiles.versions(db.session()), "people": room.names(db.session())}
    page = render_template(
        "staff/reports/profile.html", form=form, sections=SECTIONS, preview=said and words(said), **values
    )
    return page, 422 if form.errors else 200


@blueprint.post("/profile/preview")
def preview() -> ResponseReturnValue:
    """What the report would say with the profile as it is being typed: JSON, and what is wrong by field."""
    form = ProfileForm()
    filled = to_profile(form) if form.validate() else None
    errors = {name: " ".join(map(str, found)) for name, found in form.errors.items()}
    return jsonify({"preview": words(filled) if filled else None, "errors": errors})


@blueprint.get("/profile/<int:version>")
def version(version: int) -> ResponseReturnValue:
    """An earlier version, as it was kept."""
    row = profiles.get(db.session(), version)
    form = ProfileForm(formdata=None, data=from_profile(profiles.read(row)))
    people = room.names(db.session())
    return render_template("staff/reports/profile_version.html", kept=row, form=form, sections=SECTIONS, people=people)


def words(profile: OfficeProfile) -> dict[str, object]:
    """The sentences that come from the figures, the shares among them, and head and foot."""
    phrases, staff = load_phrases(), profile.staff
    letterhead, signer = profile.letterhead, profile.signer
    return {
        "members": percent(staff.members, staff.total),
        "others": percent(staff.total - staff.members, staff.total),
        "leaders": staff.leaders,
        "basis": situation.basis(profile, phrases),
        "organisation": situation.organisation(profile, phrases),
        "party": situation.party(profile, phrases),
        "head": f"{letterhead.parent} · {letterhead.issuer} · {letterhead.symbol}",
        "signature": " / ".join(part for part in (signer.authority, signer.post, signer.name) if part),
    }
