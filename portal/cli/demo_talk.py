"""The demonstration's conversation: a question, its answer, and a question that a visitor may answer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal.clock import Clock
from portal.consultations.models import Consultation
from portal.crypto import envelope, keys, message, receipt
from portal.crypto.buckets import bucket_of
from portal.crypto.rowkey import row_key
from portal.ledger.log import Log
from portal.submissions import mailbox
from portal.submissions.sequencing import mail_group, sequence_groups

SAID = (
    ("moderator", "Việc hai phòng cùng theo dõi một kết luận có hay xảy ra không? Xin không nêu tên hay ngày cụ thể."),
    ("submitter", "Có, nhất là với kết luận liên quan nhiều lĩnh vực. Mỗi phòng giữ một bảng tiến độ riêng."),
    ("moderator", "Cảm ơn. Theo đồng chí, nên giao một đầu mối hay chỉ cần dùng chung một bảng tiến độ?"),
)


@dataclass(frozen=True)
class SentComment:
    """A comment of the demonstration: its receipt (10 bytes) and its envelope."""

    raw: bytes
    sealed: bytes


def begin_talk(
    session: Session, log: Log, clock: Clock, row: Consultation, about: SentComment, *, seed: bytes, promise_days: int
) -> str:
    """Let both sides write as their browsers would; returns the receipt's code. ``seed``: of any of its readers."""
    head = envelope.parse_envelope(about.sealed).head
    key = row_key(envelope.open_content_key(seed, about.sealed), head, "conversation")
    reply_key = keys.public_key(receipt.reply_seed(about.raw))
    ticket = b""
    for number, (sender, text) in enumerate(SAID, 1):
        said = message.Message(sender, number, text, key)
        made = message.seal(said, consultation=row.id, reply_key=reply_key)
        posted = mailbox.Posted(made.data, bucket_of(reply_key, 0))
        if sender == "moderator":
            ticket, hashes = made.tickets[0], [message.ticket_hash(one) for one in made.tickets]
            mailbox.ask(session, log, clock, row, posted=posted, tickets=hashes, promise_days=promise_days)
        else:
            mailbox.answer(session, log, clock, row, posted=posted, ticket=ticket, promise_days=promise_days)
        sequence_groups(session, log, [mail_group(row.id)])
    return receipt.format_receipt(about.raw)
