"""Tables of codings. What a moderator writes is sealed at rest; the log holds only a salted commitment to it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class Coding(Base):
    """One revision of one coding of one comment; revisions are kept, the newest of each slot is ``current``.

    Slots 1 and 2 are the readers', slot 3 is the decision between them; with one reader there is slot 1 only. Nobody
    holds two slots of a comment. ``sealed``: under the instance key, for counting. ``shared``: the same sealed in the
    browser to those who can read the comment (:mod:`portal.crypto.rowkey`), the only copy that is served.
    """

    __tablename__ = "coding"
    __table_args__ = (
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("slot BETWEEN 1 AND 3", name="slot"),
        Index("ix_coding_order", "consultation_id", "submission_leaf", "slot"),  # counting reads in it, without sorting
        Index("uq_coding_revision", "submission_leaf", "slot", "revision", unique=True),
        Index(
            "uq_coding_current",
            "submission_leaf",
            "slot",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
        Index(
            "uq_coding_coder",
            "submission_leaf",
            "coder_id",
            unique=True,
            sqlite_where=text("current"),
            postgresql_where=text("current"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"))
    submission_leaf: Mapped[int] = mapped_column(ForeignKey("submission.leaf_index"))
    coder_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    slot: Mapped[int] = mapped_column(default=1)
    revision: Mapped[int]
    current: Mapped[bool]
    day: Mapped[date | None]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    shared: Mapped[bytes | None] = mapped_column(LargeBinary)
    commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    coding_leaf: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class Reading(Base):
    """A reader's word, after closing, that nothing is left which that key can open."""

    __tablename__ = "reading"

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consultation.id"), primary_key=True)
    kid: Mapped[str] = mapped_column(String(32), ForeignKey("moderator_key.kid"), primary_key=True)
    reading_leaf: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class Progress(Base):
    """How far a consultation's moderation is, kept as it happens so that no page counts rows; in comments.

    ``coded``: with a coding; ``paired``: with two; ``settled``: that need nobody any more. ``tags_sealed``: the secret
    from which an auditor's tags of coders are made, sealed at rest.
    """

    __tablename__ = "moderation_progress"

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consultation.id"), primary_key=True)
    coded: Mapped[int] = mapped_column(default=0)
    paired: Mapped[int] = mapped_column(default=0)
    settled: Mapped[int] = mapped_column(default=0)
    tags_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)


class AgreementBatch(Base):
    """How two readers' codings of some comments compare, as they stood before either reader saw the other's.

    ``sealed``: category -> [both named it, one named it], in comments; ``pairs``: comments in the batch. The comments
    follow each other in the order in which their second coding came.
    """

    __tablename__ = "agreement_batch"
    __table_args__ = (CheckConstraint("pairs BETWEEN 1 AND 20", name="pairs"),)

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consultation.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    pairs: Mapped[int]
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Handover(Base):
    """A reader's word on one comment against what was dealt: taken from others, or handed back.

    ``note``: why, sealed in the browser to those who can read the comment, always of one size; empty for what was
    taken. Being too busy and being concerned by the comment look the same here.
    """

    __tablename__ = "handover"

    submission_leaf: Mapped[int] = mapped_column(ForeignKey("submission.leaf_index"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    taken: Mapped[bool]
    note: Mapped[bytes] = mapped_column(LargeBinary)


class Recusal(Base):
    """A moderator who stands back from a whole consultation, by their own word; ``reason_sealed``: at rest."""

    __tablename__ = "recusal"

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consultation.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    reason_sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Redaction(Base):
    """One revision of what is masked, or of what was removed, of a comment; all revisions are kept and served.

    ``sealed``: the ranges, sealed in the browser under the comment's row key at one size. ``salt``: of the commitment
    that stands in the log.
    """

    __tablename__ = "redaction"
    __table_args__ = (
        CheckConstraint("kind IN ('mask', 'removal')", name="kind"),
        CheckConstraint("revision BETWEEN 1 AND 20", name="revision"),
        CheckConstraint("length(sealed) = 1052", name="sealed_length"),
    )

    submission_leaf: Mapped[int] = mapped_column(ForeignKey("submission.leaf_index"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    day: Mapped[date]
    sealed: Mapped[bytes] = mapped_column(LargeBinary(1052))
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    redaction_leaf: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class Withdrawal(Base):
    """A paraphrase that was withdrawn after its consultation was published."""

    __tablename__ = "withdrawal"

    submission_leaf: Mapped[int] = mapped_column(ForeignKey("submission.leaf_index"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    salt: Mapped[bytes] = mapped_column(LargeBinary(32))
    redaction_leaf: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"), unique=True)
