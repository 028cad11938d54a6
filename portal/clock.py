"""The only source of time.

Whatever concerns a submitter is kept at the granularity of a day (design.md, "Log"): services that store such a thing
ask for :meth:`Clock.today`, never for :meth:`Clock.now`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """What a service may know about time."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""

    def today(self) -> date:
        """The office's calendar day."""


@dataclass(frozen=True)
class SystemClock:
    """The machine's clock, with the office's time zone for calendar days."""

    zone: tzinfo

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""
        return datetime.now(UTC)

    def today(self) -> date:
        """The office's calendar day."""
        return self.now().astimezone(self.zone).date()


@dataclass
class FixedClock:
    """A clock that stands still until it is moved: for tests and for building the demonstration office."""

    moment: datetime
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Asia/Ho_Chi_Minh"))

    def now(self) -> datetime:
        """The set moment, aware, in UTC."""
        return self.moment.astimezone(UTC)

    def today(self) -> date:
        """The calendar day of the set moment."""
        return self.moment.astimezone(self.zone).date()

    def advance(self, **delta: float) -> None:
        """Move forward by the keyword arguments of :class:`datetime.timedelta`."""
        self.moment += timedelta(**delta)
