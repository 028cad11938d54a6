"""What waits around moderators' keys: comments to pass on, readers to confirm."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.moderation import readership, reseal
from portal.web.locale import pick
from portal.web.staff.task import Task


def passing_on(session: Session, account: Account) -> Iterator[Task]:
    """A moderator's jobs for keys that came after the opening."""
    for job, progress in reseal.jobs(session, account):
        yield Task(
            ngettext("%(num)s comment to pass on", "%(num)s comments to pass on", progress.left),
            f"{job.target.key.account.name}: {pick(job.row, 'title')}",
            url_for("reseal.page", cid=job.row.id, kid=job.target.kid),
            gettext("Pass them on"),
        )


def proposals(session: Session) -> Iterator[Task]:
    """Readers whom an administrator proposed, for the auditor."""
    for one in readership.waiting(session):
        yield Task(
            gettext("A new reader waits for your word"),
            accounts.get_key(session, one.kid).account.name,
            url_for("readers.consider", cid=one.consultation_id, kid=one.kid),
            gettext("Look at the proposal"),
        )
