"""Rows as members of the roster: each row by itself, then all of them together."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace

from portal.issuing.roster import STAFF_CODE, UNIT_CODE, Member
from portal.issuing.roster_file.columns import Columns, plain
from portal.issuing.roster_file.legacy import looks_legacy
from portal.issuing.roster_file.reading import Notes, Row, Unreadable

ROWS_MOST = 200_000
LONGEST = {"name": 120, "unit": 120, "email": 254}
# What a mail server takes without quoting (RFC 5322 dot-atoms); no character that could begin another header.
EMAIL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
UNIT_CODE_LONGEST = 16


@dataclass(frozen=True)
class Line:
    """A member and where it stands in the file."""

    line: int
    member: Member


def people_of(rows: Iterable[Row], columns: Columns, notes: Notes) -> tuple[Member, ...]:
    """The members in the order of ``rows``; whatever is wrong is noted."""
    lines: list[Line] = []
    for row in rows:
        if not _is_blank(row, columns):
            lines.append(Line(row.line, _member(row, columns, notes)))
            if len(lines) > ROWS_MOST:
                raise Unreadable("rows-too-many", limit=ROWS_MOST)
    if not lines:
        raise Unreadable("roster-empty")
    if any(one.member.unit_code for one in lines):
        _check_unit_codes(lines, notes)
    else:
        codes = unit_codes({one.member.unit_name for one in lines})
        lines = [Line(one.line, replace(one.member, unit_code=codes[one.member.unit_name])) for one in lines]
    _compare(lines, notes)
    return tuple(one.member for one in lines)


def clean(text: str) -> str:
    """NFC, one space between words, nothing that cannot be seen."""
    seen = (symbol for symbol in " ".join(text.split()) if unicodedata.category(symbol) not in {"Cc", "Cf"})
    return unicodedata.normalize("NFC", "".join(seen)).strip()


def _is_blank(row: Row, columns: Columns) -> bool:
    places = columns.places.values()
    return not any(clean(row.cell(place)) for place in places) and not any(place in row.odd for place in places)


def _member(row: Row, columns: Columns, notes: Notes) -> Member:
    for kind, place in columns.places.items():
        if place in row.odd:
            notes.problem(row.line, row.odd[place], column=columns.headings[kind])
    raw = {kind: unicodedata.normalize("NFC", columns.of(row, kind)) for kind in columns.places}
    if any(looks_legacy(raw.get(kind, "")) for kind in ("family", "name", "unit_name")):
        notes.warn(row.line, "legacy-font")
    texts = {kind: clean(text) for kind, text in raw.items()}
    member = Member(
        staff_code=_upper(texts.get("staff_code", "")),
        name=" ".join(filter(None, (texts.get("family", ""), texts.get("name", "")))),
        unit_code=texts.get("unit_code", ""),
        unit_name=texts.get("unit_name", ""),
        email=texts.get("email", ""),
    )
    _check(row, columns, member, notes)
    return member


def _upper(text: str) -> str:
    return text.upper() if text.isascii() else text  # the capital of ß is SS: not this person's code


def _check(row: Row, columns: Columns, member: Member, notes: Notes) -> None:
    """What is wrong with one row, except cells that are noted already."""
    noted = {kind for kind, place in columns.places.items() if place in row.odd}
    values = {"staff_code": member.staff_code, "name": member.name, "unit_name": member.unit_name}
    for kind, value in values.items():
        if kind in columns.places and not value and kind not in noted:
            notes.problem(row.line, f"{kind.replace('_', '-')}-missing")
    if member.staff_code and not STAFF_CODE.fullmatch(member.staff_code):
        notes.problem(row.line, "staff-code-malformed")
    if len(member.name) > LONGEST["name"]:
        notes.problem(row.line, "name-long", limit=LONGEST["name"])
    if len(member.unit_name) > LONGEST["unit"]:
        notes.problem(row.line, "unit-name-long", limit=LONGEST["unit"])
    if member.unit_code and not UNIT_CODE.fullmatch(member.unit_code):
        notes.problem(row.line, "unit-code-malformed")
    if member.email and not (EMAIL.fullmatch(member.email) and len(member.email) <= LONGEST["email"]):
        notes.problem(row.line, "email-malformed")


def _check_unit_codes(lines: list[Line], notes: Notes) -> None:
    """Codes that the file gives: one for everybody, one name for each."""
    first: dict[str, Line] = {}
    for one in lines:
        if not one.member.unit_code:
            notes.problem(one.line, "unit-code-missing")
            continue
        known = first.setdefault(one.member.unit_code, one)
        if one.member.unit_name and known.member.unit_name != one.member.unit_name:
            notes.problem(one.line, "unit-code-two-names", first=known.line)


def _compare(lines: list[Line], notes: Notes) -> None:
    """What shows only beside other rows. A person who stands there twice would get twice the ballots."""
    codes: dict[str, int] = {}
    namesakes: dict[tuple[str, str], int] = {}
    addresses: dict[str, int] = {}
    units: dict[str, Line] = {}
    for one in lines:
        member = one.member
        if member.staff_code and (first := codes.setdefault(member.staff_code, one.line)) != one.line:
            notes.problem(one.line, "staff-code-twice", first=first)
        namesake = (member.name.casefold(), member.unit_code)
        if member.name and (first := namesakes.setdefault(namesake, one.line)) != one.line:
            notes.warn(one.line, "person-twice", first=first)
        if member.email and (first := addresses.setdefault(member.email.lower(), one.line)) != one.line:
            notes.warn(one.line, "email-twice", first=first)
        known = units.setdefault(plain(member.unit_name), one)
        if known.member.unit_code != member.unit_code:
            notes.warn(one.line, "unit-names-alike", first=known.line)


def unit_codes(names: Iterable[str]) -> dict[str, str]:
    """A code for each unit's name: its initials (numbers whole), made unique by a number.

    Depends on the names alone, not on their order: every issuer must get the same ones from its copy of the roster.
    """
    codes: dict[str, str] = {}
    taken: set[str] = set()
    for name in sorted(names):
        words = plain(name).upper().split()
        stem = "".join(word if word.isdigit() else word[0] for word in words)[: UNIT_CODE_LONGEST - 4] or "U"
        code, number = stem, 1
        while code in taken:
            number += 1
            code = f"{stem}-{number}"
        taken.add(code)
        codes[name] = code
    return codes
