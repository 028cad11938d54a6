"""Tables of the conversations.

Nothing here says which comment a message is about, who wrote it, which way it went, or when. Keys are hashes, which
order nothing; a message and the ticket that let it in are not kept together.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class MailMessage(Base):
    """A sealed message (``portal.crypto.message``) in a bucket (``portal.crypto.buckets``); erased: without ``data``.

    It is served once it stands in the log, with ``leaf_index``, and never before.
    """

    __tablename__ = "mail_message"
    __table_args__ = (
        CheckConstraint(text("length(leaf_hash) = 32"), name="leaf_hash_length"),
        CheckConstraint("bucket >= 1", name="bucket"),
        Index("ix_mail_message_bucket", "consultation_id", "bucket"),
        {"sqlite_with_rowid": False},
    )

    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"))
    bucket: Mapped[int]
    leaf_index: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"), unique=True)
    data: Mapped[bytes | None] = mapped_column(LargeBinary)


class AnswerTicket(Base):
    """SHA-256 of a ticket that lets one answer in. It came with a question; answering deletes it."""

    __tablename__ = "answer_ticket"
    __table_args__ = (
        CheckConstraint(text("length(hash) = 32"), name="hash_length"),
        Index("ix_answer_ticket_consultation_id", "consultation_id"),
        {"sqlite_with_rowid": False},
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"))
