"""The report studio, for the committee: the office's profile, the draft from published rows, the drafter's edits."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from portal.consultations import service as consultations
from portal.errors import Conflict, Invalid, NotFound, PortalError
from portal.extensions import db
from portal.findings import service as findings
from portal.reports import service
from portal.reports.docx import to_docx
from portal.reports.markdown import to_markdown
from portal.reports.review import Review, digest_of, review
from portal.reports.service import Drafted
from portal.reports.text import to_text
from portal.web.errors import message
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff import reports_page as page
from portal.web.staff.findings import shown
from portal.web.staff.forms import put_error
from portal.web.staff.freshly import freshly
from portal.web.staff.reports_forms import (
    SECTIONS,
    ApproveForm,
    BlockForm,
    HeadForm,
    ProfileForm,
    from_profile,
    to_profile,
)

blueprint = Blueprint("reports", __name__)

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Published consultations and their reports."""
    rows = consultations.list_all(db.session, ("published",))
    return render_template(
        "staff/reports/index.html",
        rows=rows,
        reports=service.listing(db.session()),
        profile=service.profile(db.session()),
    )


@blueprint.route("/profile", methods=["GET", "POST"])
def profile() -> ResponseReturnValue:
    """What the reports say of the office itself."""
    kept = service.profile(db.session())
    form = ProfileForm(data=from_profile(kept) if kept else {"pad_counts": True})
    if form.validate_on_submit() and (filled := to_profile(form)) is not None:
        with unit_of_work() as session:
            service.save_profile(session, filled)
        flash(gettext("The office's profile is kept. Drafts made from now on use it."), "success")
        return redirect(url_for("reports.index"))
    return render_template("staff/reports/profile.html", form=form, sections=SECTIONS), 422 if form.errors else 200


@blueprint.get("/<cid>")
def show(cid: str) -> ResponseReturnValue:
    """The report as it will read, or where to start it."""
    findings.get(db.session, cid)
    if cid not in service.listing(db.session()):
        row = consultations.get_public(db.session, cid)
        return render_template("staff/reports/start.html", row=row, profile=service.profile(db.session()))
    held = _read(cid)
    return _studio(cid, held, _head_form(held))


@blueprint.post("/<cid>/start")
def start(cid: str) -> ResponseReturnValue:
    """Draft the report from what was published."""
    with unit_of_work() as session:
        row, publication = consultations.get_public(session, cid), findings.get(session, cid)
        service.start(session, runtime().sealing, row, publication)
    flash(gettext("The draft is made. Every sentence about difficulties shows the findings it rests on."), "success")
    return redirect(url_for("reports.show", cid=cid))


@blueprint.get("/<cid>/redraft")
def confirm_redraft(cid: str) -> ResponseReturnValue:
    """What drafting anew throws away."""
    return render_template("staff/reports/redraft.html", **_context(cid, _read(cid)))


@blueprint.post("/<cid>/redraft")
def redraft(cid: str) -> ResponseReturnValue:
    """Throw the edits away and draft anew."""
    with unit_of_work() as session:
        row, publication = consultations.get_public(session, cid), findings.get(session, cid)
        service.redraft(session, runtime().sealing, row, publication)
    flash(gettext("The report is drafted anew from the findings and the office's profile."), "success")
    return redirect(url_for("reports.show", cid=cid))


@blueprint.post("/<cid>/blocks/<int:place>")
def edit(cid: str, place: int) -> ResponseReturnValue:
    """New words for one paragraph."""
    form = BlockForm()
    try:
        if not form.validate():
            raise Invalid("report-malformed")
        with unit_of_work() as session:
            held = service.read(session, runtime().sealing, cid)
            service.edit_block(session, runtime().sealing, held, place=place, text=form.text.data, seen=form.seen.data)
    except (Invalid, Conflict) as refusal:
        put_error(form.text, _why(refusal))
        held = _read(cid)
        return _studio(cid, held, _head_form(held), failed=(place, form)), 422
    return redirect(url_for("reports.show", cid=cid, _anchor=f"block-{place}"))


@blueprint.post("/<cid>/head")
def set_head(cid: str) -> ResponseReturnValue:
    """Format, number and day."""
    form = HeadForm()
    if not form.validate():
        return _studio(cid, _read(cid), form), 422
    with unit_of_work() as session:
        held = service.read(session, runtime().sealing, cid)
        values = {"style": form.style.data, "number": form.number.data, "issued": form.issued.data}
        service.set_head(session, runtime().sealing, held, **values)
    flash(gettext("Format, number and day are kept."), "success")
    return redirect(url_for("reports.show", cid=cid, _anchor="export"))


@blueprint.post("/<cid>/keep/<digest>")
def keep(cid: str, digest: str) -> ResponseReturnValue:
    """Let a sentence stand although published findings disagree with it."""
    with unit_of_work() as session:
        held = service.read(session, runtime().sealing, cid)
        if digest not in {digest_of(item) for item in _review(cid, held).open}:
            raise NotFound
        service.keep_contradiction(session, held, digest)
    return redirect(url_for("reports.show", cid=cid, _anchor="contradictions"))


@blueprint.get("/<cid>/approve")
@freshly
def confirm(cid: str) -> ResponseReturnValue:
    """What approving means, and what has not been looked at."""
    held = _read(cid)
    return render_template("staff/reports/approve.html", form=ApproveForm(seen=held.version), **_context(cid, held))


@blueprint.post("/<cid>/approve")
@freshly
def approve(cid: str) -> ResponseReturnValue:
    """Freeze the report and log its digest."""
    form, held = ApproveForm(), _read(cid)
    form.validate()
    if not (_review(cid, held).clear or form.looked.data):
        put_error(form.looked, gettext("Look at the open points first, and say that you have."))
        return render_template("staff/reports/approve.html", form=form, **_context(cid, held)), 422
    tools = runtime()
    with unit_of_work() as session:
        report, publication = service.get(session, cid), findings.get(session, cid)
        service.approve(session, tools.log, tools.sealing, report, publication, seen=form.seen.data or "-")
    flash(gettext("The report is approved, and its digest is in the log."), "success")
    return redirect(url_for("reports.show", cid=cid))


@blueprint.get("/<cid>/report.<kind>")
def download(cid: str, kind: str) -> Response:
    """The report as a file: ``docx``, ``txt`` or ``md``."""
    document = _read(cid).document
    writers: dict[str, tuple[str, Any]] = {
        "docx": (DOCX, to_docx),
        "txt": ("text/plain; charset=utf-8", to_text),
        "md": ("text/markdown; charset=utf-8", to_markdown),
    }
    if kind not in writers:
        raise NotFound
    mimetype, write = writers[kind]
    response = Response(write(document), content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="report-{cid}.{kind}"'
    return response


def _why(refusal: PortalError) -> str:
    """What is wrong with the new words of a paragraph."""
    sentences = {
        "end": gettext("The report must end with a full stop."),
        "heading": gettext("A heading cannot be empty. To take a part out, take out its paragraphs."),
        "place": gettext("This paragraph is not in the report any more. Reload the page."),
        "run": gettext("Remove the characters that cannot be printed."),
    }
    return sentences.get(str(refusal.detail.get("where")), message(refusal))


def _read(cid: str) -> Drafted:
    return service.read(db.session(), runtime().sealing, cid)


def _head_form(held: Drafted) -> HeadForm:
    head = held.document.head
    return HeadForm(formdata=None, style=held.document.style, number=head.number, issued=head.issued)


def _review(cid: str, held: Drafted) -> Review:
    document = findings.document_of(findings.get(db.session, cid))
    taxonomy = consultations.taxonomy_of(consultations.get_public(db.session, cid))
    return review(held.draft, held.document, document, taxonomy, held.kept)


def _context(cid: str, held: Drafted) -> dict[str, Any]:
    found, rows = _review(cid, held), page.by_ref(shown(cid))
    return {
        "row": consultations.get_public(db.session, cid),
        "held": held,
        "review": found,
        "frame": page.frame(held.document),
        "blocks": page.blocks(held.draft, held.document, found, rows),
        "clashes": page.clashes(found, rows),
        "lost": page.lost(found, rows),
        "struck": page.struck_out(found),
    }


def _studio(cid: str, held: Drafted, form: HeadForm, failed: tuple[int, BlockForm] | None = None) -> str:
    editable = held.row.state == "draft"
    return render_template(
        "staff/reports/show.html", head_form=form, failed=failed, editable=editable, **_context(cid, held)
    )
