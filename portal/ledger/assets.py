"""Logging what is served to browsers, so that a script changed for one visitor leaves a trace or a contradiction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.ledger import events
from portal.ledger.log import Log, append, lock
from portal.ledger.models import LogLeaf


@dataclass(frozen=True)
class ServedFile:
    """A built file: SHA-256 in hex, and its size in bytes."""

    sha256: str
    size: int


def logged_assets(session: Session) -> dict[str, ServedFile]:
    """The newest asset leaf of each name."""
    query = select(LogLeaf.data).where(LogLeaf.kind == "asset").order_by(LogLeaf.index)
    leaves = (events.decode(data) for data in session.scalars(query))
    return {leaf["name"]: ServedFile(leaf["sha256"], leaf["size"]) for leaf in leaves}


def log_assets(session: Session, log: Log, files: Mapping[str, ServedFile]) -> int:
    """Log each file that is new or has changed since it was logged; returns how many leaves that took."""
    lock(session)  # two hosts that start at once with the same files log them once
    known = logged_assets(session)
    changed = {name: file for name, file in sorted(files.items()) if known.get(name) != file}
    leaves = [events.encode("asset", name=name, sha256=file.sha256, size=file.size) for name, file in changed.items()]
    if leaves:
        append(session, log, leaves)
    return len(leaves)
