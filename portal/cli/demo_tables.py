"""Tables of the demonstration: one that was asked for and decided, as ``portal tick`` decides them."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from portal.crypto.atrest import AtRest
from portal.findings.tables_deciding import settle, weigh
from portal.findings.tables_service import ask
from portal.ledger.log import Log


def tabulate(session: Session, log: Log, atrest: AtRest, consultation: str, *, today: date) -> None:
    """Concerns by level, of that consultation; others are left for visitors to ask for."""
    name = ask(session, "levels", consultation, today=today).id
    weighed = weigh(session, atrest, name, today=today)
    assert weighed is not None
    settle(session, log, atrest, weighed)
