"""Tables of sealed comments that stand in the log; until then they wait in the pool (``portal.ledger.models``).

Anonymity is in the schema: keys are leaf hashes, which order nothing; there is no row number, no time column, no
address, no account. Which comment came before which cannot be read from these tables: rows of a batch are written in
one transaction, in the order of the log, which was drawn at random.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class Submission(Base):
    """A sealed comment's place: its hashes, and its leaf.

    A receipt serves one comment of a consultation. Within one, whoever sends holds the consultation's row and so never
    meets a batch that is being placed; across consultations nothing would keep two apart on PostgreSQL.
    """

    __tablename__ = "submission"
    __table_args__ = (
        CheckConstraint(text("length(leaf_hash) = 32"), name="leaf_hash_length"),
        UniqueConstraint("locator_hash", "consultation_id"),
        Index("ix_submission_queue", "consultation_id", "leaf_index"),
        {"sqlite_with_rowid": False},
    )

    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"))
    envelope_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    locator_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    leaf_index: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class SequencedCount(Base):
    """How many comments of a consultation stand in the log, kept as they come so that no page counts rows."""

    __tablename__ = "sequenced_count"

    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    comments: Mapped[int] = mapped_column(default=0)


class SealedEnvelope(Base):
    """The envelope's bytes, apart from the row that lists and pages touch."""

    __tablename__ = "sealed_envelope"
    __table_args__ = ({"sqlite_with_rowid": False},)

    leaf_hash: Mapped[bytes] = mapped_column(ForeignKey("submission.leaf_hash"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class SealedAttachment(Base):
    """A sealed file, by SHA-256 of its bytes. There is no column, and must never be one, that leads to its comment."""

    __tablename__ = "sealed_attachment"
    __table_args__ = (
        CheckConstraint(text("length(sha256) = 32"), name="sha256_length"),
        CheckConstraint(text("size = length(data)"), name="size"),
        Index("ix_sealed_attachment_room", "consultation_id", "size"),
        {"sqlite_with_rowid": False},
    )

    sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"))
    size: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)


class ResealedWrap(Base):
    """A comment's content key, sealed by one reader's browser to a key that came after the opening.

    Every reader seals every comment, those that it cannot open to nobody (``portal.moderation.reseal``), so that no row
    tells who can read what. ``sealer``: the key with which the reader opened them.
    """

    __tablename__ = "resealed_wrap"
    __table_args__ = (
        CheckConstraint(text("length(data) = 1168"), name="data_length"),
        {"sqlite_with_rowid": False},
    )

    leaf_hash: Mapped[bytes] = mapped_column(ForeignKey("submission.leaf_hash"), primary_key=True)
    kid: Mapped[str] = mapped_column(ForeignKey("moderator_key.kid"), primary_key=True)
    sealer: Mapped[str] = mapped_column(ForeignKey("moderator_key.kid"), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary(1168))
