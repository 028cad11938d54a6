"""What a verification ends in: every failure by name, and what was and was not checked. ``docs/verify.md`` lists all.

The document of :meth:`Verdict.as_document` is a stored format: version 1 gets no other meaning, and only grows.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from portal.audit.turnout import Turnout

VERSION = 1
UNREACHABLE = "unreachable"
SPLIT_VIEW = "witnesses: no policy was brought (--policy), so nothing here excludes that others are shown another log"


def name_of(error: Exception) -> str:
    """The name of a refusal: ``MalformedCheckpoint`` -> ``malformed-checkpoint``."""
    word = type(error).__name__
    return "".join(f"-{c.lower()}" if c.isupper() and place else c.lower() for place, c in enumerate(word))


@dataclass(frozen=True)
class Failure:
    """A named failure, and where: a leaf's index, a consultation or a file."""

    name: str
    where: str = ""


@dataclass(frozen=True)
class Cosigned:
    """A trusted witness (its name in the policy) that cosigned the checkpoint, and when (POSIX seconds, its word)."""

    name: str
    time: int


@dataclass(frozen=True)
class Witnessing:
    """How the checkpoint stands under the policy that the auditor brought. ``missing``: witnesses' names."""

    quorum: bool
    cosigned: tuple[Cosigned, ...]
    missing: tuple[str, ...]


class Outcome:
    """What every verdict answers, from the failures it names."""

    failures: list[Failure]

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    @property
    def status(self) -> int:
        """The command's exit status: 0 all holds, 1 something failed, 2 nothing can be said: the target is silent."""
        if self.ok:
            return 0
        return 2 if {failure.name for failure in self.failures} == {UNREACHABLE} else 1


@dataclass
class Verdict(Outcome):
    """What was checked, what failed, what could not be checked and why, and what to ask the office about.

    ``ballots``: figures and issuers' keys that only people can hold against paper. ``witnesses`` is None when no
    policy was brought.
    """

    size: int = 0
    root: str = ""
    vkey: str = ""
    checked: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    ballots: list[Turnout] = field(default_factory=list)
    checkpoint: str = ""
    witnesses: Witnessing | None = None

    @property
    def left_out(self) -> list[str]:
        """What was not checked; that nobody witnessed the checkpoint for this auditor is part of it."""
        return self.skipped if self.witnesses else [*self.skipped, SPLIT_VIEW]

    def fail(self, name: str, where: str = "") -> None:
        """Name a failure."""
        self.failures.append(Failure(name, where))

    def as_document(self) -> dict[str, Any]:
        """The verdict as JSON, version 1 (``docs/verify.md``, "The verdict as JSON")."""
        return {
            "v": VERSION,
            "ok": self.ok,
            "size": self.size,
            "root": self.root,
            "vkey": self.vkey,
            "checkpoint": self.checkpoint,
            "leaves": self.kinds,
            "ballots": [turnout.as_document() for turnout in self.ballots],
            "witnesses": asdict(self.witnesses) if self.witnesses else None,
            "checked": self.checked,
            "skipped": self.left_out,
            "notices": self.notices,
            "failures": [{"name": item.name, "where": item.where} for item in self.failures],
        }
