"""The table of spent ballots. It knows neither which comment a ballot was spent on nor when."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class Nullifier(Base):
    """SHA-256 of a ballot's key. Being the primary key, it can be inserted once, whoever races."""

    __tablename__ = "nullifier"
    __table_args__ = (
        CheckConstraint(text("length(value) = 32"), name="value_length"),
        {"sqlite_with_rowid": False},
    )

    value: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"), index=True)
