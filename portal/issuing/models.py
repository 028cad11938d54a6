"""The issuer's own tables, in a database of their own (``issuer.sqlite3``).

What stands here ties a person to *having collected*, never to a ballot: signatures are made on blinded messages, and
only digests of those are kept. No time, no address, no signature and no code is stored; codes are kept as hashes.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, LargeBinary, MetaData, String, Text, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from portal.storage import NAMING

STATES = ("preparing", "ready", "closed")


class IssuerBase(DeclarativeBase):
    """Base of the issuer's models; none of them can join the portal's."""

    metadata = MetaData(naming_convention=NAMING)


class Round(IssuerBase):
    """One consultation's issuing. ``key`` (sealed) is there until it closes; then it is destroyed, not kept."""

    __tablename__ = "round"
    __table_args__ = (
        CheckConstraint("state IN ('preparing', 'ready', 'closed')", name="state"),
        CheckConstraint("each_ballots BETWEEN 1 AND 9", name="each_ballots"),
        CheckConstraint("collect_from <= collect_until", name="period"),
        CheckConstraint("(state = 'preparing') = (terms IS NULL)", name="terms"),
        CheckConstraint("(state = 'closed') = (closing IS NOT NULL)", name="closing"),
        CheckConstraint("(state = 'closed') = (sealed_key IS NULL)", name="key_destroyed"),
    )

    consultation: Mapped[str] = mapped_column(String(40), primary_key=True)
    title_vi: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    each_ballots: Mapped[int]
    collect_from: Mapped[date]
    collect_until: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="preparing")
    sealed_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    terms: Mapped[str | None] = mapped_column(Text)
    closing: Mapped[str | None] = mapped_column(Text)


class Person(IssuerBase):
    """A line of the roster. Whoever took cards cannot collect as well, and the other way round."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("request_sha256 IS NULL OR took_cards = 0", name="once"),
        CheckConstraint(text("claim_sha256 IS NULL OR length(claim_sha256) = 32"), name="claim_length"),
        {"sqlite_with_rowid": False},
    )

    consultation: Mapped[str] = mapped_column(ForeignKey("round.consultation"), primary_key=True)
    staff_code: Mapped[str] = mapped_column(String(24), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    unit_code: Mapped[str] = mapped_column(String(16))
    unit_name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254), default="")
    claim_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    request_sha256: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    took_cards: Mapped[bool] = mapped_column(default=False)


class Issuance(IssuerBase):
    """A signature that was given: the digest of the blinded message, and of nothing else."""

    __tablename__ = "issuance"
    __table_args__ = ({"sqlite_with_rowid": False},)

    consultation: Mapped[str] = mapped_column(ForeignKey("round.consultation"), primary_key=True)
    message_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)


class Card(IssuerBase):
    """A printed half-card: the hash of its key. Its code is on paper alone."""

    __tablename__ = "card"
    __table_args__ = (
        ForeignKeyConstraint(["consultation"], ["round.consultation"]),
        {"sqlite_with_rowid": False},
    )

    consultation: Mapped[str] = mapped_column(String(40), primary_key=True)
    key_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
