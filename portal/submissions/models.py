"""Tables of sealed comments.

Anonymity is in the schema: keys are leaf hashes, which order nothing; there is no row number, no time column, no
address, no account. Which comment came before which cannot be read from these tables.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class Submission(Base):
    """A sealed comment's place: its hashes, and its leaf once it is in the log."""

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(text("length(leaf_hash) = 32"), name="leaf_hash_length"),
        Index("ix_submission_queue", "consultation_id", "leaf_index"),
        {"sqlite_with_rowid": False},
    )

    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"))
    envelope_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    locator_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    leaf_index: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class SealedEnvelope(Base):
    """The envelope's bytes, apart from the row that lists and pages touch."""

    __tablename__ = "sealed_envelope"
    __table_args__ = ({"sqlite_with_rowid": False},)

    leaf_hash: Mapped[bytes] = mapped_column(ForeignKey("submission.leaf_hash"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
