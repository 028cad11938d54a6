"""The owed steps as a calendar file (iCalendar, RFC 5545) that a signed-in member of the committee takes along.

A file and not a feed: a feed would need an address that opens without signing in. It holds published names and days,
nothing that moderators or the committee wrote.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

PRODUCT = "-//democracy-portal//concerns//EN"


@dataclass(frozen=True)
class Entry:
    """A day on which a step is owed. ``name`` tells it from all others and stays the same when its day moves."""

    name: str
    day: date
    summary: str
    description: str


def to_ics(entries: Iterable[Entry], *, host: str, title: str, now: datetime) -> bytes:
    """The calendar: one all-day event each, with an alarm on the day before. ``now``: aware, in UTC (RFC 5545 3.8.7.2).

    ``host`` is the right side of the events' UIDs (RFC 7986 5.3 asks for globally unique ones).
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", title)
    for entry in entries:
        calendar.add_component(_event(entry, host, now))
    return bytes(calendar.to_ical())


def _event(entry: Entry, host: str, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{entry.name}@{host}")
    event.add("dtstamp", now)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", entry.summary)
    event.add("description", entry.description)
    event.add("class", "PRIVATE")
    event.add("transp", "TRANSPARENT")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", entry.summary)
    alarm.add("trigger", timedelta(hours=-15))
    event.add_component(alarm)
    return event
