"""Differentially private lists as they are kept and shown. ``portal tick`` draws them
(:mod:`portal.findings.private_giving`), for that needs OpenDP."""

from __future__ import annotations

import importlib.util
import json
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.consultations.models import Consultation
from portal.consultations.service import list_all
from portal.crypto.atrest import AtRest
from portal.errors import Conflict, NotFound
from portal.findings.models import PrivateList
from portal.findings.private import Release, parse_release

PURPOSE = "private-list"


def check_ready(row: Consultation) -> None:
    """Refuse to promise lists on a machine that cannot draw them (extra ``private``)."""
    if row.private_lists and importlib.util.find_spec("opendp") is None:
        raise Conflict("private-missing")


def waiting(session: Session) -> list[tuple[str, str]]:
    """Consultation and list of each that was promised and is not drawn, of published consultations."""
    drawn = {(one.consultation_id, one.listed) for one in session.scalars(select(PrivateList))}
    promised = ((row.id, listed) for row in list_all(session, ("published",)) for listed in row.private_lists)
    return sorted(set(promised) - drawn)


def drawn_lists(session: Session) -> list[PrivateList]:
    """All lists, in the log's order."""
    return list(session.scalars(select(PrivateList).order_by(PrivateList.finding_leaf)))


def lists_of(session: Session, consultation_id: str) -> list[PrivateList]:
    """The lists of one consultation that are drawn."""
    query = select(PrivateList).where(PrivateList.consultation_id == consultation_id)
    return list(session.scalars(query.order_by(PrivateList.listed)))


def get(session: Session, consultation_id: str, listed: str) -> PrivateList:
    """The list, or :class:`NotFound`."""
    found = session.get(PrivateList, (consultation_id, listed))
    if found is None:
        raise NotFound("private-unknown")
    return found


def document_of(row: PrivateList) -> Release:
    """What was published."""
    return parse_release(row.document)


def opening_of(atrest: AtRest, row: PrivateList) -> dict[str, Any]:
    """Exact counts, the lot by which rows were drawn, and the salt of the commitment: for auditors only."""
    return dict(json.loads(atrest.open(PURPOSE, row.counts_sealed)))
