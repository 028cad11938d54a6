"""What happened, in the log's own order: opened, closed, published, keys, lists, served files, erasures.

The log has no clock, and this has none either: a day stands only where a leaf states one. Comments and what concerns
single ones (codings, messages, signatures of issuers) are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.ledger import events
from portal.ledger.models import LogLeaf

SINGLE = ("consultation", "key", "reader", "issuer-key", "roster", "issuance-close", "finding", "report")
MANY = ("asset", "erasure")
"""Kinds that come in runs, each of which is shown as one."""

NEWEST = 100


@dataclass(frozen=True)
class Happening:
    """Leaves ``first`` to ``last``, all of one kind. ``name``: the kind with its action, such as ``key-add``;
    ``leaf``: the document of a single leaf, or of the first of a run; ``consultation``: its id, or empty."""

    name: str
    first: int
    last: int
    consultation: str = ""
    leaf: dict[str, Any] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many leaves."""
        return self.last - self.first + 1


def timeline(session: Session, newest: int = NEWEST) -> list[Happening]:
    """The newest happenings, the last one first."""
    found = sorted([*_single(session, newest), *_runs(session, newest)], key=lambda one: -one.first)
    return found[:newest]


def _single(session: Session, newest: int) -> list[Happening]:
    query = select(LogLeaf.index, LogLeaf.data).where(LogLeaf.kind.in_(SINGLE)).order_by(LogLeaf.index.desc())
    return [_happening(index, index, events.decode(data)) for index, data in session.execute(query.limit(newest))]


def _runs(session: Session, newest: int) -> list[Happening]:
    """Neighbours of one kind have the same difference between their index and their number among their kind."""
    number = func.row_number().over(partition_by=LogLeaf.kind, order_by=LogLeaf.index)
    lines = select(LogLeaf.kind, LogLeaf.index, (LogLeaf.index - number).label("run")).where(LogLeaf.kind.in_(MANY))
    run = lines.subquery()
    first, last = func.min(run.c.index).label("first"), func.max(run.c.index).label("last")
    query = select(first, last).group_by(run.c.kind, run.c.run).order_by(first.desc()).limit(newest)
    return [_happening(begin, end, _leaf(session, begin)) for begin, end in session.execute(query).all()]


def _happening(first: int, last: int, leaf: dict[str, Any]) -> Happening:
    return Happening("-".join([leaf["type"], *_action(leaf)]), first, last, leaf.get("consultation", ""), leaf)


def _action(leaf: dict[str, Any]) -> list[str]:
    return [leaf["action"]] if isinstance(leaf.get("action"), str) else []


def _leaf(session: Session, index: int) -> dict[str, Any]:
    """A leaf's document; an erasure also says whose comments were erased: those of the leaf that it names."""
    found = session.scalars(select(LogLeaf.data).where(LogLeaf.index == index)).one()
    leaf = events.decode(found)
    if leaf["type"] != "erasure":
        return leaf
    erased = session.scalars(select(LogLeaf.data).where(LogLeaf.index == leaf["leaf"])).one()
    return {**leaf, "consultation": events.decode(erased).get("consultation", "")}
