"""Tables of the log and of the pool.

The pool keeps no order of arrival: its key is the leaf hash, which orders nothing, and the table has no hidden row
number (``WITHOUT ROWID``). The finest time in it is the last day on which the entry must be in the log.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.extensions import Base


class LogLeaf(Base):
    """One leaf: ``data`` is the canonical JSON that was hashed (RFC 6962 section 2.1)."""

    __tablename__ = "log_leaf"

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(24), index=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32), index=True)


class LogTile(Base):
    """One hash tile (C2SP tlog-tiles): up to 256 hashes of 32 bytes; a partial one grows in place."""

    __tablename__ = "log_tile"
    __table_args__ = (CheckConstraint("width BETWEEN 1 AND 256", name="width"),)

    level: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    width: Mapped[int]
    data: Mapped[bytes] = mapped_column(LargeBinary)


class LogCheckpoint(Base):
    """A signed checkpoint; every one ever issued is kept, so that none can be denied."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    note: Mapped[str]


class LogCosignature(Base):
    """A witness's verified signature on one of the checkpoints (C2SP tlog-cosignature); the first one is kept.

    ``name`` and ``key_id`` (4 bytes) single out the witness's key; ``line`` is the signature line of a signed note.
    """

    __tablename__ = "log_cosignature"

    size: Mapped[int] = mapped_column(ForeignKey("log_checkpoint.size"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[bytes] = mapped_column(LargeBinary(4), primary_key=True)
    line: Mapped[str]


class LogWitness(Base):
    """What a witness last said: the size up to which it knows this log, and the HTTP status of its answer.

    A ``size`` above the log's own means that the log has forgotten leaves: nothing is appended any more. ``status`` is
    0 when no answer came.
    """

    __tablename__ = "log_witness"

    name: Mapped[str] = mapped_column(primary_key=True)
    key_id: Mapped[bytes] = mapped_column(LargeBinary(4), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[int]


class PoolEntry(Base):
    """A leaf that waits for company before it is appended.

    ``load``: what belongs to the leaf and waits with it, such as a sealed comment; ``handle``: the hash (32 bytes) by
    which its owner finds it, once in each group. One row is all that a comment writes until it has its place: what is
    written then, for the whole batch and in the order of the log, says nothing of the order of arrival on any engine.
    """

    __tablename__ = "pool_entry"
    __table_args__ = (
        CheckConstraint(text("length(leaf_hash) = 32"), name="leaf_hash_length"),
        CheckConstraint(text("(handle IS NULL) = (load IS NULL)"), name="handle_of_load"),
        CheckConstraint(text("length(handle) = 32"), name="handle_length"),
        UniqueConstraint("handle", "group"),
        {"sqlite_with_rowid": False},
    )

    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    group: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(24))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    day: Mapped[date]
    due: Mapped[date]
    handle: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    load: Mapped[bytes | None] = mapped_column(LargeBinary)
