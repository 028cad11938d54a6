"""Table of publications: a consultation publishes once, immutably."""

from __future__ import annotations

from sqlalchemy import ForeignKey, LargeBinary, String
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
