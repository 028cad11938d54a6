"""By when the committee owes its next step on a concern. The days are settings; the law names none."""

from __future__ import annotations

from datetime import date, timedelta

from portal.concerns.models import Concern

SATURDAY = 5


def add_working_days(start: date, count: int) -> date:
    """The ``count``-th day after ``start`` that is neither Saturday nor Sunday; public holidays are not known here."""
    day = start
    for _ in range(count):
        day += timedelta(days=1)
        while day.weekday() >= SATURDAY:
            day += timedelta(days=1)
    return day


def deadline(concern: Concern) -> date | None:
    """The day by which the next step is owed: to acknowledge, then to answer in public, then to do what was accepted.

    None when nothing is owed any more.
    """
    if concern.state == "received":
        return concern.acknowledge_by
    if concern.published and concern.state in {"explained", "done"}:
        return None
    return concern.due


def is_overdue(concern: Concern, today: date) -> bool:
    """Whether that day is past."""
    day = deadline(concern)
    return day is not None and day < today
