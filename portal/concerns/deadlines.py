"""By when the committee owes its next step on a concern. The days are settings; the law names none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from portal.concerns.models import Concern

SATURDAY = 5


def is_working_day(day: date, holidays: Collection[date] = ()) -> bool:
    """Neither Saturday nor Sunday, nor one of the office's days off."""
    return day.weekday() < SATURDAY and day not in holidays


def add_working_days(start: date, count: int, holidays: Collection[date] = ()) -> date:
    """The ``count``-th working day after ``start``."""
    day = start
    for _ in range(count):
        day += timedelta(days=1)
        while not is_working_day(day, holidays):
            day += timedelta(days=1)
    return day


def deadline(concern: Concern) -> date | None:
    """The day by which the next step is owed: to acknowledge, then to answer in public, then to do what was accepted.

    None when nothing is owed any more. What counts is what stands in public: a draft answers nobody.
    """
    if concern.published:
        return None if concern.public_state in {"explained", "declined", "done"} else concern.due
    return concern.acknowledge_by if concern.state == "received" else concern.due


def days_late(concern: Concern, today: date) -> int:
    """How many days that day is past; 0 while it is not."""
    day = deadline(concern)
    return max(0, (today - day).days) if day else 0


def is_overdue(concern: Concern, today: date) -> bool:
    """Whether that day is past."""
    return days_late(concern, today) > 0


def public_state(concern: Concern) -> str:
    """The state as the public may know it: that of the answer it can read, else whether the concern is being studied.

    What the committee drafts, a refusal for instance, is nobody's answer before it is published.
    """
    if concern.published:
        return concern.public_state
    return "received" if concern.state == "received" else "studying"
