"""Comments with files, sealed by Python and put into a demonstration: also such as no honest browser would send."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from portal.cli.context import open_log, system_clock, work
from portal.consultations import service as consultations
from portal.consultations.intake import intake_of
from portal.crypto import envelope, payload, receipt
from portal.crypto.attachment import attachment_key, seal_attachment
from portal.submissions import attachments, sequencing
from portal.submissions import service as submissions
from tests.browser.desk_stage import REPLY_KEY, instance, keys_by_name
from tests.browser.served import Portal


def send_files(
    portal: Portal, cid: str, text: str, files: Sequence[tuple[str, bytes]], *, left_out: str = ""
) -> list[bytes]:
    """A comment with files of the stated types, in the log; returns SHA-256 of the sealed files."""
    secret = secrets.token_bytes(32)
    sealed = [
        seal_attachment(data, key=attachment_key(secret, place), consultation=cid)
        for place, (_, data) in enumerate(files)
    ]
    hashes = [hashlib.sha256(data).digest() for data in sealed]
    named = tuple(payload.AttachedFile(sha256, kind) for sha256, (kind, _) in zip(hashes, files, strict=True))
    data = payload.build_payload(
        payload.Payload(cid, "conduct", text, REPLY_KEY, attachments=payload.Attachments(secret, named))
    )
    with instance(portal) as settings, work(settings) as session:
        names = keys_by_name(session)
        missing = {names[left_out][0]} if left_out else set()
        box = envelope.seal(data, consultation=cid, recipients=dict(names.values()), recused=missing)
        row = consultations.get(session, cid)
        submissions.accept(
            session,
            open_log(settings),
            system_clock(settings),
            row,
            envelope=box,
            locator_hash=receipt.locator_hash(receipt.new_receipt()),
            promise_days=2,
        )
        attachments.store(session, intake_of(row), sealed, quota=0)
        sequencing.sequence_groups(session, open_log(settings), [cid])
    return hashes


def sequence(portal: Portal, cid: str) -> None:
    """Put what waits into the log."""
    with instance(portal) as settings, work(settings) as session:
        sequencing.sequence_groups(session, open_log(settings), [cid])
