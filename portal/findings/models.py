"""What was published: once for each consultation, and once for each table that was asked for; immutable."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class Publication(Base):
    """A published finding: the public document, the sealed opening of the committed exact counts, and the sealed
    paraphrases that the committee may read (chosen once, so that no later page counts or chooses again; may be empty).
    """

    __tablename__ = "publication"

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consultation.id"), primary_key=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    counts_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    paraphrases_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    counts_commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    finding_leaf: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class FindingTable(Base):
    """A table that was asked for (:mod:`portal.findings.tables`), and from its decision on what was published of it.

    Who asked is not kept. ``document`` to ``finding_leaf`` are None until ``portal tick`` has decided.
    """

    __tablename__ = "finding_table"
    __table_args__ = (
        CheckConstraint(
            "(document IS NULL) = (finding_leaf IS NULL) AND (counts_sealed IS NULL) = (finding_leaf IS NULL) "
            "AND (counts_commitment IS NULL) = (finding_leaf IS NULL)",
            name="decided",
        ),
    )

    id: Mapped[str] = mapped_column(String(60), primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(40))
    document: Mapped[bytes | None] = mapped_column(LargeBinary)
    counts_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    counts_commitment: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    finding_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class FindingCross(Base):
    """A published consultation's exact counts by part, sealed: counted once, so that no later table reads codings."""

    __tablename__ = "finding_cross"

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consultation.id"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class PrivateList(Base):
    """A differentially private list (:mod:`portal.findings.private`), drawn once: its key refuses another."""

    __tablename__ = "private_list"
    __table_args__ = (CheckConstraint("listed IN ('categories', 'units')", name="listed"),)

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consultation.id"), primary_key=True)
    listed: Mapped[str] = mapped_column(String(10), primary_key=True)
    document: Mapped[bytes] = mapped_column(LargeBinary)
    counts_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    counts_commitment: Mapped[bytes] = mapped_column(LargeBinary(32))
    finding_leaf: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"), unique=True)
