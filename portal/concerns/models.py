"""Table of the committee's answers: one concern per published row."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base

STATES = ("received", "studying", "accepted", "explained", "done")


class Concern(Base):
    """A published category and what the committee does about it, with the days by which it owes its next steps.

    The answer is sealed at rest while it is worked on. A published one also stands in the clear with the salt of
    its commitment: the public app holds no instance key, and anyone can compare the words with the log's leaf.
    """

    __tablename__ = "concern"
    __table_args__ = (
        UniqueConstraint("consultation_id", "code", name="uq_concern_code"),
        CheckConstraint("state IN ('received', 'studying', 'accepted', 'explained', 'done')", name="state"),
        CheckConstraint("published OR public_text = ''", name="public_text"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"))
    code: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), default="received")
    owner: Mapped[str] = mapped_column(String(120), default="")
    acknowledge_by: Mapped[date]
    due: Mapped[date]
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    published: Mapped[bool] = mapped_column(default=False)
    public_text: Mapped[str] = mapped_column(Text, default="")
    public_salt: Mapped[str] = mapped_column(String(64), default="")
    action_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"))
