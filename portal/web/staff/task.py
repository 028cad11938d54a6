"""A next step on the overview."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Task:
    """A next step: what it is, why now, and where to do it (``url`` empty: nothing to press)."""

    title: str
    text: str = ""
    url: str = ""
    action: str = ""
