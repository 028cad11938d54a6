"""Tables of sealed comments.

Anonymity is in the schema: random keys, no row number, no time column, no address, no account. Which comment came
before which cannot be read from these tables.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class Submission(Base):
    """A sealed comment's place: its hashes, and its leaf once it is in the log."""

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(text("length(id) = 16"), name="id_length"),
        Index("ix_submission_queue", "consultation_id", "leaf_index"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"))
    envelope_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    locator_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    leaf_index: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class SealedEnvelope(Base):
    """The envelope's bytes, apart from the row that lists and pages touch."""

    __tablename__ = "sealed_envelope"
    __table_args__ = ({"sqlite_with_rowid": False},)

    submission_id: Mapped[bytes] = mapped_column(ForeignKey("submission.id"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
