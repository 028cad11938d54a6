"""Tables of consultations, their units and their pinned taxonomy."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.consultations.private_lists import EPSILON_MOST, HEADCOUNT_OVER, ROWS, ROWS_MOST
from portal.consultations.threshold import LIMITS, ballots_for
from portal.extensions import Base

STATES = ("draft", "open", "closed", "published")
LEVELS = ("office", "unit", "party")
TALK_DAYS, TALK_DAYS_MOST = 60, 365
"""Days after the last day of a consultation on which moderators and submitters can still write to each other."""


class TaxonomyVersion(Base):
    """One immutable version of the taxonomy; ``document`` is its canonical JSON."""

    __tablename__ = "taxonomy_version"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    document: Mapped[str] = mapped_column(Text)
    sha256: Mapped[str] = mapped_column(String(64), unique=True)


class Consultation(Base):
    """One round of feedback. Rules that concern anonymity have a floor that the schema keeps."""

    __tablename__ = "consultation"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'open', 'closed', 'published')", name="state"),
        CheckConstraint("k >= 5 AND k_paraphrase >= 10 AND k_paraphrase >= k", name="threshold"),
        CheckConstraint("mix_minimum >= 1", name="mix_minimum"),
        CheckConstraint("max_chars BETWEEN 100 AND 1500", name="max_chars"),
        CheckConstraint("talk_days BETWEEN 0 AND 365", name="talk_days"),
        CheckConstraint("readers IN (1, 2)", name="readers"),
        CheckConstraint("opens <= closes", name="period"),
        CheckConstraint("ballot_mode IN ('open', 'ballots')", name="ballot_mode"),
        CheckConstraint("attachments BETWEEN 0 AND 3", name="attachments"),
        CheckConstraint(
            "ballot_mode = 'open' OR (each_ballots BETWEEN 1 AND 9 AND collect_from IS NOT NULL "
            "AND collect_until IS NOT NULL AND collect_from <= collect_until AND collect_until < opens)",
            name="collecting",
        ),
        CheckConstraint(" AND ".join(f"{name} >= {least}" for name, least in LIMITS.items()), name="limits"),
        CheckConstraint("NOT count_people OR ballot_mode = 'ballots'", name="count_people"),
        CheckConstraint(
            f"private_categories >= 0 AND private_units >= 0 AND private_categories + private_units <= {EPSILON_MOST} "
            f"AND private_rows BETWEEN 1 AND {ROWS_MOST} AND (private_categories + private_units = 0 "
            f"OR (headcount > {HEADCOUNT_OVER} AND ballot_mode = 'ballots'))",
            name="private",
        ),
    )

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    title_vi: Mapped[str] = mapped_column(String(200))
    title_en: Mapped[str] = mapped_column(String(200), default="")
    intro_vi: Mapped[str] = mapped_column(Text, default="")
    intro_en: Mapped[str] = mapped_column(Text, default="")
    notice_vi: Mapped[str] = mapped_column(Text)
    notice_en: Mapped[str] = mapped_column(Text, default="")
    opens: Mapped[date]
    closes: Mapped[date]
    state: Mapped[str] = mapped_column(String(10), default="draft", index=True)
    taxonomy_version: Mapped[int] = mapped_column(ForeignKey("taxonomy_version.version"))
    k: Mapped[int] = mapped_column(default=5)
    k_paraphrase: Mapped[int] = mapped_column(default=10)
    count_people: Mapped[bool] = mapped_column(default=False)
    unit_min_headcount: Mapped[int] = mapped_column(default=LIMITS["unit_min_headcount"])
    unit_margin: Mapped[int] = mapped_column(default=LIMITS["unit_margin"])
    themes_only_under: Mapped[int] = mapped_column(default=LIMITS["themes_only_under"])
    private_categories: Mapped[int] = mapped_column(default=0)
    private_units: Mapped[int] = mapped_column(default=0)
    private_rows: Mapped[int] = mapped_column(default=ROWS)
    mix_minimum: Mapped[int] = mapped_column(default=10)
    max_chars: Mapped[int] = mapped_column(default=1000)
    talk_days: Mapped[int] = mapped_column(default=TALK_DAYS)
    attachments: Mapped[int] = mapped_column(default=0)
    readers: Mapped[int] = mapped_column(default=1)
    ballot_mode: Mapped[str] = mapped_column(String(8), default="open")
    each_ballots: Mapped[int] = mapped_column(default=3)
    collect_from: Mapped[date | None]
    collect_until: Mapped[date | None]
    headcount: Mapped[int]
    open_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"))
    close_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"))

    units: Mapped[list[Unit]] = relationship(order_by="Unit.position", cascade="all, delete-orphan")
    moderators: Mapped[list[ConsultationModerator]] = relationship(
        order_by="ConsultationModerator.kid", cascade="all, delete-orphan"
    )
    issuers: Mapped[list[ConsultationIssuer]] = relationship(
        order_by="ConsultationIssuer.issuer", cascade="all, delete-orphan"
    )
    taxonomy: Mapped[TaxonomyVersion] = relationship()

    @property
    def with_ballots(self) -> bool:
        """Whether each comment spends a ballot."""
        return self.ballot_mode == "ballots"

    @property
    def threshold(self) -> int:
        """The threshold in ballots, also where ``k`` is meant in people (``count_people``)."""
        return ballots_for(self.k, self.each_ballots) if self.count_people else self.k

    @property
    def paraphrase_threshold(self) -> int:
        """The same of ``k_paraphrase``."""
        return ballots_for(self.k_paraphrase, self.each_ballots) if self.count_people else self.k_paraphrase

    @property
    def private_lists(self) -> dict[str, int]:
        """The differentially private lists that are promised, with what each costs in thousandths of epsilon."""
        promised = {"categories": self.private_categories, "units": self.private_units}
        return {listed: epsilon for listed, epsilon in promised.items() if epsilon}


class Unit(Base):
    """A part of the office that a comment may concern (never the author's own unit)."""

    __tablename__ = "unit"
    __table_args__ = (
        CheckConstraint("level IN ('office', 'unit', 'party')", name="level"),
        CheckConstraint("headcount >= 1", name="headcount"),
    )

    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(16), primary_key=True)
    position: Mapped[int]
    name_vi: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120), default="")
    level: Mapped[str] = mapped_column(String(8), default="unit")
    headcount: Mapped[int]


class ConsultationModerator(Base):
    """A moderator key to which every comment of the consultation is sealed."""

    __tablename__ = "consultation_moderator"

    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    kid: Mapped[str] = mapped_column(ForeignKey("moderator_key.kid"), primary_key=True)


class AddedReader(Base):
    """A moderator key that came after the opening: comments reach it only as readers who can open them seal them to it.

    With ``replaces`` it is its owner's new key and needs nobody's word; otherwise it is a moderator's who never held a
    key of the consultation, proposed by one person and confirmed by another. ``reader_leaf``: None while it waits.
    """

    __tablename__ = "added_reader"
    __table_args__ = (
        CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_people"),
        CheckConstraint("replaces IS NOT NULL OR (confirmed_by IS NULL) = (reader_leaf IS NULL)", name="confirmed"),
        CheckConstraint("replaces IS NULL OR reader_leaf IS NOT NULL", name="replacement"),
    )

    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    kid: Mapped[str] = mapped_column(ForeignKey("moderator_key.kid"), primary_key=True)
    replaces: Mapped[str | None] = mapped_column(ForeignKey("moderator_key.kid"))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    confirmed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    reader_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"), unique=True)


class ConsultationIssuer(Base):
    """An issuer of the consultation's ballots, by its own signed words; the roster itself is never here.

    ``terms`` and ``closing`` are the statements as the issuer signed them (``portal.crypto.statements``); ``issued``
    (signatures) and ``cards`` (half-cards handed out) come with the closing.
    """

    __tablename__ = "consultation_issuer"
    __table_args__ = (CheckConstraint("(closing IS NULL) = (issued IS NULL)", name="closing"),)

    consultation_id: Mapped[str] = mapped_column(ForeignKey("consultation.id"), primary_key=True)
    issuer: Mapped[str] = mapped_column(String(40), primary_key=True)
    name_vi: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200), default="")
    address: Mapped[str] = mapped_column(String(200))
    identity: Mapped[str] = mapped_column(String(200))
    terms: Mapped[str] = mapped_column(Text)
    terms_sha256: Mapped[str] = mapped_column(String(64))
    key_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"))
    closing: Mapped[str | None] = mapped_column(Text)
    issued: Mapped[int | None]
    cards: Mapped[int | None]
