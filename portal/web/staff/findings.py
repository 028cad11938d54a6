"""Findings, for the committee: how far moderation is, publishing once and for all, and what was published."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.audit.export import findings_file
from portal.concerns import service as concerns
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.extensions import db
from portal.findings import private_service as private
from portal.findings import service
from portal.moderation import service as moderation
from portal.moderation.overview import too_few
from portal.moderation.readings import silent_readers
from portal.moderation.recusal import remaining
from portal.web.locale import staff_locale
from portal.web.public.shown import Findings, label
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff.freshly import freshly

blueprint = Blueprint("findings", __name__)


@dataclass(frozen=True)
class Shelf:
    """Consultations by what the committee can do with them; beside those in moderation the share coded in percent."""

    sorting: list[tuple[Consultation, int, moderation.QueueState]]
    published: list[Consultation]
    open: list[Consultation]


def public_address(path: str) -> str:
    """The address of a page of the public app, which may stand on another origin."""
    origins = runtime().settings.public_origins
    return f"{origins[0] if origins else request.host_url.rstrip('/')}/{path}"


def shown(cid: str) -> Findings:
    """The publication with the words of this account's language."""
    row = consultations.get_public(db.session, cid)
    document = service.document_of(service.get(db.session, cid))
    return label(document, consultations.taxonomy_of(row), row, staff_locale())


def _coded(row: Consultation) -> tuple[Consultation, int, moderation.QueueState]:
    state = moderation.state(db.session, row)
    return row, state.percent, state


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """All consultations that are or were open."""
    rows = consultations.list_all(db.session, consultations.PUBLIC_STATES)
    shelf = Shelf(
        sorting=[_coded(row) for row in rows if row.state == "closed"],
        published=[row for row in rows if row.state == "published"],
        open=[row for row in rows if row.state == "open"],
    )
    return render_template("staff/findings/index.html", shelf=shelf)


@blueprint.get("/<cid>")
def show(cid: str) -> ResponseReturnValue:
    """What was published, as the public sees it."""
    publication, row = service.get(db.session, cid), consultations.get_public(db.session, cid)
    drawn = [one.listed for one in private.lists_of(db.session(), cid)]
    return render_template(
        "staff/findings/show.html",
        row=row,
        private=[(listed, public_address(f"results/{cid}/private/{listed}")) for listed in drawn],
        awaited=len(row.private_lists) > len(drawn),
        document=service.document_of(publication),
        findings=shown(cid),
        leaf=publication.finding_leaf,
        public_page=public_address(f"results/{cid}"),
    )


@blueprint.get("/<cid>/publish")
@freshly
def confirm(cid: str) -> ResponseReturnValue:
    """What publishing will do, before it is done."""
    row = consultations.get_public(db.session, cid)
    if row.state == "published":
        return redirect(url_for("findings.show", cid=cid))
    state = moderation.state(db.session, row)
    rule = service.rule_of(row)
    return render_template(
        "staff/findings/publish.html",
        row=row,
        state=state,
        silent=silent_readers(db.session, row),
        few=too_few(row, len(remaining(db.session, row))),
        rule=rule,
        themes_only=rule.themes_only(state.total),
        settings=runtime().settings,
    )


@blueprint.post("/<cid>/publish")
@freshly
def publish(cid: str) -> ResponseReturnValue:
    """Publish, and open a concern for each published row."""
    tools = runtime()
    with unit_of_work() as session:
        row = consultations.get_public(session, cid)
        publication = service.publish(session, tools.log, tools.sealing, row)
        concerns.ensure(
            session,
            publication,
            today=tools.clock.today(),
            answer_days=tools.settings.answer_days,
            acknowledge_days=tools.settings.acknowledge_days,
            holidays=tools.settings.days_off,
        )
    flash(gettext("The findings are published, and the log says so. They cannot be changed any more."), "success")
    return redirect(url_for("findings.show", cid=cid))


@blueprint.get("/<cid>/findings.json")
def findings_json(cid: str) -> Response:
    """The publication with its leaf, proof and checkpoint: what an upper-level office imports."""
    response = Response(findings_file(db.session(), runtime().log, cid), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="findings-{cid}.json"'
    return response
