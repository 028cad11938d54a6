"""Tables of codings. What a moderator writes is sealed at rest; the log holds only a salted commitment to it."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class Coding(Base):
    """One revision of one moderator's coding of one comment; revisions are kept, the newest one is ``current``."""

    __tablename__ = "coding"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision"),
        Index("uq_coding_revision", "submission_leaf", "coder_id", "revision", unique=True),
        Index(
            "uq_coding_current",
            "submission_leaf",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"), index=True)
    submission_leaf: Mapped[int] = mapped_column(ForeignKey("submission.leaf_index"))
    coder_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    revision: Mapped[int]
    current: Mapped[bool]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    coding_leaf: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class Reading(Base):
    """A reader's word, after closing, that nothing is left which that key can open."""

    __tablename__ = "reading"

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consultation.id"), primary_key=True)
    kid: Mapped[str] = mapped_column(String(32), ForeignKey("moderator_key.kid"), primary_key=True)
    reading_leaf: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class Progress(Base):
    """How far a consultation's moderation is, kept as it happens so that no page counts rows."""

    __tablename__ = "moderation_progress"

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consultation.id"), primary_key=True)
    coded: Mapped[int] = mapped_column(default=0)
