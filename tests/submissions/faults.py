"""Failures at a chosen moment: after any statement, before a commit, or after one that succeeded.

Before a statement is after the one that precedes it; ``PORTAL_LONG_TESTS=1`` tries both all the same.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

LONG = bool(os.environ.get("PORTAL_LONG_TESTS"))


class Crash(Exception):
    """Stands for whatever ends a process: nobody catches it by name."""


@dataclass
class Faults:
    """Counts the moments of what runs and fails at the one numbered ``at``. ``struck``: what that moment was."""

    at: int
    moment: int = -1
    struck: str = ""

    def pass_by(self, what: str) -> None:
        """One moment more."""
        self.moment += 1
        if self.moment == self.at:
            self.struck = what
            raise Crash(what)


@contextmanager
def failing(at: int) -> Iterator[Faults]:
    """Everything that any engine of this process does meanwhile is counted, and fails at that moment."""
    faults = Faults(at)

    def before(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if LONG or faults.moment < 0:
            faults.pass_by(f"before {statement[:60]}")

    def after(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        faults.pass_by(f"after {statement[:60]}")

    def committing(_connection: Any) -> None:
        faults.pass_by("before commit")

    def committed(_session: Session) -> None:
        faults.pass_by("after commit: it was written, and yet it failed")

    hooks = [
        (Engine, "before_cursor_execute", before),
        (Engine, "after_cursor_execute", after),
        (Engine, "commit", committing),
        (Session, "after_commit", committed),
    ]
    for hook in hooks:
        event.listen(*hook)
    try:
        yield faults
    finally:
        for hook in hooks:
            event.remove(*hook)
