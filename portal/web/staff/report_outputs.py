"""What a report's files are made of, for the routes that hand them out; the published rows as a spreadsheet."""

from __future__ import annotations

from flask import Blueprint, Response

from portal.audit.report_edition import edition_of
from portal.consultations import service as consultations
from portal.extensions import db
from portal.findings import service as findings
from portal.findings.publication import parse_publication
from portal.reports.csv_file import findings_csv
from portal.reports.edition import Edition
from portal.reports.model import Document
from portal.web.locale import staff_locale
from portal.web.runtime import runtime
from portal.web.staff.findings import public_address, shown

blueprint = Blueprint("report_outputs", __name__)


def edition(cid: str, document: Document, leaf: int | None) -> Edition:
    """The edition of that text; ``leaf`` is the index of its ``report`` leaf, None for a draft."""
    session, address = db.session(), public_address(f"results/{cid}")
    row = consultations.get_public(session, cid)
    return edition_of(session, runtime().log, row, document, leaf=leaf, address=address)


@blueprint.get("/<cid>/findings.csv")
def findings_table(cid: str) -> Response:
    """The published rows for a spreadsheet, in this account's language."""
    publication, labelled = findings.get(db.session, cid), shown(cid)
    units = {row.code: row.label for row in labelled.units}
    data = findings_csv(parse_publication(publication.document), labelled.names, units, staff_locale())
    response = Response(data, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="findings-{cid}.csv"'
    return response
