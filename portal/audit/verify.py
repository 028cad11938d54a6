"""The offline verifier: recomputes everything that a portal's log and publications claim.

It needs neither Flask nor SQLAlchemy nor the database. A :class:`Verdict` names every failure; none means that what was
read is whole and consistent with the key and the earlier checkpoint the auditor brought. It cannot know what the portal
never wrote down, nor whether somebody else was shown another history: that is what witnesses are for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portal.audit.invariants import Invariants
from portal.audit.openings import OpeningsMalformed, check_round, parse_openings
from portal.audit.publications import check_publication, same_log
from portal.audit.source import Missing, Source
from portal.audit.turnout import Turnout, questions
from portal.errors import PortalError
from portal.tlog.checkpoint import Checkpoint, open_checkpoint
from portal.tlog.errors import TlogError
from portal.tlog.keys import VerifierKey
from portal.tlog.paths import BundlePath, TilePath
from portal.tlog.replay import replay

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Failure:
    """A named failure, and where: a leaf's index, a consultation or a file."""

    name: str
    where: str = ""


@dataclass
class Verdict:
    """What was checked, what failed, what could not be checked and why, and what to ask the office about.

    ``ballots``: figures and issuers' keys that only people can hold against paper.
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

    @property
    def ok(self) -> bool:
        """Whether nothing failed."""
        return not self.failures

    def as_document(self) -> dict[str, Any]:
        """The verdict as JSON."""
        return {
            "ok": self.ok,
            "size": self.size,
            "root": self.root,
            "vkey": self.vkey,
            "leaves": self.kinds,
            "ballots": [turnout.as_document() for turnout in self.ballots],
            "checked": self.checked,
            "skipped": self.skipped,
            "notices": self.notices,
            "failures": [{"name": item.name, "where": item.where} for item in self.failures],
        }


@dataclass(frozen=True)
class Brought:
    """What the auditor brings: the log's key (trusted on first use when absent) and an earlier checkpoint."""

    vkey: str | None = None
    earlier: str | None = None


def verify(source: Source, brought: Brought, progress: Progress = lambda _done, _all: None) -> Verdict:
    """Check everything that exists so far; never raises for what the source says, only names it."""
    verdict = Verdict()
    try:
        key = _key(source, brought, verdict)
        checkpoint = _checkpoint(source, key, verdict)
        invariants = _replay(source, checkpoint, verdict, progress)
        _consistency(source, brought, key, checkpoint, verdict)
        publications = _publications(source, invariants, key, checkpoint, verdict)
        _openings(source, invariants, publications, verdict)
        _assets(source, invariants, verdict)
    except Missing as error:
        verdict.failures.append(Failure("missing", str(error)))
    except TlogError as error:
        verdict.failures.append(Failure(_name(error)))
    return verdict


def _name(error: Exception) -> str:
    """``MalformedCheckpoint`` -> ``malformed-checkpoint``."""
    word = type(error).__name__
    return "".join(f"-{c.lower()}" if c.isupper() and place else c.lower() for place, c in enumerate(word))


def _key(source: Source, brought: Brought, verdict: Verdict) -> VerifierKey:
    if brought.vkey is None:
        verdict.skipped.append("log key: taken from the source itself; bring your own with --key")
    key = VerifierKey.parse(brought.vkey or source.read("log/vkey").decode("ascii", "replace").strip())
    verdict.vkey = str(key)
    return key


def _checkpoint(source: Source, key: VerifierKey, verdict: Verdict) -> Checkpoint:
    raw = source.read("log/checkpoint")
    checkpoint = open_checkpoint(raw, key).checkpoint
    verdict.size, verdict.root, verdict.checkpoint = checkpoint.size, checkpoint.root.hex(), raw.decode()
    verdict.checked.append("checkpoint signature")
    return checkpoint


def _replay(source: Source, checkpoint: Checkpoint, verdict: Verdict, progress: Progress) -> Invariants:
    invariants = Invariants()

    def bundle(index: int, width: int) -> bytes:
        return source.read(f"log/{BundlePath(index, width)}")

    for part in replay(checkpoint.size, checkpoint.root, bundle, _tiles(source)):
        for offset, data in enumerate(part.entries):
            invariants.feed(part.start + offset, data)
        progress(part.start + len(part.entries), checkpoint.size)
    verdict.checked.append("entries, tiles and root")
    verdict.failures += [Failure(item.name, f"leaf {item.leaf}") for item in invariants.finish()]
    verdict.kinds = invariants.kinds
    for name, current in invariants.rounds.items():
        if current.finding is not None and current.uncoded:
            verdict.notices.append(f"{name}: {current.uncoded} comments were published without a coding; ask why")
    verdict.checked.append("invariants between leaves")
    _ballots(invariants, verdict)
    return invariants


def _ballots(invariants: Invariants, verdict: Verdict) -> None:
    verdict.ballots = invariants.turnout()
    over = {name for name, current in invariants.rounds.items() if current.state != "open"}
    verdict.notices += questions(verdict.ballots, over)
    if verdict.ballots:
        spent = sum(turnout.redeemed for turnout in verdict.ballots)
        verdict.checked.append(f"issuers' statements and ballots ({spent})")


def _tiles(source: Source) -> Callable[[int, int, int], bytes]:
    return lambda level, index, width: source.read(f"log/{TilePath(level, index, width)}")


def _consistency(source: Source, brought: Brought, key: VerifierKey, now: Checkpoint, verdict: Verdict) -> None:
    if brought.earlier is None:
        verdict.skipped.append("consistency: no earlier checkpoint was brought (--since)")
        return
    earlier = open_checkpoint(brought.earlier, key).checkpoint
    if earlier.size > now.size:
        verdict.failures.append(Failure("log-rolled-back", f"from {earlier.size} to {now.size} leaves"))
        return
    if not same_log(source, earlier, now):
        verdict.failures.append(Failure("log-forked", f"at {earlier.size} leaves"))
        return
    verdict.checked.append("consistency with the earlier checkpoint")


def _publications(
    source: Source, invariants: Invariants, key: VerifierKey, now: Checkpoint, verdict: Verdict
) -> dict[str, bytes]:
    found = {}
    for name, current in invariants.rounds.items():
        if current.finding is None:
            continue
        try:
            data = source.read(f"results/{name}/findings.json")
        except Missing:
            verdict.failures.append(Failure("publication-missing", name))
            continue
        document, failures = check_publication(data, current, source=source, key=key, now=now, name_of=_name)
        verdict.failures += [Failure(item, name) for item in failures]
        if document:
            found[name] = document
    verdict.checked.append(f"publications ({len(found)})")
    return found


def _openings(source: Source, invariants: Invariants, publications: dict[str, bytes], verdict: Verdict) -> None:
    try:
        openings = parse_openings(source.read("openings.json"))
    except Missing:
        verdict.skipped.append("commitments and counts: openings are given to auditors only (portal audit export)")
        return
    except OpeningsMalformed:
        verdict.failures.append(Failure("openings-malformed"))
        return
    for name, data in publications.items():
        if name not in openings:
            verdict.failures.append(Failure("opening-missing", name))
            continue
        try:
            failures = check_round(name, invariants.rounds[name], openings[name], data)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, PortalError):
            failures = ["openings-malformed"]
        verdict.failures += [Failure(item, name) for item in failures]
    verdict.checked.append("commitments, codings, counts and published rows")


def _assets(source: Source, invariants: Invariants, verdict: Verdict) -> None:
    """Each file of the served manifest must be the one that its newest asset leaf names."""
    if not invariants.assets:
        verdict.skipped.append("served files: the log names none")
        return
    try:
        manifest = dict(json.loads(source.read("static/manifest.json")))
        files = {str(name): (str(entry["file"]), entry["sha256"], entry["size"]) for name, entry in manifest.items()}
    except (ValueError, KeyError, TypeError, RecursionError):
        verdict.failures.append(Failure("asset-manifest-malformed"))
        return
    for name, (file, *stated) in sorted(files.items()):
        leaf = invariants.assets.get(name)
        try:
            served = source.read(f"static/{file}")
        except Missing:
            verdict.failures.append(Failure("asset-missing", name))
            continue
        if leaf is None:
            verdict.failures.append(Failure("asset-not-logged", name))
        elif not stated == [hashlib.sha256(served).hexdigest(), len(served)] == [leaf["sha256"], leaf["size"]]:
            verdict.failures.append(Failure("asset-not-as-logged", name))
    verdict.checked.append(f"served files ({len(files)})")
