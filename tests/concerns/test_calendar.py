"""The calendar file is what RFC 5545 says, read back by the library that others use as well."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from portal.concerns.calendar import Entry, to_ics

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
NAME = "Đùn đẩy; né tránh, “chờ” \\ và một tên dài đến mức phải gấp dòng theo đúng quy định về bảy mươi lăm octet"


def made(*entries: Entry) -> bytes:
    return to_ics(entries, host="gop-y.example.org", title="Việc cần trả lời", now=NOW)


@pytest.fixture
def entry() -> Entry:
    return Entry("concern-thu-2026-C1", date(2026, 12, 31), NAME, "Góp ý năm 2026\nhai dòng")


def test_it_reads_back_as_it_was_meant(entry) -> None:
    calendar = Calendar.from_ical(made(entry))
    event = calendar.walk("VEVENT")[0]
    assert (str(calendar["version"]), str(calendar["x-wr-calname"])) == ("2.0", "Việc cần trả lời")
    assert (str(event["summary"]), str(event["description"])) == (NAME, "Góp ý năm 2026\nhai dòng")
    assert (event["dtstart"].dt, event["dtend"].dt) == (date(2026, 12, 31), date(2027, 1, 1))
    assert (event["dtstamp"].dt, str(event["uid"])) == (NOW, "concern-thu-2026-C1@gop-y.example.org")
    alarm = event.walk("VALARM")[0]
    assert (str(alarm["action"]), alarm["trigger"].dt) == ("DISPLAY", timedelta(hours=-15))


def test_nothing_is_missing_or_wrong_for_the_grammar(entry) -> None:
    calendar = Calendar.from_ical(made(entry))
    for part in calendar.walk():
        assert part.errors == []
        assert not [name for name in part.required if name not in part]
        assert not [name for name in part.singletons if isinstance(part.get(name), list)]


def test_lines_end_and_fold_as_the_standard_says(entry) -> None:
    data = made(entry)
    assert data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert not re.search(rb"(?<!\r)\n", data)
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert any(line.startswith(b" ") for line in lines)
    # folded between letters, never inside one
    assert all(line.decode("utf-8") is not None for line in lines)


def test_no_entry_makes_an_empty_calendar() -> None:
    assert Calendar.from_ical(made()).walk("VEVENT") == []


def test_the_same_days_give_the_same_bytes(entry) -> None:
    assert made(entry) == made(entry)
