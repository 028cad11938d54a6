"""What waits for an account, by role: the overview's list of next steps."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import url_for
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from portal.accounts import service as accounts
from portal.accounts.models import Account
from portal.ballots import issuers
from portal.concerns import service as concerns
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.moderation import service as moderation
from portal.moderation.recusal import is_recused
from portal.reports import service as reports
from portal.web.locale import pick, show_day
from portal.web.staff.audit_alerts import look, said
from portal.web.staff.ballots_words import missing_lists
from portal.web.staff.concerns_due import reminder_words, reminders
from portal.web.staff.task import Task
from portal.web.staff.tasks_keys import passing_on, proposals

READERS_LEAST = 2


def tasks_of(session: Session, account: Account, *, today: date, wanted: int) -> list[Task]:
    """The account's next steps, the most pressing first. ``wanted``: how many issuers a draft with ballots needs."""
    roles = accounts.role_names(account)
    found = list(_own(account))
    if roles & {"admin", "auditor"}:
        found += _alarms(session)
    if "moderator" in roles:
        found += [*_moderator(session, account), *passing_on(session, account)]
    if "committee" in roles:
        found += _committee(session, account, today)
    if "issuer" in roles:
        found += _issuer(session, today, wanted)
    if "admin" in roles:
        found += _admin(session, today, wanted)
    if "auditor" in roles:
        found += [*proposals(session), *_auditor()]
    return found


def _own(account: Account) -> Iterator[Task]:
    if not account.tf_primary_method:
        yield Task(
            gettext("Set up the second step of your sign-in"),
            gettext("With an authenticator app, a stolen password alone opens nothing."),
            url_for("security.two_factor_setup"),
            gettext("Set up"),
        )
    elif not account.mf_recovery_codes:
        yield Task(
            gettext("Print your recovery codes"),
            gettext("Without them a lost phone locks you out until an administrator lets you in again."),
            url_for("security.mf_recovery_codes"),
            gettext("Make the codes"),
        )


def _moderator(session: Session, account: Account) -> Iterator[Task]:
    if not accounts.active_keys(session, account_id=account.id):
        yield Task(
            gettext("Make your key"),
            gettext("Comments are sealed to moderators' keys. Without one you cannot be chosen for a consultation."),
            url_for("keys.index"),
            gettext("Make a key"),
        )
    for row in moderation.readable(session, account):
        if is_recused(session, account, row):
            continue
        state = moderation.state(session, row)
        left = state.total - state.read
        if left > 0 and row.state in {"open", "closed"}:
            yield Task(
                ngettext("%(num)s comment to categorise", "%(num)s comments to categorise", left),
                pick(row, "title"),
                url_for("moderation.workbench", cid=row.id),
                gettext("Open the queue"),
            )


def _committee(session: Session, account: Account, today: date) -> Iterator[Task]:
    for cid, due in reminders(session, account, today).items():
        title, page = pick(consultations.get(session, cid), "title"), url_for("concerns.show", cid=cid)
        for words in reminder_words(due):
            yield Task(words, title, page, gettext("Look at the concerns"))
    for row in consultations.list_all(session, ("closed", "published")):
        yield from _publishing(session, row) if row.state == "closed" else _answering(session, row)


def _publishing(session: Session, row: Consultation) -> Iterator[Task]:
    title = pick(row, "title")
    state = moderation.state(session, row)
    if not state.total:
        yield Task(gettext("Closed without a comment: there is nothing to publish"), title)
    elif state.complete:
        page = url_for("findings.confirm", cid=row.id)
        yield Task(gettext("Ready to publish"), title, page, gettext("Publish the findings"))
    else:
        yield Task(gettext("Closed; the moderators are still categorising"), title)


def _answering(session: Session, row: Consultation) -> Iterator[Task]:
    title = pick(row, "title")
    left = len([concern for concern in concerns.listing(session, row.id) if not concern.published])
    if left:
        yield Task(
            ngettext("%(num)s concern without a published answer", "%(num)s concerns without a published answer", left),
            title,
            url_for("concerns.show", cid=row.id),
            gettext("Answer"),
        )
    report = reports.listing(session).get(row.id)
    if report is not None and report.state == "handed":
        words, page = gettext("A report waits for a second person to approve it"), "report_approval.show"
        yield Task(words, title, url_for(page, cid=row.id), gettext("Go to the report"))
    elif report is None or report.state == "draft":
        words = gettext("Start the report") if report is None else gettext("The report is not approved yet")
        yield Task(words, title, url_for("reports.show", cid=row.id), gettext("Go to the report"))


def _issuer(session: Session, today: date, wanted: int) -> Iterator[Task]:
    for row in _with_ballots(session):
        page, title = url_for("ballots.show", cid=row.id), pick(row, "title")
        if row.state == "draft" and issuers.faults(row, wanted=wanted):
            words = gettext("The draft “%(title)s” waits for your terms", title=title)
            yield Task(words, _given(row, wanted), page, gettext("Add the terms"))
        elif row.state == "open" and (late := _late(row, today)):
            yield Task(gettext("Your list is due: “%(title)s”", title=title), late, page, gettext("Hand in the list"))


def _with_ballots(session: Session) -> list[Consultation]:
    return [row for row in consultations.list_all(session, ("draft", "open")) if row.with_ballots]


def _given(row: Consultation, wanted: int) -> str:
    """Whose terms are there, or that they do not fit."""
    if len(row.issuers) == wanted:
        return gettext("All terms are there, but they do not fit yet: the page says why.")
    if not row.issuers:
        return gettext("No issuer has been added yet.")
    names = ", ".join(pick(one, "name") for one in row.issuers)
    return gettext(
        "%(have)s of %(wanted)s issuers so far: %(names)s.", have=len(row.issuers), wanted=wanted, names=names
    )


def _late(row: Consultation, today: date) -> str:
    """Whose lists have not come although collecting is over; empty while nothing is due."""
    if row.collect_until is None or today <= row.collect_until:
        return ""
    names = ", ".join(pick(one, "name") for one in missing_lists(row))
    return names and gettext(
        "Missing: %(names)s. Nobody can write before it stands in the log; comments begin on %(day)s.",
        names=names,
        day=show_day(row.opens),
    )


def _admin(session: Session, today: date, wanted: int) -> Iterator[Task]:
    readers = {key.account_id for key in accounts.active_keys(session)}
    if len(readers) < READERS_LEAST:
        yield Task(
            gettext("Fewer than two moderators have a key"),
            gettext("Invite moderators; each makes a key in their own browser."),
            url_for("accounts.index"),
            gettext("Accounts"),
        )
    waiting = [row for row in accounts.list_accounts(session) if accounts.standing(row) == "invited"]
    if waiting:
        yield Task(
            ngettext("%(num)s person has not enrolled yet", "%(num)s people have not enrolled yet", len(waiting)),
            ", ".join(row.name or row.email for row in waiting),
            url_for("accounts.index"),
            gettext("Accounts"),
        )
    yield from _admin_ballots(session, today, wanted)
    rows = consultations.list_all(session, ("draft", "open"))
    for row in rows:
        page = url_for("consultations.show", cid=row.id)
        if row.state == "draft" and not (row.with_ballots and issuers.faults(row, wanted=wanted)):
            yield Task(gettext("A draft waits to be opened"), pick(row, "title"), page, gettext("Look at the draft"))
        elif row.state == "open" and row.closes < today:
            yield Task(gettext("The last day is past: close it"), pick(row, "title"), page, gettext("Go there"))
    if not rows:
        new = url_for("consultations.new")
        yield Task(gettext("No consultation is being prepared or open"), "", new, gettext("Begin a draft"))


def _admin_ballots(session: Session, today: date, wanted: int) -> Iterator[Task]:
    for row in _with_ballots(session):
        page, title = url_for("ballots.show", cid=row.id), pick(row, "title")
        if row.state == "draft" and issuers.faults(row, wanted=wanted):
            words = gettext("The issuers of “%(title)s” are not ready", title=title)
            yield Task(words, _given(row, wanted), page, gettext("Look at the issuers"))
        elif row.state == "open" and (late := _late(row, today)):
            words = gettext("Issuers' lists are missing: “%(title)s”", title=title)
            yield Task(words, late, page, gettext("Fetch the lists"))


def _alarms(session: Session) -> Iterator[Task]:
    """What does not add up comes before everything else that waits."""
    for one in said(session, look(session).alerts):
        text = f"{one.where}: {one.to_do}" if one.where else one.to_do
        yield Task(one.title, text, url_for("audit.index"), gettext("Look into it"))


def _auditor() -> Iterator[Task]:
    yield Task(
        gettext("Verify the log"),
        gettext("Compare it with the checkpoint that you kept last time."),
        url_for("audit.index"),
        gettext("Go to verification"),
    )
