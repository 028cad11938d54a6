"""Tables as they are asked for and shown. ``portal tick`` decides them (:mod:`portal.findings.tables_deciding`)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.consultations.service import list_all
from portal.crypto.atrest import AtRest
from portal.errors import Conflict, NotFound, PortalError
from portal.findings import service
from portal.findings.models import FindingTable
from portal.findings.tables import BY_YEAR, TWO_WAY, Table, parse_table, table_id

PURPOSE = "finding-table"


def members_of(session: Session, kind: str, subject: str, *, today: date) -> list[Consultation]:
    """The consultations that the table counts, or a refusal. They are a closed batch: none can join it later."""
    if kind in TWO_WAY:
        row = session.get(Consultation, subject)
        if row is None or row.state != "published":
            raise NotFound("publication-unknown")
        if _themes_only(session, row):
            raise Conflict("table-of-few")
        return [row]
    rows = [row for row in list_all(session) if str(row.closes.year) == subject and row.state != "draft"]
    if today.year <= int(subject):
        raise Conflict("table-year-not-over")
    if len(rows) < 2:
        raise Conflict("table-of-one")
    if any(row.state != "published" for row in rows):
        raise Conflict("table-year-unpublished")
    # The same people may have written in each: no number of ballots of one consultation stands for k of them in all.
    if any(row.count_people for row in rows):
        raise Conflict("table-year-people")
    # Where each shows themes alone, these stand side by side already.
    if kind == "trend" and all(_themes_only(session, row) for row in rows):
        raise Conflict("table-of-few")
    return sorted(rows, key=lambda row: row.id)


def _themes_only(session: Session, row: Consultation) -> bool:
    return bool(service.document_of(service.get(session, row.id))["rule"]["themes_only"])


@dataclass(frozen=True)
class Offer:
    """A table that can be asked for, or was. ``state``: free, waiting, given or withheld."""

    table: str
    kind: str
    subject: str
    state: str


def offers(session: Session, *, today: date) -> list[Offer]:
    """Every table of the published consultations, newest first, and of the years that are over."""
    rows = list_all(session)
    years = sorted({str(row.closes.year) for row in rows}, reverse=True)
    wanted = [*product([row.id for row in rows], TWO_WAY), *product(years, BY_YEAR)]
    known = {one.id: one for one in session.scalars(select(FindingTable))}
    found = []
    for subject, kind in wanted:
        name = table_id(kind, subject)
        if name in known or _askable(session, kind, subject, today):
            found.append(Offer(name, kind, subject, _state(known.get(name))))
    return found


def _askable(session: Session, kind: str, subject: str, today: date) -> bool:
    try:
        members_of(session, kind, subject, today=today)
    except PortalError:
        return False
    return True


def _state(row: FindingTable | None) -> str:
    if row is None or row.document is None:
        return "free" if row is None else "waiting"
    return "given" if document_of(row).cells else "withheld"


def asked(session: Session, name: str) -> FindingTable:
    """The table, decided or waiting, or :class:`NotFound`."""
    found = session.get(FindingTable, name)
    if found is None:
        raise NotFound("table-unknown")
    return found


def find(session: Session, kind: str, subject: str) -> FindingTable | None:
    """The table, decided or waiting; None when nobody has asked for it."""
    return session.get(FindingTable, table_id(kind, subject))


def ask(session: Session, kind: str, subject: str, *, today: date) -> FindingTable:
    """Ask for a table, once and for all: the next round of ``portal tick`` answers."""
    name = table_id(kind, subject)
    members_of(session, kind, subject, today=today)
    if session.get(FindingTable, name) is not None:
        raise Conflict("table-asked")
    row = FindingTable(id=name, kind=kind, subject=subject)
    session.add(row)
    session.flush()
    return row


def waiting(session: Session) -> list[str]:
    """Tables that were asked for and are not decided."""
    return list(
        session.scalars(select(FindingTable.id).where(FindingTable.document.is_(None)).order_by(FindingTable.id))
    )


def decided(session: Session) -> list[FindingTable]:
    """Published tables, in the log's order."""
    query = select(FindingTable).where(FindingTable.document.is_not(None)).order_by(FindingTable.finding_leaf)
    return list(session.scalars(query))


def get(session: Session, name: str) -> FindingTable:
    """A published table, or :class:`NotFound`."""
    found = asked(session, name)
    if found.document is None:
        raise NotFound("table-unknown")
    return found


def document_of(row: FindingTable) -> Table:
    """What was published."""
    return parse_table(row.document or b"")


def opening_of(atrest: AtRest, row: FindingTable) -> dict[str, Any]:
    """The exact counts and the salt that open the logged commitment: for auditors only."""
    return dict(json.loads(atrest.open(PURPOSE, row.counts_sealed or b"")))
