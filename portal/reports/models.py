"""Tables of the report: the office's profile, and drafts kept as revisions."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class OfficeProfileRow(Base):
    """What section I and the head of the report say of the office; one row, canonical JSON."""

    __tablename__ = "office_profile"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
    document: Mapped[str] = mapped_column(Text)


class Report(Base):
    """The report on one consultation: ``draft_sealed`` by the machine, ``document_sealed`` as the drafter left it.

    ``kept`` holds, as a sorted JSON list of digests, the contradictions that the drafter decided to let stand.
    """

    __tablename__ = "report"
    __table_args__ = (CheckConstraint("state IN ('draft', 'approved')", name="state"),)

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consultation.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    style: Mapped[str] = mapped_column(String(10), default="party")
    draft_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kept: Mapped[str] = mapped_column(Text, default="[]")
    report_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"))
