"""The office's profile as a form.

A profile is nested and strict (:class:`portal.reports.profile.OfficeProfile`); the form is flat. :data:`PATHS` says
which field holds what, :func:`to_profile` and :func:`from_profile` are inverses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, IntegerField, SelectField, SubmitField
from wtforms.validators import InputRequired, NumberRange, Optional

from portal.reports.errors import BadTable
from portal.reports.profile import OfficeProfile, body_faults, staff_faults
from portal.reports.style import NAMES
from portal.reports.tables import plain, read_table
from portal.web.forms import options
from portal.web.staff.forms import StaffForm, line, paragraphs, put_error

COUNT_MOST = 100_000
NEEDED = _l("Fill this in.")
STYLES = {"party": _l("Party document"), "state": _l("State document (Decree 30/2020)")}
POST = re.compile(r"(\d{1,6}) +(\S.*)")
ONE_EACH = _l("One a line: the number, a space, then the words. Example: 3 Phó Chánh Văn phòng")

text = partial(line, most=200, required=NEEDED)
many = partial(paragraphs, most=12_000)


def whole(label: Any, *, least: int = 0, required: bool = True) -> IntegerField:
    """A count of people or bodies."""
    first = InputRequired(NEEDED) if required else Optional()
    limits = NumberRange(least, COUNT_MOST, _l("A whole number from %(min)s to %(max)s."))
    return IntegerField(label, validators=[first, limits], render_kw={"inputmode": "numeric", "autocomplete": "off"})


def day(label: Any, *, required: bool = False, description: Any = "") -> DateField:
    """A calendar day."""
    checks = [InputRequired(NEEDED)] if required else [Optional()]
    return DateField(label, validators=checks, description=description)


class ProfileForm(StaffForm):
    """What the head and section I of a report say of the office."""

    name = text(_l("Name of the office in running text"))
    parent = text(_l("Parent organ, as in the letterhead"))
    issuer = text(_l("Issuer, as in the letterhead"))
    symbol = text(_l("Symbol of the document"), most=40, description=_l("Example: BC/VPTU"))
    place = text(_l("Place"), most=80)
    style = SelectField(_l("Format"), choices=options((name, STYLES[name]) for name in NAMES))
    number = whole(_l("Number of the document"), least=1, required=False)
    issued = day(_l("Day of the document"), description=_l("Number and day can wait until it is signed."))

    request_document = text(_l("Letter that asks for the report"))
    request_day = day(_l("Day of that letter"), required=True)
    request_sender = text(_l("Who asks"))
    subject = paragraphs(_l("Subject of the report"), most=600, required=NEEDED)
    bases = many(
        _l("Further legal bases"),
        most=3_000,
        description=_l("One a line, in the order in which the report names them after the request."),
    )

    total = whole(_l("Staff in all"), least=1)
    members = whole(_l("Of them Party members"))
    rooms = whole(_l("Number of rooms"))
    posts = many(_l("Leaders of the office"), most=1_000, required=NEEDED, description=ONE_EACH)
    room_posts = many(_l("Leaders of the rooms"), most=1_000, description=ONE_EACH)
    qualifications = many(_l("Professional qualifications"), most=1_000, required=NEEDED, description=ONE_EACH)
    theory = many(_l("Political theory"), most=1_000, required=NEEDED, description=ONE_EACH)
    pad_counts = BooleanField(_l("Write counts under ten with a zero: “04 đồng chí”"))

    party_name = text(_l("Party organisation of the office"))
    party_parent = text(_l("Party organisation above it"))
    cells = whole(_l("Cells"))
    committee = whole(_l("Members of its committee"))

    mission = many(_l("Duties of the office"), required=NEEDED, description=_l("One paragraph a line."))
    results = many(_l("Results of the work"), required=NEEDED, description=_l("One sentence or more a line."))
    conduct = many(
        _l("What the office says of its people's conduct"),
        description=_l("One sentence or more a line. The report shows beside it where published findings disagree."),
    )

    recipients = many(_l("Recipients"), most=2_000, required=NEEDED, description=_l("One a line, without dashes."))
    authority = line(
        _l("Signed on behalf of"), most=120, description=_l("Leave empty when the head of the office signs.")
    )
    post = text(_l("Post of the signer"), most=120)
    signer_name = text(_l("Name of the signer"), most=120)
    look = SubmitField(_l("Show what the report would say"))


# Sections of the form: heading, fields.
SECTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_l("Letterhead"), ("name", "parent", "issuer", "symbol", "place", "style", "number", "issued")),
    (_l("The request"), ("request_document", "request_day", "request_sender", "subject", "bases")),
    (_l("The staff"), ("total", "members", "rooms", "posts", "room_posts", "qualifications", "theory", "pad_counts")),
    (_l("Party organisation"), ("party_name", "party_parent", "cells", "committee")),
    (_l("What the office says of itself"), ("mission", "results", "conduct")),
    (_l("Recipients and signature"), ("recipients", "authority", "post", "signer_name")),
)

# Field -> its place in the profile's table.
PATHS = {
    **{name: name for name in ("style", "name", "subject", "pad_counts", "mission", "results", "conduct")},
    **{name: name for name in ("recipients", "bases")},
    **{name: f"letterhead.{name}" for name in ("parent", "issuer", "symbol", "place", "number", "issued")},
    **{f"request_{name}": f"request.{name}" for name in ("document", "day", "sender")},
    **{name: f"staff.{name}" for name in ("total", "members", "rooms")},
    **{name: f"staff.{name}" for name in ("posts", "room_posts", "qualifications", "theory")},
    **{f"party_{name}": f"party.{name}" for name in ("name", "parent")},
    **{name: f"party.{name}" for name in ("cells", "committee")},
    **{"authority": "signer.authority", "post": "signer.post", "signer_name": "signer.name"},
}
FIELD_OF = {path: name for name, path in PATHS.items()}


class Unreadable(ValueError):
    """A field's words cannot be read; the message is translated."""


@dataclass(frozen=True)
class Shape:
    """How a field's value is written into the profile's table, and back."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


def _one_line(value: Any) -> Any:
    words = " ".join(value.split()) if isinstance(value, str) else value
    if isinstance(words, str) and any(unicodedata.category(letter) in {"Cc", "Cs", "Cn"} for letter in words):
        raise Unreadable(gettext("Remove the characters that cannot be printed."))
    return words


def _lines(value: str | None) -> list[str]:
    return [_one_line(words) for words in (value or "").splitlines() if words.strip()]


def _posts(value: str | None) -> list[dict[str, Any]]:
    found = []
    for words in _lines(value):
        hit = POST.fullmatch(words)
        if hit is None or int(hit[1]) < 1:
            raise Unreadable(gettext("Each line begins with a number of at least 1, then a space, then the words."))
        found.append({"title": hit[2], "count": int(hit[1])})
    return found


COUNTED = ("posts", "room_posts", "qualifications", "theory")
SAME = Shape(_one_line, lambda value: value)
LINES = Shape(_lines, "\n".join)
POSTS = Shape(_posts, lambda items: "\n".join(f"{item['count']} {item['title']}" for item in items))
DAY = Shape(
    lambda value: value.isoformat() if value else "", lambda value: date.fromisoformat(value) if value else None
)
EMPTY = Shape(lambda value: "" if value is None else _one_line(value), lambda value: value)
SHAPES = {
    **dict.fromkeys(COUNTED, POSTS),
    **dict.fromkeys(("mission", "results", "conduct", "recipients", "bases"), LINES),
    **dict.fromkeys(("issued", "request_day"), DAY),
    **dict.fromkeys(("number", "authority"), EMPTY),
}


def from_profile(profile: OfficeProfile) -> dict[str, Any]:
    """The values of the form's fields."""
    table = plain(profile)
    found = {}
    for name, path in PATHS.items():
        value = table
        for key in path.split("."):
            value = value[key]
        found[name] = SHAPES.get(name, SAME).write(value)
    return found


def to_profile(form: ProfileForm) -> OfficeProfile | None:
    """The profile that a valid form holds; None when it does not fit together, with the reason at a field."""
    table: dict[str, Any] = {}
    for name, path in PATHS.items():
        try:
            value = SHAPES.get(name, SAME).read(form[name].data)
        except Unreadable as refusal:
            put_error(form[name], str(refusal))
            continue
        *parents, key = path.split(".")
        place = table
        for parent in parents:
            place = place.setdefault(parent, {})
        place[key] = value
    if form.errors or _together(form, table):
        return None
    try:
        return read_table(OfficeProfile, table)
    except BadTable as refusal:
        put_error(form[_field_of(str(refusal.detail["key"]))], _why(str(refusal.detail["key"])))
        return None


def _together(form: ProfileForm, table: dict[str, Any]) -> bool:
    """Whether figures do not fit together: every field that is wrong says so, not the first alone."""
    staff, party = table["staff"], table["party"]
    counts = {name: [item["count"] for item in staff[name]] for name in COUNTED}
    total, members = staff["total"], staff["members"]
    bodies = {"rooms": staff["rooms"], "cells": party["cells"], "committee": party["committee"]}
    wrong = [f"staff.{name}" for name in staff_faults(total, members, counts)]
    wrong += body_faults(total, members, **bodies)
    for key in wrong:
        put_error(form[FIELD_OF[key]], _why(key))
    return bool(wrong)


def _field_of(key: str) -> str:
    """The field that holds the profile's ``key``, such as ``staff.posts[].count``."""
    return FIELD_OF.get(key.partition("[")[0], "name")


def _why(key: str) -> str:
    sentences = {
        **dict.fromkeys(("mission", "results", "recipients"), str(NEEDED)),
        "staff.members": gettext("There cannot be more Party members than staff."),
        "staff.rooms": gettext("There cannot be more rooms than staff."),
        "party.cells": gettext("There cannot be more cells than Party members."),
        "party.committee": gettext("There cannot be more members of the committee than Party members."),
        "staff.posts": gettext("Leaders of office and rooms together cannot be more than the staff."),
        "staff.qualifications": gettext("Name at least one, and in all no more people than there are staff."),
        "staff.theory": gettext("Name at least one, and in all no more people than there are staff."),
    }
    return sentences.get(key, gettext("This does not fit. Look at it again."))
