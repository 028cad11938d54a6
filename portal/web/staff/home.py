"""The overview: what waits for this account."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_security import current_user

from portal.consultations import service as consultations
from portal.extensions import db
from portal.web.runtime import runtime
from portal.web.staff.tasks import tasks_of

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def index() -> ResponseReturnValue:
    """Next steps by role, and what is under way for everybody."""
    tools = runtime()
    wanted = tools.settings.ballot_issuers
    tasks = tasks_of(db.session, current_user, today=tools.clock.today(), wanted=wanted)
    under_way = consultations.list_all(db.session, ("open", "closed"))
    return render_template("staff/home/index.html", tasks=tasks, under_way=under_way)
