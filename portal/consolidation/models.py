"""Tables of an upper-level office: whom it reads, what it took of them, and its report on it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class SubordinateOffice(Base):
    """An office whose findings may be taken, by its log: ``vkey`` is the pinned key, ``origin`` the key's name.

    ``confirmed_by`` is who compared the key's fingerprint with the office; until then, and again after a new key,
    nothing is taken of it. ``policy`` (C2SP tlog-policy) is "" where no witness is asked for.
    """

    __tablename__ = "subordinate_office"
    __table_args__ = (CheckConstraint("(confirmed_by IS NULL) = (confirmed_on IS NULL)", name="confirmed"),)

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    origin: Mapped[str] = mapped_column(String(255), unique=True)
    vkey: Mapped[str] = mapped_column(Text)
    policy: Mapped[str] = mapped_column(Text, default="")
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    confirmed_on: Mapped[date | None]


class Consolidation(Base):
    """A period's findings of many offices. ``k`` is in ballots, ``offices_least`` in offices (``sums.JoinRule``).

    The rest is the report, as for an office: ``version`` counts what was approved, plus one while a text is worked on;
    ``handed_sha256`` is the digest of the text that waits for a second person, ``handed_figures`` that of its table.
    """

    __tablename__ = "consolidation"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'handed', 'approved')", name="state"),
        CheckConstraint("k >= 5 AND offices_least >= 2", name="threshold"),
        CheckConstraint("opens <= closes", name="period"),
        CheckConstraint("(draft_sealed IS NULL) = (document_sealed IS NULL)", name="drafted"),
        CheckConstraint(
            "state <> 'handed' OR (handed_sha256 IS NOT NULL AND handed_figures IS NOT NULL AND handed_by IS NOT NULL)",
            name="handed_bytes",
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    title_vi: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    opens: Mapped[date]
    closes: Mapped[date]
    k: Mapped[int] = mapped_column(default=5)
    offices_least: Mapped[int] = mapped_column(default=2)
    taxonomy_version: Mapped[int] = mapped_column(ForeignKey("taxonomy_version.version"))
    state: Mapped[str] = mapped_column(String(10), default="draft")
    version: Mapped[int] = mapped_column(default=1)
    draft_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    document_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    drafted_figures: Mapped[str | None] = mapped_column(String(64))
    edited_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    handed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    handed_sha256: Mapped[str | None] = mapped_column(String(64))
    handed_figures: Mapped[str | None] = mapped_column(String(64))
    report_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"))


class ConsolidatedFile(Base):
    """A ``findings.json`` that was taken, byte for byte, and the key that it was verified by."""

    __tablename__ = "consolidated_file"

    consolidation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consolidation.id"), primary_key=True)
    office_id: Mapped[str] = mapped_column(String(40), ForeignKey("subordinate_office.id"), primary_key=True)
    consultation: Mapped[str] = mapped_column(String(40), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    vkey: Mapped[str] = mapped_column(Text)
    publication_sha256: Mapped[str] = mapped_column(String(64))


class ConsolidationImport(Base):
    """What became of one upload: ``verdicts`` is a JSON list of ``{"file","why","office","consultation","detail"}``."""

    __tablename__ = "consolidation_import"

    id: Mapped[int] = mapped_column(primary_key=True)
    consolidation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consolidation.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    day: Mapped[date]
    verdicts: Mapped[str] = mapped_column(Text)


class ConsolidationTaxonomy(Base):
    """A taxonomy that some office counted by, as canonical JSON: its digest stands in that office's publication."""

    __tablename__ = "consolidation_taxonomy"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[str] = mapped_column(Text)


class ApprovedConsolidation(Base):
    """A version that two people approved, with the table it stands on; never changed afterwards."""

    __tablename__ = "approved_consolidation"
    __table_args__ = (CheckConstraint("handed_by <> approved_by", name="two_people"),)

    consolidation_id: Mapped[str] = mapped_column(String(40), ForeignKey("consolidation.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    figures: Mapped[bytes] = mapped_column(LargeBinary)
    handed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    approved_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    approved_on: Mapped[date]
    report_leaf: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"), unique=True)
