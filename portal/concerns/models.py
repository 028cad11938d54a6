"""Tables of the committee's work: one concern for each published row, the steps of its history, days of reminders."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base

STATES = ("received", "studying", "accepted", "explained", "declined", "done")
_IN_STATES = "state IN ('received', 'studying', 'accepted', 'explained', 'declined', 'done')"


class Concern(Base):
    """A published category and what the committee does about it, with the days by which it owes its next steps.

    ``state`` and the sealed answer are the committee's own while it works. What is public stands beside them in the
    clear, with the salt of its commitment: the public app holds no instance key, and anyone can compare the words
    with the log's leaf. ``due`` is the day in force; ``draft_due`` is the one that the answer being written would
    promise. ``owner`` is a post or unit, for the public; ``owner_id`` the member of the committee who is reminded.
    """

    __tablename__ = "concern"
    __table_args__ = (
        UniqueConstraint("consultation_id", "code", name="uq_concern_code"),
        CheckConstraint(_IN_STATES, name="state"),
        CheckConstraint("published OR public_text = ''", name="public_text"),
        CheckConstraint("published = (public_state <> '')", name="public_state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"))
    code: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(10), default="received")
    owner: Mapped[str] = mapped_column(String(120), default="")
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    acknowledge_by: Mapped[date]
    due: Mapped[date]
    draft_due: Mapped[date | None]
    answer_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    published: Mapped[bool] = mapped_column(default=False)
    public_state: Mapped[str] = mapped_column(String(10), default="")
    public_text: Mapped[str] = mapped_column(Text, default="")
    public_salt: Mapped[str] = mapped_column(String(64), default="")
    action_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"))


class ConcernStep(Base):
    """One step of the work on a concern, kept for good: who took it, on which day, and what stood after it.

    A public step has a leaf. Its words go when the committee takes them back, which is a public step without words.
    ``day`` and ``account_id`` are None for answers that were published before steps were kept.
    """

    __tablename__ = "concern_step"
    __table_args__ = (
        UniqueConstraint("concern_id", "number", name="uq_concern_step_number"),
        CheckConstraint(_IN_STATES, name="state"),
        CheckConstraint("action_leaf IS NOT NULL OR (public_text = '' AND public_salt = '')", name="public"),
        CheckConstraint("(day IS NULL) = (account_id IS NULL)", name="hand"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    concern_id: Mapped[int] = mapped_column(ForeignKey("concern.id"))
    number: Mapped[int]
    day: Mapped[date | None]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(10))
    due: Mapped[date]
    note_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    public_text: Mapped[str] = mapped_column(Text, default="")
    public_salt: Mapped[str] = mapped_column(String(64), default="")
    action_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class Digest(Base):
    """The last day on which an account was sent its reminder: taken before the mail goes, so that none goes twice."""

    __tablename__ = "digest"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    day: Mapped[date]
