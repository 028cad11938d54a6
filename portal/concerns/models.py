"""Table of the committee's answers: one concern per published row."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base

STATES = ("received", "studying", "accepted", "explained", "done")


class Concern(Base):
    """A published category and what the committee does about it; the answer's text is sealed at rest."""

    __tablename__ = "concern"
    __table_args__ = (
        UniqueConstraint("consultation_id", "code", name="uq_concern_code"),
        CheckConstraint("state IN ('received', 'studying', 'accepted', 'explained', 'done')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"))
    code: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), default="received")
    owner: Mapped[str] = mapped_column(String(120), default="")
    due: Mapped[date]
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    published: Mapped[bool] = mapped_column(default=False)
    action_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"))
