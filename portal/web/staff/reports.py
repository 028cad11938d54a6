"""The report studio: the text, sentence by sentence, between its outline and what speaks for or against it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user
from sqlalchemy.orm import Session

from portal.consultations import service as consultations
from portal.errors import Conflict, Invalid, PortalError
from portal.extensions import db
from portal.findings import service as findings
from portal.reports import decisions, edit, profiles, redraft, scratch, service
from portal.reports.compare import words_between
from portal.reports.notes import digest_of_words
from portal.reports.service import Drafted, Spot
from portal.web.body import closed_body
from portal.web.runtime import runtime, unit_of_work
from portal.web.staff import reports_page as page
from portal.web.staff import reports_room as room
from portal.web.staff.findings import shown
from portal.web.staff.reports_forms import AroundForm, RedraftForm, SeenForm, WordsForm, choices_of
from portal.web.staff.reports_words import FIELDS, why

blueprint = Blueprint("reports", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Published consultations and their reports."""
    rows = consultations.list_all(db.session, ("published",))
    listing, profile = service.listing(db.session()), profiles.newest(db.session())
    office = profiles.read(profile) if profile else None
    return render_template("staff/reports/index.html", rows=rows, reports=listing, profile=profile, office=office)


@blueprint.get("/<cid>")
def show(cid: str) -> ResponseReturnValue:
    """The report as it will read, one sentence of it opened to be written; or where to start it."""
    findings.get(db.session, cid)
    if cid not in service.listing(db.session()):
        profile = service.profile(db.session())
        return render_template("staff/reports/start.html", row=room.row_of(cid), profile=profile)
    place, _, position = request.args.get("at", "").partition(".")
    numbers = place.isdecimal() and position.isdecimal() and len(place + position) < 10
    return _studio(room.read(db.session(), cid), at=(int(place), int(position)) if numbers else None)


@blueprint.post("/<cid>/start")
def start(cid: str) -> ResponseReturnValue:
    """Draft the report from what was published."""
    with unit_of_work() as session:
        row, publication = consultations.get_public(session, cid), findings.get(session, cid)
        service.start(session, runtime().sealing, row, publication, room.hand())
    flash(gettext("The draft is made. Every sentence about difficulties shows the findings it rests on."), "success")
    return redirect(url_for("reports.show", cid=cid))


@blueprint.post("/<cid>/words")
def write(cid: str) -> ResponseReturnValue:
    """New words for one sentence or heading."""
    form = WordsForm()
    try:
        if not form.validate():
            raise Invalid("report-malformed")
        with unit_of_work() as session:
            place = _written(session, cid, form)
    except (Invalid, Conflict) as refusal:
        return _refused(cid, form, refusal), 422
    return redirect(url_for("reports.show", cid=cid, _anchor=f"block-{place}"))


def _written(session: Session, cid: str, form: WordsForm) -> int:
    """Save the words, and note it when they take the place of a sentence that findings deny."""
    held, hand, sealing = room.hold(session, cid), room.hand(), runtime().sealing
    if not set(form.refs.data) <= set(page.by_ref(shown(cid))):
        raise Invalid("report-malformed")
    spot = Spot(form.place.data, form.position.data, form.seen.data or "")
    there = service.find(held.document, spot)
    denied = [point for point in room.look(session, held).of("contradiction") if (point.block, point.position) == there]
    for point in denied:
        held = decisions.changed(held, point, hand) if form.text.data != point.words else held
    _, place = service.edit(session, sealing, held, spot, text=form.text.data or "", refs=form.refs.data, hand=hand)
    scratch.drop(session, cid, hand.account, spot.seen)
    return place


def _refused(cid: str, form: WordsForm, refusal: PortalError) -> str:
    """The same page with the words in their field, and beside them what stands there now; they are kept, too."""
    held = room.read(db.session(), cid)
    if held.row.state != "approved" and scratch.DIGEST.fullmatch(form.seen.data or "") and not form.errors:
        with unit_of_work() as session:
            row = service.get(session, cid)
            scratch.keep(session, runtime().sealing, row, current_user.id, seen=form.seen.data, text=form.text.data)
    words = (*form.text.errors, why(refusal)) if form.text.errors else (why(refusal),)
    return _studio(held, at=(form.place.data or 0, form.position.data or 0), failed=form, errors=words)


@blueprint.post("/<cid>/scratch")
def keep(cid: str) -> ResponseReturnValue:
    """Keep words that somebody is writing, for them alone: JSON ``{"seen", "text"}``."""
    body = closed_body("seen", "text")
    if not isinstance(body["seen"], str) or not isinstance(body["text"], str):
        raise Invalid("body-malformed")
    with unit_of_work() as session:
        row = service.get(session, cid)
        scratch.keep(session, runtime().sealing, row, current_user.id, seen=body["seen"], text=body["text"])
    return jsonify({"kept": True})


@blueprint.post("/<cid>/scratch/drop")
def drop(cid: str) -> ResponseReturnValue:
    """Throw away words that were kept."""
    form = SeenForm()
    form.validate()
    with unit_of_work() as session:
        scratch.drop(session, cid, current_user.id, form.seen.data or "")
    return redirect(url_for("reports.show", cid=cid))


@blueprint.post("/<cid>/put-back")
def put_back(cid: str) -> ResponseReturnValue:
    """Put a sentence of the draft back that was taken out, by the digest of its words."""
    form = SeenForm()
    form.validate()
    with unit_of_work() as session:
        held = room.hold(session, cid)
        struck = page.struck_out(room.look(session, held))
        words = next((text for text in struck if digest_of_words(text) == form.seen.data), "")
        document = edit.put_back(held.draft, held.document, words)
        service.save(session, runtime().sealing, held, document, hand=room.hand())
    flash(gettext("The sentence stands in the text again."), "success")
    return redirect(url_for("reports.show", cid=cid, _anchor="document"))


@blueprint.route("/<cid>/around", methods=["GET", "POST"])
def around(cid: str) -> ResponseReturnValue:
    """Letterhead, number, day, subject, recipients, signature."""
    held, form = room.read(db.session(), cid), AroundForm()
    if form.validate_on_submit():
        with unit_of_work() as session:
            fresh, seen = room.hold(session, cid), form.seen.data or ""
            service.set_around(session, runtime().sealing, fresh, form.values(), seen=seen, hand=room.hand())
        flash(gettext("Head, recipients and signature are kept."), "success")
        return redirect(url_for("reports.around", cid=cid))
    if not form.is_submitted():
        form = AroundForm.of(held.document, held.digest)
    answer = render_template("staff/reports/around.html", form=form, **room.context(held, "around"))
    return answer, 422 if form.errors else 200


@blueprint.get("/<cid>/preview")
def preview(cid: str) -> ResponseReturnValue:
    """The report on its page, as near to the printed one as a browser comes."""
    held = room.read(db.session(), cid)
    values = room.context(held, "preview")
    return render_template("staff/reports/preview.html", **values, **room.laid_out(values))


@blueprint.route("/<cid>/redraft", methods=["GET", "POST"])
def anew(cid: str) -> ResponseReturnValue:
    """A new draft under the edited text: what it changes, and what both changed, to be chosen."""
    held, form = room.read(db.session(), cid), RedraftForm()
    proposal = redraft.propose(db.session(), held, room.row_of(cid), findings.get(db.session, cid))
    if form.validate_on_submit():
        with unit_of_work() as session:
            fresh, row = room.hold(session, cid), consultations.get_public(session, cid)
            now = redraft.propose(session, fresh, row, findings.get(session, cid))
            chosen, seen = choices_of(request.form.items()), form.seen.data or ""
            redraft.apply(session, runtime().sealing, fresh, now, chosen, hand=room.hand(), seen=seen)
        flash(gettext("The new draft is taken, as you chose."), "success")
        return redirect(url_for("reports.show", cid=cid))
    values = {"proposal": proposal, "fields": FIELDS, "words_between": words_between}
    return render_template("staff/reports/redraft.html", **values, **room.context(held, "text"))


def _studio(
    held: Drafted,
    *,
    at: tuple[int, int] | None = None,
    failed: WordsForm | None = None,
    errors: tuple[str, ...] = (),
) -> str:
    cid = held.row.consultation_id
    values = room.context(held, "text")
    values |= room.laid_out(values)
    blocks = values["blocks"]
    kept = scratch.held(db.session(), runtime().sealing, cid, current_user.id)
    editor = _editor(held, blocks, values, kept, at)
    if editor and failed:
        editor = _failed(editor, failed, errors)
    standing = {digest_of_words(text) for text in service.words_of(held.document)}
    newest = profiles.newest(db.session())
    return render_template(
        "staff/reports/show.html",
        outline=page.outline(blocks),
        told=page.told(blocks, values["rows"]),
        struck=[(digest_of_words(text), text) for text in page.struck_out(values["review"])],
        editor=editor,
        errors=errors,
        homeless={seen: text for seen, text in kept.items() if seen not in standing},
        behind=newest is not None and held.row.profile_version != newest.id,
        **values,
    )


def _editor(
    held: Drafted, blocks: list[page.Shown], values: dict[str, Any], kept: dict[str, str], at: tuple[int, int] | None
) -> page.Editing | None:
    if at is None or not values["editable"]:
        return None
    place, position = at
    if not (place < len(blocks) and position < len(blocks[place].sentences)):
        return None
    return page.editing(held, blocks[place], position, values["rows"], kept)


def _failed(editor: page.Editing, form: WordsForm, errors: tuple[str, ...]) -> page.Editing:
    """The editor with words that were refused, beside those that somebody else has put there meanwhile."""
    chosen = set(form.refs.data or ())
    refs = tuple((ref, row, ref in chosen) for ref, row, _ in editor.refs)
    theirs = None
    if form.seen.data != editor.seen:
        theirs = tuple(words_between(form.text.data or "", editor.said.text))
    return replace(editor, text=form.text.data or "", refs=refs, theirs=theirs, errors=errors)
