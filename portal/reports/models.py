"""Tables of the report: the office's profile by version, the desk copy, what was approved, and what staff did."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class OfficeProfileRow(Base):
    """What section I and the head of the report say of the office: canonical JSON, one row a version.

    ``id`` is the version; the highest holds. Versions are never changed, so that a draft can say which it was made on.
    """

    __tablename__ = "office_profile"
    __table_args__ = (CheckConstraint("id >= 1", name="version"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(Text)
    saved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    saved_on: Mapped[date | None]


class Report(Base):
    """The desk copy of the report on one consultation: ``draft_sealed`` by the machine, ``document_sealed`` as edited.

    ``version`` counts what was approved, plus one while a text is worked on. ``notes_sealed`` holds who wrote what and
    every decision (:mod:`portal.reports.notes`). ``handed_sha256`` is the digest of the very bytes that wait for a
    second person. ``sources`` is a JSON list of the further consultations that the report draws on. ``kept`` belongs to
    texts from before decisions had reasons; it is no longer read, so that those decisions are asked again.
    """

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'handed', 'approved')", name="state"),
        CheckConstraint(
            "state <> 'handed' OR (handed_sha256 IS NOT NULL AND handed_by IS NOT NULL)", name="handed_bytes"
        ),
    )

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consultation.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    style: Mapped[str] = mapped_column(String(10), default="party")
    draft_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    kept: Mapped[str] = mapped_column(Text, default="[]")
    report_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")
    notes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    profile_version: Mapped[int | None] = mapped_column(ForeignKey("office_profile.id"))
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    handed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    handed_sha256: Mapped[str | None] = mapped_column(String(64))


class ApprovedReport(Base):
    """A version that two people approved: never changed afterwards. People are unknown for what older portals kept."""

    __tablename__ = "approved_report"
    __table_args__ = (CheckConstraint("handed_by <> approved_by", name="two_people"),)

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("report.consultation_id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    notes_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    handed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_on: Mapped[date | None]
    report_leaf: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class ReportAct(Base):
    """What a member of the committee did with a report, to the day. ``detail``: a digest or a file's kind."""

    __tablename__ = "report_act"

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("report.consultation_id"), index=True)
    version: Mapped[int]
    act: Mapped[str] = mapped_column(String(12))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    day: Mapped[date]
    detail: Mapped[str] = mapped_column(String(64), default="")


class ReportScratch(Base):
    """Words that somebody is still writing, kept for them alone: ``seen`` is the digest of the words they replace."""

    __tablename__ = "report_scratch"

    consultation_id: Mapped[str] = mapped_column(String(40), ForeignKey("report.consultation_id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    seen: Mapped[str] = mapped_column(String(64), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
