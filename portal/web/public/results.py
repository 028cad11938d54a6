"""Published results: read from the immutable publication document, never from codings."""

from __future__ import annotations

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from portal.audit.export import findings_file
from portal.concerns import service as concerns
from portal.consultations import service as consultations
from portal.extensions import db
from portal.findings import private_service as private
from portal.findings import service as findings
from portal.web.concern_words import KINDS, STATES
from portal.web.locale import public_locale
from portal.web.public.blueprint import public
from portal.web.public.shown import label
from portal.web.runtime import runtime
from portal.web.tables_shown import table_links


@public.get("/results")
def results() -> ResponseReturnValue:
    """Consultations that have been published, and tables beside their lists."""
    return render_template(
        "public/results.html",
        rows=consultations.list_all(db.session(), ("published",)),
        tables=table_links(db.session(), public_locale()),
    )


@public.get("/results/<cid>")
def result(cid: str) -> ResponseReturnValue:
    """One consultation's findings, in words and charts, with the committee's answers."""
    publication = findings.get(db.session(), cid)
    row = consultations.get_public(db.session(), cid)
    document = findings.document_of(publication)
    return render_template(
        "public/result.html",
        row=row,
        document=document,
        findings=label(document, consultations.taxonomy_of(row), row, public_locale()),
        answers=concerns.published(db.session(), cid),
        states=STATES,
        kinds=KINDS,
        leaf=publication.finding_leaf,
        tables=table_links(db.session(), public_locale(), about=cid),
        private=[one.listed for one in private.lists_of(db.session(), cid)],
    )


@public.get("/results/<cid>/findings.json")
def findings_json(cid: str) -> Response:
    """The publication document with its leaf, proof and checkpoint: what an upper-level office imports."""
    return Response(findings_file(db.session(), runtime().log, cid), mimetype="application/json")
