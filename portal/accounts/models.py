"""Tables of staff accounts. There is no column for an address, a user agent or the time of a sign-in."""

from __future__ import annotations

from flask_security import AsaList, RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, Column, ForeignKey, LargeBinary, String, Table, Text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.extensions import Base

account_roles = Table(
    "account_role",
    Base.metadata,
    Column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("role_id", ForeignKey("role.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """One of issuer, moderator, committee, auditor, admin."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
    description: Mapped[str] = mapped_column(String(200), default="")
    permissions: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()), nullable=True)


class Account(Base, UserMixin):
    """A member of staff who works with the portal; never a submitter."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("locale IN ('vi', 'en')", name="locale"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120), default="")
    locale: Mapped[str] = mapped_column(String(2), default="vi")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    tf_last_counter: Mapped[int | None]
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(AsaList()), nullable=True)
    invite_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)

    roles: Mapped[list[Role]] = relationship(  # type: ignore[assignment]
        secondary=account_roles, order_by=Role.name
    )


class AccountRight(Base):
    """A right that an administrator granted to a moderator's account (:mod:`portal.accounts.rights`)."""

    __tablename__ = "account_right"
    __table_args__ = (CheckConstraint("name IN ('mask', 'remove')", name="name"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(8), primary_key=True)


class ModeratorKey(Base):
    """A moderator's X-Wing key: the public half, and the private half as the browser wrapped it.

    ``wrapped`` is opaque JSON to the server; the passphrase that opens it was never here.
    """

    __tablename__ = "moderator_key"
    __table_args__ = (CheckConstraint("state IN ('active', 'revoked')", name="state"),)

    kid: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary(1216), unique=True)
    wrapped: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(8), default="active")
    add_leaf: Mapped[int] = mapped_column(ForeignKey("log_leaf.index"))
    revoke_leaf: Mapped[int | None] = mapped_column(ForeignKey("log_leaf.index"))

    account: Mapped[Account] = relationship()
