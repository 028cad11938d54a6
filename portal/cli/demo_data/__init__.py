"""The demonstration office: its people by role, a finished consultation with coded comments, an open one, and one for
which ballots are being collected.

Everything is invented. The size is that of the seed report's office (75 staff, 61 Party members, 4 leaders, 6
rooms, 3 cells); what the report says of the office itself stands in ``portal/reports/offices/demo.toml``.
Comments carry the coding that a careful moderator would give them, in the form of
:func:`portal.moderation.codings.normalise`. Days are counted from the day on which the demonstration is built.

Names of fields are those of :class:`portal.consultations.service.ConsultationDraft` and
:class:`portal.consultations.service.UnitDraft`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

FOLDER = Path(__file__).parent

T = TypeVar("T")


class DemoDataError(ValueError):
    """A file of this folder does not have the shape of its class; the message names the key."""


@dataclass(frozen=True)
class DemoUnit:
    """A room: code, names, headcount in people."""

    code: str
    name_vi: str
    name_en: str
    headcount: int


@dataclass(frozen=True)
class DemoCell:
    """A Party cell (chi bộ) and its members."""

    name: str
    members: int


@dataclass(frozen=True)
class DemoAccount:
    """A staff account, named by its role."""

    roles: tuple[str, ...]
    name: str
    email: str


@dataclass(frozen=True)
class DemoIssuer:
    """Who issues ballots: short name, and its names as submitters read them."""

    slug: str
    name_vi: str
    name_en: str


@dataclass(frozen=True)
class DemoOffice:
    """The office. ``total``, ``members`` (of the Party) and ``leaders`` are people; leaders belong to no room."""

    name_vi: str
    name_en: str
    total: int
    members: int
    leaders: int
    units: tuple[DemoUnit, ...]
    issuers: tuple[DemoIssuer, ...]
    cells: tuple[DemoCell, ...]
    accounts: tuple[DemoAccount, ...]


@dataclass(frozen=True)
class DemoComment:
    """What one submitter wrote, and its coding (None where the consultation is still open)."""

    topic: str
    level: str | None
    unit: str | None
    text: str
    coding: dict[str, Any] | None


@dataclass(frozen=True)
class DemoConsultation:
    """A consultation's texts and rules, with its comments; days are relative to the day of building."""

    id: str
    title_vi: str
    title_en: str
    intro_vi: str
    intro_en: str
    notice_vi: str
    notice_en: str
    opens_in_days: int
    closes_in_days: int
    collect_from_in_days: int
    collect_until_in_days: int
    k: int
    k_paraphrase: int
    mix_minimum: int
    max_chars: int
    attachments: int
    readers: int
    comments: tuple[DemoComment, ...]


def load_office() -> DemoOffice:
    """The office of ``office.json``."""
    table = _load("office.json")
    lists = {
        "units": tuple(_read(DemoUnit, row) for row in table.pop("units")),
        "issuers": tuple(_read(DemoIssuer, row) for row in table.pop("issuers")),
        "cells": tuple(_read(DemoCell, row) for row in table.pop("cells")),
        "accounts": tuple(_read(DemoAccount, row | {"roles": tuple(row["roles"])}) for row in table.pop("accounts")),
    }
    return _read(DemoOffice, table | lists)


def load_finished_consultation() -> DemoConsultation:
    """The consultation that the demonstration closes and publishes; every comment is coded."""
    return _consultation("comments.json")


def load_open_consultation() -> DemoConsultation:
    """The consultation that is left open; no comment is coded."""
    return _consultation("second_consultation.json")


def load_collecting_consultation() -> DemoConsultation:
    """The consultation for which ballots are being collected; nobody can comment yet."""
    return _consultation("third_consultation.json")


def _consultation(name: str) -> DemoConsultation:
    table = _load(name)
    comments = tuple(_read(DemoComment, row) for row in table["comments"])
    return _read(DemoConsultation, table["consultation"] | {"comments": comments})


def _load(name: str) -> dict[str, Any]:
    return dict(json.loads((FOLDER / name).read_text("utf-8")))


def _read(shape: type[T], values: dict[str, Any]) -> T:
    names = {item.name for item in fields(shape)}  # type: ignore[arg-type]
    if wrong := sorted(names ^ set(values)):
        raise DemoDataError(f"{shape.__name__}: {wrong[0]}")
    return shape(**values)
