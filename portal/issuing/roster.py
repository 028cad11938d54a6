"""A roster as a value: who belongs to the office. Reading files is ``portal.issuing.roster_file``."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.crypto.canonical import dump_canonical
from portal.crypto.statements import Unit

STAFF_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,23}")
UNIT_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,15}")
LABEL = "portal/roster/v1"


@dataclass(frozen=True)
class Member:
    """A person of the roster. ``staff_code`` is upper-case; ``email`` may be empty."""

    staff_code: str
    name: str
    unit_code: str
    unit_name: str
    email: str = ""


def units_of(members: Sequence[Member]) -> tuple[Unit, ...]:
    """The units with their headcounts, in the order of their codes."""
    names = {member.unit_code: member.unit_name for member in members}
    counts = {code: sum(member.unit_code == code for member in members) for code in names}
    return tuple(Unit(code, names[code], counts[code]) for code in sorted(names))


def fingerprint(consultation: str, members: Sequence[Member]) -> str:
    """SHA-256 (hex) of staff codes and units: equal at every issuer that read the same roster. It holds no name."""
    people = sorted([member.staff_code, member.unit_code] for member in members)
    document = {"label": LABEL, "consultation": consultation, "people": people}
    return hashlib.sha256(dump_canonical(document)).hexdigest()
