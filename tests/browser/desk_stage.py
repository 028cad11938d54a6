"""A consultation for tests of the moderators' desk: sealed by Python, sent through the services of a demonstration."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.accounts.models import Account
from portal.accounts.service import active_keys
from portal.cli.context import open_log, system_clock, work
from portal.config import Settings, load_settings
from portal.consultations import service as consultations
from portal.consultations.models import Consultation
from portal.crypto import envelope, keys, payload, receipt
from portal.submissions import sequencing
from portal.submissions import service as submissions
from portal.submissions.models import Submission
from tests.browser.served import Portal

UNITS = [
    consultations.UnitDraft(code="P1", name_vi="Phòng Một", name_en="Room One", headcount=20),
    consultations.UnitDraft(code="P2", name_vi="Phòng Hai", name_en="Room Two", headcount=20),
]
REPLY_KEY = keys.public_key(receipt.reply_seed(receipt.new_receipt()))


def stage(
    portal: Portal,
    cid: str,
    texts: Sequence[str],
    *,
    readers: int = 2,
    left_out: dict[int, str] | None = None,
    files: int = 0,
) -> None:
    """Open a consultation and have those texts in its log. ``left_out``: place of a text -> name of the moderator whom
    its submitter left out."""
    with instance(portal) as settings, work(settings) as session:
        row = _open(session, settings, cid, readers, files)
        names = keys_by_name(session)
        public = dict(names.values())
        for place, text in enumerate(texts):
            missing = names[left_out[place]][0] if left_out and place in left_out else ""
            _send(session, settings, row, text, public, {missing} - {""})
        sequencing.sequence_groups(session, open_log(settings), [cid])


def places(portal: Portal, cid: str) -> list[int]:
    """The leaf indexes of the consultation's comments."""
    with instance(portal) as settings, work(settings) as session:
        found = select(Submission.leaf_index).where(Submission.consultation_id == cid)
        return sorted(index for index in session.scalars(found) if index is not None)


def unlock(
    page: Page, portal: Portal, cid: str, passphrase: str, *, before: Callable[[Page], None] | None = None
) -> None:
    """Open the desk of that consultation and wait until its comments are there. ``before``: what is done first with
    the passphrase typed in; it is typed again."""
    page.goto(f"{portal.url}/staff/moderation/{cid}")
    page.fill("#passphrase", passphrase)
    if before is not None:
        before(page)
        page.fill("#passphrase", passphrase)
    page.click("[data-unlock]")
    expect(page.locator("#desk")).to_be_visible(timeout=120_000)


def _open(session: Session, settings: Settings, cid: str, readers: int, files: int) -> Consultation:
    today = system_clock(settings).today()
    draft = consultations.ConsultationDraft(
        id=cid, title_vi="Góp ý để thử bàn làm việc", title_en="To try the desk", notice_vi="Kênh.", opens=today,
        closes=today + timedelta(days=9), headcount=75, taxonomy_version=1, mix_minimum=1, readers=readers, units=UNITS,
        attachments=files,
    )  # fmt: skip
    row = consultations.save_draft(session, draft)
    consultations.set_moderators(session, row, [key.kid for key in active_keys(session)])
    consultations.open_consultation(session, open_log(settings), row, today=today)
    return row


def keys_by_name(session: Session) -> dict[str, tuple[str, bytes]]:
    people = {account.id: account.name for account in session.scalars(select(Account))}
    return {people[key.account_id]: (key.kid, key.public_key) for key in active_keys(session)}


def _send(
    session: Session, settings: Settings, row: Consultation, text: str, public: dict[str, bytes], missing: set[str]
) -> None:
    data = payload.build_payload(payload.Payload(row.id, "conduct", text, REPLY_KEY, level="unit", unit="P1"))
    sealed = envelope.seal(data, consultation=row.id, recipients=public, recused=missing)
    submissions.accept(
        session, open_log(settings), system_clock(settings), row, envelope=sealed,
        locator_hash=receipt.locator_hash(receipt.new_receipt()), promise_days=settings.promise_days,
    )  # fmt: skip


@contextmanager
def instance(portal: Portal) -> Iterator[Settings]:
    """The demonstration's settings, for services that act on it beside its server."""
    before = os.environ.get("PORTAL_INSTANCE")
    os.environ["PORTAL_INSTANCE"] = str(portal.instance)
    try:
        yield load_settings()
    finally:
        os.environ.pop("PORTAL_INSTANCE") if before is None else os.environ.update(PORTAL_INSTANCE=before)


def moderators(portal: Portal) -> list[dict[str, str]]:
    """The demonstration's moderators: {"name", "email", "password", "passphrase"}, by name."""
    people = json.loads((portal.instance / "demo-sign-ins.json").read_text("utf-8"))
    return sorted((one for one in people if "moderator" in one["roles"]), key=lambda one: str(one["name"]))
