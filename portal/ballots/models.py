"""The tables of spent ballots. They know neither which comment a ballot was spent on nor when."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class Nullifier(Base):
    """SHA-256 of a ballot's key. Being the primary key, it can be inserted once, whoever races."""

    __tablename__ = "nullifier"
    __table_args__ = (
        CheckConstraint(text("length(value) = 32"), name="value_length"),
        {"sqlite_with_rowid": False},
    )

    value: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"), index=True)


class BallotCount(Base):
    """How many ballots of a kind (``portal.crypto.ballot``) there are and were spent; rows come with the last list.

    More than every issuer listed are never taken: a log in which that happened could not be told from a forged one.
    """

    __tablename__ = "ballot_count"
    __table_args__ = (CheckConstraint("spent BETWEEN 0 AND most", name="spent"),)

    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    kind: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    most: Mapped[int]
    spent: Mapped[int] = mapped_column(default=0)
