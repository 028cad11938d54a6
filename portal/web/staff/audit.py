"""The audit desk, for auditors and administrators: state of the log, verification, sums, the bundle to take away."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO

from flask import Blueprint, Response, abort, render_template, stream_with_context
from flask.typing import ResponseReturnValue
from flask_security import current_user
from sqlalchemy.orm import Session

from portal.accounts.service import role_names
from portal.audit.bundle import write_zip
from portal.audit.database_source import DatabaseSource
from portal.audit.export import openings, public_files
from portal.audit.reconciliation import Sums, withheld
from portal.audit.timeline import timeline
from portal.audit.verify import Brought, verify
from portal.extensions import db
from portal.ledger import log as ledger
from portal.web.runtime import runtime
from portal.web.staff.audit_alerts import WITNESS_STATES, look, said
from portal.web.staff.audit_forms import OpeningsForm, VerifyForm
from portal.web.staff.audit_timeline import told
from portal.web.staff.audit_words import KINDS, PROBLEMS, Result, result_of
from portal.web.staff.findings import public_address
from portal.web.staff.freshly import freshly

blueprint = Blueprint("audit", __name__)

CHUNK = 64 * 1024


def _is_auditor() -> bool:
    return "auditor" in role_names(current_user)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """The log as it stands, and what can be checked."""
    return _page(VerifyForm())


@blueprint.post("/verify")
def run() -> ResponseReturnValue:
    """Recompute everything from the instance's own store."""
    form, tools = VerifyForm(), runtime()
    brought = form.brought(tools.log.vkey) if form.validate() else None
    if brought is None:
        return _page(form), 422
    atrest = tools.sealing if _is_auditor() else None
    source = DatabaseSource(db.session(), tools.log, tools.assets.folder, atrest)
    return _page(form, result_of(verify(source, _whole(*brought))))


@blueprint.get("/bundle.zip")
def bundle() -> Response:
    """Everything public, for a verification on the auditor's own machine."""
    return _zip(_public(), "portal-audit.zip")


@blueprint.get("/openings")
@freshly
def confirm() -> ResponseReturnValue:
    """What the openings hold, before they are taken along."""
    _auditors_only()
    return render_template("staff/audit/openings.html", form=OpeningsForm())


@blueprint.post("/openings")
@freshly
def take_openings() -> ResponseReturnValue:
    """The bundle with the openings of all commitments."""
    _auditors_only()
    form = OpeningsForm()
    if not form.validate():
        return render_template("staff/audit/openings.html", form=form), 422
    opened = openings(db.session(), runtime().sealing)
    return _zip([*_public(), ("openings.json", opened)], "portal-audit-with-openings.zip")


def _whole(vkey: str, earlier: str | None) -> Brought:
    """With the instance's own policy, where it names witnesses: it finds damage, as all of this page does."""
    tools = runtime()
    policy = tools.log.policy if tools.log.policy.witnesses else None
    return Brought(vkey, earlier, policy, int(tools.clock.now().timestamp()))


def _auditors_only() -> None:
    if not _is_auditor():
        abort(403)


def _public() -> Iterator[tuple[str, bytes]]:
    tools = runtime()
    return public_files(db.session(), tools.log, Path(tools.assets.folder))


def _zip(files: Iterable[tuple[str, bytes]], name: str) -> Response:
    """Packed into a file without a name on the disk, then sent from there."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the generator below, after the last byte was sent
    write_zip(file, files)
    length = file.tell()
    file.seek(0)
    response = Response(stream_with_context(_chunks(file)), mimetype="application/zip")
    response.content_length = length
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def _page(form: VerifyForm, result: Result | None = None) -> str:
    session = db.session()
    seen = look(session)
    size = seen.watched.size
    return render_template(
        "staff/audit/index.html",
        form=form,
        result=result,
        alerts=said(session, seen.alerts),
        watched=seen.watched,
        witness_states=WITNESS_STATES,
        checkpoint=ledger.newest_checkpoint(session) if size else "",
        vkey=runtime().log.vkey,
        kinds=[(KINDS.get(kind, kind), count) for kind, count in ledger.kinds(session).items()],
        sums=seen.sums,
        withheld=_withheld(session, seen.sums),
        problems=PROBLEMS,
        happenings=told(session, timeline(session)),
        auditor=_is_auditor(),
        public_log=public_address("log"),
    )


def _withheld(session: Session, sums: Sequence[Sums]) -> dict[str, int]:
    """Rows that were held back, by consultation: for auditors, who may take the openings as well."""
    if not _is_auditor():
        return {}
    return {line.row.id: withheld(session, runtime().sealing, line.row.id) for line in sums if line.published}
